"""Marks as plain rows, with what the marked levels are about.

An id of a derived level is made of its parents, and a map of another day may have its parents
differently. So a mark says what its level is about, and as of which revision of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from roster.database.parts import in_parts
from roster.kinds import KINDS
from roster.models import Level, Mark, Organization

BATCH = 500

ALIKE = ("calendar", "schedule_structure", "grade_level", "course")
"""Levels of which another of the same school and year may be the same under another id."""


class MarkRow(NamedTuple):
    """A mark. `about` has, as far as its kind has them:

    `revision` (of the rows it was set on), `school`, `year`, `person`, `child`, `course`,
    `calendar`, `structure`, `grade`, `courses` (of a course master) and `others`: the ids of
    levels that are like it and are not it.
    """

    kind: str
    sourced_id: str
    source: str
    about: dict[str, Any]


def marks_of(organization: Organization) -> list[MarkRow]:
    """Return all marks of an organization."""
    rows = Mark.objects.filter(organization=organization).order_by("pk")
    return [MarkRow._make(row) for row in rows.values_list(*MarkRow._fields)]


def marks_for(organization: Organization, kind: str, ids: Iterable[str]) -> list[MarkRow]:
    """Return a person's marks on these rows, with what they are about; none is stored."""
    wanted = list(ids)
    about = about_of(organization, kind, wanted)
    return [MarkRow(kind, each, Mark.Source.PERSON.value, about.get(each, {})) for each in wanted]


def about_of(
    organization: Organization, kind: str, ids: Iterable[str]
) -> dict[str, dict[str, Any]]:
    """Return what each of these levels is about; nothing of rows that are no levels."""
    if KINDS[kind].model is not Level:
        return {}
    revision = Organization.objects.values_list("revision", flat=True).get(pk=organization.pk)
    levels = Level.objects.filter(organization=organization, kind=kind)
    found: dict[str, dict[str, Any]] = {}
    for part in in_parts(sorted(set(ids)), BATCH):
        for level in levels.filter(sourced_id__in=part):
            found[level.sourced_id] = {"revision": revision, **_about(level)}
    if kind in ALIKE and found:
        _add_others(levels, found)
    if kind == "course_master" and found:
        _add_courses(organization, found)
    return found


def _about(level: Level) -> dict[str, Any]:
    parents = dict(reversed(level.all_of))
    about = {
        "school": level.school,
        "year": level.year,
        "person": level.person,
        "course": level.course,
        "calendar": parents.get("calendar", ""),
        "structure": parents.get("schedule_structure", ""),
    }
    if level.kind == "guardian_link":
        about["child"] = level.all_of[1][1]
    elif level.kind == "grade_level":
        about["grade"] = level.name
    return {name: value for name, value in about.items() if value}


def _add_courses(organization: Organization, found: dict[str, dict[str, Any]]) -> None:
    """Add the rows of courses that each course master has."""
    rows: dict[str, set[str]] = {}
    levels = Level.objects.filter(organization=organization, kind="course")
    for course, parents in levels.values_list("course", "all_of").iterator(2000):
        for kind, above in parents:
            if kind == "course_master":
                rows.setdefault(above, set()).add(course)
    for sourced_id, about in found.items():
        about["courses"] = sorted(rows.get(sourced_id, ()))


def _add_others(levels: Any, found: dict[str, dict[str, Any]]) -> None:
    schools = {about.get("school", "") for about in found.values()}
    others: dict[tuple[str, str], list[str]] = {}
    for part in in_parts(sorted(schools), BATCH):
        for level in levels.filter(school__in=part):
            others.setdefault(_likeness(_about(level)), []).append(level.sourced_id)
    for sourced_id, about in found.items():
        alike = others.get(_likeness(about), ())
        about["others"] = sorted(each for each in alike if each != sourced_id)


def _likeness(about: dict[str, Any]) -> tuple[str, str]:
    """Return what two levels have in common that may be the same.

    The year isn't asked: a calendar that is of several has none.
    """
    return about.get("school", ""), about.get("course") or about.get("grade") or ""
