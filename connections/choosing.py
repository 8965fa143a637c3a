"""Checks each choice of a sharing against the organization's data, and refuses it in words.

Only what is new in a choice is looked up: a grade or a school that has left the data since
doesn't stand in the way of changing something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.utils.translation import gettext as _

from connections.models import SHARES, Connection
from roster.database.parts import named
from roster.dialects.fields import FIELDS
from roster.dialects.vocabularies import grade_name
from roster.kinds import COLLECTIONS, KINDS
from roster.listing import rows_of
from roster.models import Course, Klass, Level, Organization, Status, User
from roster.refusal import Refused

ALL = "all"

ROLES = (
    "aide",
    "counselor",
    "districtAdministrator",
    "guardian",
    "parent",
    "principal",
    "proctor",
    "relative",
    "siteAdministrator",
    "student",
    "systemAdministrator",
    "teacher",
)
"""The roles by which people are shared: 1.2's words, whatever the bundle's and connection's."""

HIDEABLE: dict[str, tuple[str, ...]] = {
    "courses": ("classes",),
    "classes": ("enrollments", "scoreScales", "lineItems", "assessmentLineItems"),
    "enrollments": (),
    "demographics": (),
    "resources": (),
    "categories": ("lineItems",),
    "scoreScales": (),
    "lineItems": ("results",),
    "results": (),
    "assessmentLineItems": ("assessmentResults",),
    "assessmentResults": (),
}
"""The collections that can be hidden, each with those that name it and must be hidden with it."""


def has(connection: Connection, collection: str) -> bool:
    """Return whether a connection of this version and these types has a collection at all."""
    types = COLLECTIONS[collection].types
    return collection in FIELDS[connection.oneroster] and (
        not types or not set(types).isdisjoint(connection.types)
    )


def known_shares(asked: Iterable[str]) -> list[str]:
    """Return what is shared beyond the roster, sorted; `all` stands for everything."""
    asked = set(asked)
    for name in sorted(asked - set(SHARES) - {ALL}):
        raise Refused(f"“{name}” can't be ticked. There are: {', '.join(SHARES)}, or {ALL}.")
    return sorted(SHARES) if ALL in asked else sorted(asked)


def known_hidden(asked: Iterable[str], connection: Connection) -> list[str]:
    """Return the collections that aren't shared, sorted; refuse one that others shared name."""
    asked = sorted(set(asked))
    for name in asked:
        if name not in HIDEABLE:
            raise Refused(f"“{name}” can't be hidden. There are: {', '.join(HIDEABLE)}.")
        naming = [other for other in HIDEABLE[name] if has(connection, other)]
        if missing := [other for other in naming if other not in asked]:
            raise Refused(f"{name} can't be hidden without {', '.join(missing)}, which name them.")
    return asked


def known_roles(asked: Iterable[str]) -> list[str]:
    """Return the roles, sorted; refuse what is neither a word of 1.2 nor an extension."""
    asked = sorted(set(asked))
    for role in asked:
        if role not in ROLES and not role.startswith("ext:"):
            raise Refused(f"“{role}” is not a role. There are: {', '.join(ROLES)}, or ext:….")
    return asked


def known_schools(
    organization: Organization, asked: Collection[str], already: Collection[str] = ()
) -> list[str]:
    """Return the sourcedIds of the schools, sorted; refuse, by name, what isn't there."""
    schools = rows_of(organization, KINDS["school"])
    return _known(
        organization, "school", asked, already, named(schools, "sourced_id", asked, "sourced_id")
    )


def known_courses(
    organization: Organization, asked: Collection[str], already: Collection[str] = ()
) -> list[str]:
    courses = Course.objects.filter(organization=organization)
    return _known(
        organization, "course", asked, already, named(courses, "sourced_id", asked, "sourced_id")
    )


def known_grades(
    organization: Organization, asked: Collection[str], already: Collection[str] = ()
) -> list[str]:
    """Return the grades, sorted; those there are are those of students, and `none`."""
    levels = Level.objects.filter(organization=organization, kind="grade_level")
    there = set(levels.values_list("name", flat=True).distinct())
    return _known(organization, "student of grade", asked, already, there)


def without_students(connection: Connection) -> list[str]:
    """Return, in sentences, which of the schools and grades that are chosen don't meet."""
    organization = connection.organization
    if connection.all_schools or connection.grades is None:
        return []
    levels = Level.objects.filter(
        organization=organization,
        kind="grade_level",
        year__in=("", organization.school_year),
        school__in=connection.schools,
        name__in=connection.grades,
    )
    pairs = set(levels.values_list("school", "name"))
    if not pairs:
        return [_("No chosen school has students of the chosen grades: no student is shared.")]
    grades = [each for each in connection.grades if each not in {grade for _school, grade in pairs}]
    empty = set(connection.schools) - {school for school, _grade in pairs}
    schools = rows_of(organization, KINDS["school"]).filter(sourced_id__in=empty).order_by("name")
    said = [
        _("%(school)s has no students of the chosen grades.") % {"school": name}
        for name in schools.values_list("name", flat=True)
    ]
    if grades:
        words = _("No chosen school has students of grade %(grades)s.")
        said.append(words % {"grades": ", ".join(map(grade_name, grades))})
    return said


def known_subjects(
    organization: Organization, asked: Collection[str], already: Collection[str] = ()
) -> list[str]:
    there = subjects_of(organization)
    return _known(organization, "course or class of the subject", asked, already, there)


def subjects_of(organization: Organization) -> set[str]:
    """Return the subjects of the organization's courses and classes."""
    return {
        subject
        for model in (Course, Klass)
        for subjects in model.objects.filter(organization=organization, status=Status.ACTIVE)
        .values_list("subjects", flat=True)
        .distinct()
        for subject in subjects
    }


def known_kept_out(
    organization: Organization, asked: Mapping[str, str], already: Collection[str] = ()
) -> dict[str, str]:
    """Return who is kept out and why; refuse unknown people, and a reason left blank."""
    people = User.objects.filter(organization=organization)
    known = _known(
        organization, "person", asked, already, named(people, "sourced_id", asked, "sourced_id")
    )
    for person in known:
        if not asked[person].strip():
            raise Refused(f"Say why {person} is kept out: somebody will ask for it in a year.")
    return {person: asked[person].strip() for person in known}


def _known(
    organization: Organization,
    what: str,
    asked: Iterable[str],
    already: Collection[str],
    there: set[str],
) -> list[str]:
    asked = sorted(set(asked))
    missing = [name for name in asked if name not in there and name not in already]
    if missing:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        raise Refused(f"{organization.name} has no {what} {', '.join(missing[:10])}{more}.")
    return asked
