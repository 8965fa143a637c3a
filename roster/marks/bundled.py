"""Marks from bundles: what the columns `metadata.externalLmsExclude` ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import connection

from roster.database.parts import in_parts
from roster.hierarchy.roles import is_staff, is_student
from roster.kinds import KINDS
from roster.listing import rows_of
from roster.marks.about import about_of
from roster.models import (
    Category,
    Course,
    Klass,
    Level,
    Mark,
    Org,
    Organization,
    Role,
    Row,
    Status,
    User,
)

BATCH = 500
PRESENCES = {"school_enrollment": is_student, "district_assignment": is_staff}
ASKING: dict[str, type[Row]] = {
    "org": Org,
    "person": User,
    "section": Klass,
    "grading_task": Category,
    "course": Course,
    "role": Role,
}
"""Whose rows can ask for marks."""
WORDS = "'true', 'TRUE', 'True', '1', 'yes'"
"""What asks for one; an import writes the first, earlier ones wrote others."""


def mark_from_bundles(organization: Organization) -> int:
    """Set and clear the marks that the bundle's `metadata.externalLmsExclude` columns ask for.

    Marks that people set are not touched; a course's column stands for all of its levels. A mark is
    cleared by a row that is there and doesn't ask for it, never by a row that is gone.
    """
    levels = Level.objects.filter(organization=organization, kind="course")
    wanted = set(asked_for(organization, lambda: dict(levels.values_list("sourced_id", "course"))))
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


def asked_for(
    organization: Organization, courses: Callable[[], Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield kind and id of what bundles ask to be marked; `courses` are the row of each level."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    with connection.cursor() as cursor:
        active: list[Any] = [organization.pk, Status.ACTIVE.value]
        cursor.execute(" UNION ALL ".join(map(_asking, ASKING)), active * len(ASKING))
        for kind, *said in cursor.fetchall():
            found.setdefault(kind, []).append(tuple(said))
    if "org" in found:
        schools = rows_of(organization, KINDS["school"]).values_list("sourced_id", flat=True)
        known = set(schools)
        yield from (("school" if each in known else "org", each) for each, *_ in found["org"])
    for kind in ("person", "section", "grading_task"):
        yield from ((kind, sourced_id) for sourced_id, *_ in found.get(kind, ()))
    if "course" in found:
        named = {sourced_id for sourced_id, *_ in found["course"]}
        yield from (("course", level) for level, course in courses().items() if course in named)
    for user, org, role in found.get("role", ()):
        for kind, counts in PRESENCES.items():
            if counts(role):
                yield kind, f"{user}~{org}"


def _asking(kind: str) -> str:
    """Return SQL for the live rows that ask to be marked, of one of these kinds."""
    table = connection.ops.quote_name(ASKING[kind]._meta.db_table)
    postgresql = connection.vendor == "postgresql"
    asked = "metadata ->> '{0}'" if postgresql else "json_extract(metadata, '$.{0}')"
    said = ', "org", "role"' if kind == "role" else ", '', ''"
    return (
        f"""SELECT '{kind}', {'"user"' if kind == "role" else "sourced_id"}{said} FROM {table}"""  # noqa: S608
        " WHERE organization_id = %s AND status = %s AND metadata <> '{}'"
        f" AND {asked.format('externalLmsExclude')} IN ({WORDS})"
    )


def _said_open(organization: Organization, kind: str, ids: set[str]) -> set[str]:
    """Return those of these marked ids for which an active row stands, without asking for a mark.

    A level that is gone has none either: what stands in its place is for `carrying` to say.
    """
    if kind in PRESENCES:
        roles = _active(organization, Role).values_list("user", "org", "role")
        counts = PRESENCES[kind]
        return ids & {f"{user}~{org}" for user, org, role in roles if counts(role)}
    if kind == "course":
        levels = Level.objects.filter(organization=organization, kind="course")
        courses = dict(levels.values_list("sourced_id", "course"))
        there = set(_active(organization, Course).values_list("sourced_id", flat=True))
        return {each for each in ids if each not in courses or courses[each] in there}
    rows = _active(organization, KINDS[kind].model)
    return ids & set(rows.values_list("sourced_id", flat=True))


def _active(organization: Organization, model: Any) -> Any:
    return model.objects.filter(organization=organization, status=Status.ACTIVE)
