"""Marks from bundles: what the columns `metadata.externalLmsExclude` ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from roster.hierarchy.roles import is_staff, is_student
from roster.marks.rows import about_of
from roster.models import (
    Category,
    Course,
    Klass,
    Level,
    Mark,
    Org,
    Organization,
    Role,
    Status,
    User,
)
from roster.parts import in_parts

BATCH = 500
PRESENCES = {"school_enrollment": is_student, "district_assignment": is_staff}
OF_KIND = {"org": Org, "school": Org, "person": User, "section": Klass, "grading_task": Category}


def mark_from_bundles(organization: Organization) -> int:
    """Set and clear the marks that the bundle's `metadata.externalLmsExclude` columns ask for.

    Marks that people set are not touched; a course's column stands for all of its levels. A mark is
    cleared by a row that is there and doesn't ask for it, never by a row that is gone.
    """
    levels = Level.objects.filter(organization=organization, kind="course")
    wanted = set(asked_for(organization, dict(levels.values_list("sourced_id", "course"))))
    marks = Mark.objects.filter(organization=organization, source=Mark.Source.BUNDLE)
    unwanted: dict[str, dict[str, int]] = {}
    for pk, kind, sourced_id in marks.values_list("pk", "kind", "sourced_id"):
        if (kind, sourced_id) in wanted:
            wanted.discard((kind, sourced_id))
        else:
            unwanted.setdefault(kind, {})[sourced_id] = pk
    stale = [
        ids[sourced_id]
        for kind, ids in unwanted.items()
        for sourced_id in _said_open(organization, kind, set(ids))
    ]
    for some in in_parts(stale, BATCH):
        marks.filter(pk__in=some).delete()
    for kind in sorted({kind for kind, _ in wanted}):
        ids = sorted(sourced_id for of_kind, sourced_id in wanted if of_kind == kind)
        about = about_of(organization, kind, ids)
        Mark.objects.bulk_create(
            Mark(
                organization=organization,
                kind=kind,
                sourced_id=sourced_id,
                source=Mark.Source.BUNDLE,
                reason="Set by the bundle",
                by_name="bundle",
                about=about.get(sourced_id, {}),
            )
            for sourced_id in ids
        )
    return len(stale) + len(wanted)


def asked_for(organization: Organization, courses: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield kind and id of what bundles ask to be marked; `courses` are the row of each level."""
    schools = set(
        Org.objects.filter(organization=organization, type="school").values_list(
            "sourced_id", flat=True
        )
    ) | set(
        Klass.objects.filter(organization=organization, status=Status.ACTIVE).values_list(
            "school", flat=True
        )
    )
    sources: list[tuple[Any, str]] = [
        (Org, ""),
        (User, "person"),
        (Klass, "section"),
        (Category, "grading_task"),
    ]
    for model, kind in sources:
        for sourced_id in _excluded(model, organization).values_list("sourced_id", flat=True):
            yield kind or ("school" if sourced_id in schools else "org"), sourced_id
    rows = set(_excluded(Course, organization).values_list("sourced_id", flat=True))
    for sourced_id, course in courses.items():
        if course in rows:
            yield "course", sourced_id
    for user, org, role in _excluded(Role, organization).values_list("user", "org", "role"):
        if is_student(role):
            yield "school_enrollment", f"{user}~{org}"
        elif is_staff(role):
            yield "district_assignment", f"{user}~{org}"


def _said_open(organization: Organization, kind: str, ids: set[str]) -> set[str]:
    """Return those of these marked ids for which an active row stands, without asking for a mark.

    A level that is gone has none either: what stands in its place is for `carrying` to say.
    """
    active = {"organization": organization, "status": Status.ACTIVE}
    if kind in PRESENCES:
        roles = Role.objects.filter(**active).values_list("user", "org", "role")
        counts = PRESENCES[kind]
        return ids & {f"{user}~{org}" for user, org, role in roles if counts(role)}
    if kind == "course":
        levels = Level.objects.filter(organization=organization, kind="course")
        courses = dict(levels.values_list("sourced_id", "course"))
        there = set(Course.objects.filter(**active).values_list("sourced_id", flat=True))
        return {each for each in ids if each not in courses or courses[each] in there}
    model: Any = OF_KIND[kind]
    return ids & set(model.objects.filter(**active).values_list("sourced_id", flat=True))


def _excluded(model: Any, organization: Organization) -> Any:
    return model.objects.filter(
        organization=organization,
        status=Status.ACTIVE,
        metadata__externalLmsExclude__in=["true", "TRUE", "True", "1", "yes"],
    )
