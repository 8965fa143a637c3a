"""The parents of a row in the hierarchy, read from the map's relations."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from roster.map import Lists, Map
from roster.map.arrays import Positions

Node = tuple[str, str]
"""Kind and id of a row."""


class Parents(NamedTuple):
    """A row is hidden with any one of `all_of`, and with the last of `any_of`."""

    all_of: list[Node]
    any_of: list[Node]


class Relation(NamedTuple):
    """Where the map says which rows of another kind are a row's parents."""

    kind: str
    of: Callable[[Map], Positions | Lists]


ALL_OF: dict[str, tuple[Relation, ...]] = {
    "org": (Relation("org", lambda m: m.org.parent),),
    "calendar": (Relation("org", lambda m: m.calendar.school),),
    "schedule_structure": (Relation("calendar", lambda m: m.schedule_structure.calendar),),
    "grade_level": (Relation("schedule_structure", lambda m: m.grade_level.structure),),
    "course": (
        Relation("calendar", lambda m: m.course.calendar),
        Relation("course_master", lambda m: m.course.master),
        Relation("org", lambda m: m.course.school),
    ),
    "section": (
        Relation("org", lambda m: m.section.school),
        Relation("calendar", lambda m: m.section.calendars),
        Relation("course", lambda m: m.section.courses),
    ),
    "session": (Relation("session", lambda m: m.session.parent),),
    "school_enrollment": (Relation("person", lambda m: m.school_enrollment.person),),
    "district_assignment": (
        Relation("person", lambda m: m.district_assignment.person),
        Relation("org", lambda m: m.district_assignment.org),
    ),
    "guardian_link": (
        Relation("person", lambda m: m.guardian_link.guardian),
        Relation("person", lambda m: m.guardian_link.child),
    ),
    "enrollment": (
        Relation("section", lambda m: m.enrollment.section),
        Relation("person", lambda m: m.enrollment.person),
        Relation("school_enrollment", lambda m: m.enrollment.as_student),
        Relation("district_assignment", lambda m: m.enrollment.as_staff),
    ),
    "demographics": (Relation("person", lambda m: m.demographics.person),),
    "score_scale": (Relation("section", lambda m: m.score_scale.section),),
    "line_item": (
        Relation("section", lambda m: m.line_item.section),
        Relation("grading_task", lambda m: m.line_item.category),
    ),
    "result": (
        Relation("line_item", lambda m: m.result.line_item),
        Relation("person", lambda m: m.result.student),
    ),
    "assessment_line_item": (Relation("section", lambda m: m.assessment_line_item.section),),
    "assessment_result": (
        Relation("assessment_line_item", lambda m: m.assessment_result.line_item),
        Relation("person", lambda m: m.assessment_result.student),
    ),
}
ANY_OF: dict[str, tuple[Relation, ...]] = {
    "school_enrollment": (Relation("grade_level", lambda m: m.school_enrollment.grade_levels),),
    "guardian_link": (Relation("school_enrollment", lambda m: m.guardian_link.places),),
    "resource": (
        Relation("section", lambda m: m.resource.classes),
        Relation("course_row", lambda m: m.resource.courses),
    ),
}
OF_PERSON: tuple[Relation, ...] = (
    Relation("school_enrollment", lambda m: m.school_enrollment.person),
    Relation("district_assignment", lambda m: m.district_assignment.person),
    Relation("guardian_link", lambda m: m.guardian_link.guardian),
)
"""Through what a person is visible: the rows whose person it is."""


def parents_of(m: Map, node: Node) -> Parents:
    """Return a row's parents; none for a row that the map doesn't have."""
    kind = rows_of(node[0])
    at = m.ids[kind].position(node[1]) if kind in m.ids else -1
    if at < 0:
        return Parents([], [])
    if kind == "person":
        places = [
            (each.kind, int(row)) for each in OF_PERSON for row in np.flatnonzero(each.of(m) == at)
        ]
        return Parents([], _nodes(m, places))
    return Parents(
        _nodes(m, [each for relation in ALL_OF.get(kind, ()) for each in _at(m, relation, at)]),
        _nodes(m, [each for relation in ANY_OF.get(kind, ()) for each in _at(m, relation, at)]),
    )


def rows_of(kind: str) -> str:
    """Return the kind under whose name the map keeps the rows of a kind."""
    return "org" if kind == "school" else kind


def node_of(m: Map, kind: str, row: int) -> Node:
    """Return a row of the map as the row of the roster that it is."""
    if kind == "org" and m.org.is_school[row]:
        kind = "school"
    return kind, m.ids[rows_of(kind)][row]


def _at(m: Map, relation: Relation, row: int) -> list[tuple[str, int]]:
    related = relation.of(m)
    found = related[row] if isinstance(related, Lists) else [int(related[row])]
    return [(relation.kind, each) for each in found if each >= 0]


def _nodes(m: Map, rows: list[tuple[str, int]]) -> list[Node]:
    """Return these rows as nodes, each once; a courses row as its levels."""
    levels = [
        ("course", level) if kind == "course_row" else (kind, row)
        for kind, row in rows
        for level in (m.course_row.levels[row] if kind == "course_row" else (row,))
    ]
    return list(dict.fromkeys(node_of(m, kind, row) for kind, row in levels))
