"""The table of kinds is what decides: without one of its edges, something else is visible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roster.deciding.conditions import Edge
from roster.deciding.table import KIND_OF, TABLE, conditions
from roster.kinds import KINDS, Kind
from roster.models import Organization
from tests.roster.deciding import riverside as cast
from tests.roster.deciding.riverside import Marked, decide, seen


def without(kind: Kind, by: str) -> Kind:
    """Return a kind without the parents of one relation."""
    return replace(
        kind,
        all_of=tuple(each for each in kind.all_of if each.by != by),
        any_of=tuple(each for each in kind.any_of if each.by != by),
    )


EDGES: dict[tuple[str, str], tuple[list[Marked], str]] = {
    ("school", "parent"): ([("org", "d")], "s1"),
    ("calendar", "school"): ([("school", "s1")], "ann"),
    ("schedule_structure", "calendar"): ([("calendar", "s1~2027")], "ann"),
    ("grade_level", "structure"): ([("schedule_structure", "s1~2027~structure")], "ann"),
    ("school_enrollment", "grade_levels"): ([("grade_level", "s1~2027~structure~04")], "bob"),
    ("district_assignment", "org"): ([("org", "d")], "lea"),
    ("guardian_link", "places"): (
        [("school_enrollment", "ann~s1"), ("school_enrollment", "bob~s1")],
        "gus",
    ),
    ("course", "calendar"): ([("calendar", "s2~2027")], "c2"),
    ("course", "master"): ([("course_master", "c2")], "kc"),
    ("section", "school"): ([("school", "s2")], "k2"),
    ("section", "courses"): ([("course", "c1~s2~2027")], "k2"),
    ("enrollment", "section"): ([("section", "k2")], "two-k2"),
    ("enrollment", "as_student"): ([("school_enrollment", "two~s1")], "two-k1"),
    ("demographics", "person"): ([("person", "ann")], "ann"),
    ("resource", "classes"): ([("section", "k1")], "book"),
    ("line_item", "section"): ([("section", "k1")], "quiz"),
    ("line_item", "category"): ([("grading_task", "hw")], "quiz"),
    ("result", "line_item"): ([("line_item", "quiz")], "ann-quiz"),
    ("result", "student"): ([("person", "ann")], "ann-quiz"),
    ("result", "as_student"): ([("school_enrollment", "two~s1")], "two-quiz"),
    ("result", "enrollments"): ([("enrollment", "ann-k1")], "ann-quiz"),
}
"""Edges by kind and relation, with marks that hide a record by this edge alone."""

FURTHER = {
    ("calendar", "school"): [("district_assignment", "org"), ("section", "school")],
    ("course", "calendar"): [("section", "calendars")],
    ("section", "school"): [("calendar", "school"), ("section", "courses")],
    ("enrollment", "as_student"): [("enrollment", "as_staff")],
    ("resource", "classes"): [("resource", "courses")],
}
"""Where a mark hides by several edges, the others that must be gone."""


@pytest.mark.django_db
@pytest.mark.parametrize("edge", EDGES)
def test_without_an_edge_a_mark_hides_nothing_by_it(
    edge: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    riverside = cast.riverside()
    cast.gradebook(riverside)
    cast.resource(riverside, "book", "k1")
    cast.demographics(riverside, "ann")
    marks, record = EDGES[edge]
    collection = {"demographics": ["demographics"]}.get(edge[0], [])
    assert record not in seen(decide(riverside, *marks), *collection)
    for kind, by in [edge, *FURTHER.get(edge, [])]:
        assert any(each.by == by for each in KINDS[kind].parents)
        monkeypatch.setitem(KINDS, kind, without(KINDS[kind], by))
    assert record in seen(decide(riverside, *marks), *collection)


def test_every_kind_has_its_conditions() -> None:
    assert set(KINDS) <= set(TABLE)
    for step in TABLE:
        assert conditions(step), step
        assert KIND_OF.get(step, step) in KINDS


def test_every_parent_of_the_table_of_kinds_is_asked() -> None:
    for kind in KINDS.values():
        steps = [step for step in TABLE if KIND_OF.get(step, step) == kind.name]
        edges = [each for step in steps for each in TABLE[step] if isinstance(each, Edge)]
        for parent in kind.parents:
            assert any(edge.is_of(parent) for edge in edges), (kind.name, parent)


def test_a_required_reference_that_leads_nowhere_hides(db: None) -> None:
    riverside: Organization = cast.riverside()
    cast.enroll(riverside, "nobody", "k1")
    cast.klass(riverside, "kx", "c1", "nowhere")
    cast.klass(riverside, "ky", "nothing", "s1")
    d = decide(riverside)
    assert seen(d).isdisjoint({"nobody-k1", "kx", "ky"})
