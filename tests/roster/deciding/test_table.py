"""The table of kinds is what decides: with another edge, something else is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
import time_machine

from roster import hierarchy
from roster.deciding import Decision
from roster.deciding.conditions import Edge
from roster.deciding.table import KIND_OF, TABLE, conditions, rows_of
from roster.kinds import KINDS, Kind, Parent
from roster.models import (
    Agent,
    AssessmentLineItem,
    AssessmentResult,
    Course,
    CourseResource,
    Enrollment,
    Feed,
    Mark,
    Org,
    Organization,
    Result,
    ScoreScale,
    User,
)
from tests import worlds
from tests.roster.deciding import riverside as cast
from tests.roster.deciding.riverside import Marked, decide, seen
from tests.roster.districts import published, shown

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)

Name = tuple[str, str]
"""An edge: its kind, and its relation as `named` writes it; or a record: collection and id."""


def named(parent: Parent) -> str:
    """Return a relation's name; where parents name the child, with their kind."""
    return f"{parent.kind}.{parent.by}" if parent.inverse else parent.by


EVERY = {(kind.name, named(parent)) for kind in KINDS.values() for parent in kind.parents}


def without(kind: Kind, edge: str) -> Kind:
    return replace(
        kind,
        all_of=tuple(each for each in kind.all_of if named(each) != edge),
        any_of=tuple(each for each in kind.any_of if named(each) != edge),
    )


def moved(kind: Kind, edges: tuple[str, ...]) -> Kind:
    """Return a kind with some of its edges in the other tuple."""
    all_of, any_of = (
        tuple(
            [each for each in own if named(each) not in edges]
            + [each for each in other if named(each) in edges]
        )
        for own, other in ((kind.all_of, kind.any_of), (kind.any_of, kind.all_of))
    )
    return replace(kind, all_of=all_of, any_of=any_of)


def district() -> Organization:
    """Riverside with a row for every edge.

    Org *area* lies in the district, where course *latin* is without classes. Class *long* has a
    term of the year and one of the year before, class *old* only such a one. Dee is in two
    grades, Gil is guardian of Two, who is at two schools. Cy is in k1 by two enrollments, of which
    *visit* names the other school. Resource *songs* is a course's, *both* a class's and a course's.
    """
    o = cast.riverside()
    cast.gradebook(o)
    cast.demographics(o, "ann")
    cast.add(o, Org, "area", name="Area", type="department", parent="d")
    cast.add(o, Course, "latin", title="Latin", org="d")
    last = date(2025, 8, 15), date(2025, 12, 20)
    cast.session(o, "before", "term", *last, parent="oy", year="2026")
    cast.klass(o, "long", "c1", "s1", "fall", "before")
    cast.klass(o, "old", "c1", "s1", "before")
    cast.add(o, User, "dee", given_name="Dee", family_name="Lee", username="dee",
             grades=["03", "04"])  # fmt: skip
    cast.role(o, "dee", "s1", "student")
    cast.add(o, User, "gil", given_name="Gil", family_name="Lee")
    cast.role(o, "gil", "d", "guardian")
    Agent.objects.create(organization=o, user="two", agent="gil")
    cast.add(o, Enrollment, "visit", user="cy", klass="k1", school="s2", role="student")
    cast.add(o, Result, "cy-quiz", line_item="quiz", student="cy", score=7,
             score_status="fully graded", score_date=date(2026, 9, 3))  # fmt: skip
    cast.resource(o, "book", "k1")
    cast.resource(o, "songs")
    cast.resource(o, "both", "k1")
    for name in ("songs", "both"):
        cast.add(o, CourseResource, f"{name}-c2", course="c2", resource=name)
    cast.add(o, ScoreScale, "scale", title="Scale", type="letter", klass="k1", course="c1",
             values=[{"itemValueLHS": "A", "itemValueRHS": "90"}])  # fmt: skip
    cast.add(o, AssessmentLineItem, "test", title="Test", klass="k1")
    cast.add(o, AssessmentResult, "ann-test", assessment_line_item="test", student="ann",
             score_status="fully graded", score_date=date(2026, 9, 3))  # fmt: skip
    hierarchy.derive(o)
    o.refresh_from_db()
    return o


@pytest.fixture
def riverside(db: None) -> Iterator[Organization]:
    with time_machine.travel(NOON, tick=False):
        yield worlds.once("edges", district)


EMPTIED: dict[Name, tuple[list[Marked], Name]] = {
    ("org", "parent"): ([("org", "d")], ("orgs", "area")),
    ("school", "parent"): ([("org", "d")], ("orgs", "s1")),
    ("calendar", "school"): ([("school", "s1")], ("users", "ann")),
    ("schedule_structure", "calendar"): ([("calendar", "s1~2027")], ("users", "ann")),
    ("grade_level", "structure"): (
        [("schedule_structure", "s1~2027~structure")],
        ("users", "ann"),
    ),
    ("person", "school_enrollment.person"): ([], ("users", "ann")),
    ("person", "district_assignment.person"): ([], ("users", "lea")),
    ("person", "guardian_link.guardian"): ([], ("users", "gus")),
    ("school_enrollment", "person"): ([("person", "ann"), ("person", "bob")], ("users", "gus")),
    ("school_enrollment", "grade_levels"): (
        [("grade_level", "s1~2027~structure~04")],
        ("users", "bob"),
    ),
    ("district_assignment", "person"): ([("person", "tom")], ("enrollments", "tom-k1")),
    ("district_assignment", "org"): ([("org", "d")], ("users", "lea")),
    ("guardian_link", "child"): ([("person", "ann"), ("person", "bob")], ("users", "gus")),
    ("guardian_link", "places"): (
        [("school_enrollment", "ann~s1"), ("school_enrollment", "bob~s1")],
        ("users", "gus"),
    ),
    ("course", "calendar"): ([("calendar", "s2~2027")], ("courses", "c2")),
    ("course", "school"): ([("org", "d")], ("courses", "latin")),
    ("course", "master"): ([("course_master", "c2")], ("classes", "kc")),
    ("section", "school"): ([("school", "s2")], ("classes", "k2")),
    ("section", "calendars"): ([("calendar", "s2~2027")], ("classes", "kc")),
    ("section", "courses"): ([("course", "c1~s2~2027")], ("classes", "k2")),
    ("section", "terms"): ([], ("classes", "old")),
    ("session", "section.terms"): (
        [("section", each) for each in ("k1", "k2", "kc", "long")],
        ("academicSessions", "fall"),
    ),
    ("enrollment", "section"): ([("section", "k2")], ("enrollments", "two-k2")),
    ("enrollment", "person"): ([("person", "ann")], ("enrollments", "ann-k1")),
    ("enrollment", "org"): ([("school", "s2")], ("enrollments", "visit")),
    ("enrollment", "as_student"): ([], ("enrollments", "ann-k1")),
    ("enrollment", "as_staff"): ([], ("enrollments", "tom-k1")),
    ("demographics", "person"): ([("person", "ann")], ("demographics", "ann")),
    ("resource", "classes"): ([], ("resources", "book")),
    ("resource", "courses"): ([], ("resources", "songs")),
    ("score_scale", "section"): ([("section", "k1")], ("scoreScales", "scale")),
    ("line_item", "section"): ([("section", "k1")], ("lineItems", "quiz")),
    ("line_item", "category"): ([("grading_task", "hw")], ("lineItems", "quiz")),
    ("result", "line_item"): ([("line_item", "quiz")], ("results", "ann-quiz")),
    ("result", "student"): ([("person", "ann")], ("results", "ann-quiz")),
    ("result", "as_student"): ([("school_enrollment", "two~s1")], ("results", "two-quiz")),
    ("result", "enrollments"): ([("enrollment", "ann-k1")], ("results", "ann-quiz")),
    ("assessment_line_item", "section"): ([("section", "k1")], ("assessmentLineItems", "test")),
    ("assessment_result", "line_item"): ([("section", "k1")], ("assessmentResults", "ann-test")),
    ("assessment_result", "student"): ([("person", "ann")], ("assessmentResults", "ann-test")),
}
"""With these marks, a record that is published or isn't by this edge alone."""

FURTHER: dict[Name, list[Name]] = {
    ("school_enrollment", "person"): [("guardian_link", "child")],
    ("guardian_link", "child"): [("school_enrollment", "person")],
    ("district_assignment", "person"): [("enrollment", "person")],
    ("section", "school"): [("calendar", "school"), ("section", "courses")],
    ("section", "calendars"): [("course", "calendar")],
    ("enrollment", "person"): [("school_enrollment", "person")],
}
"""Where a mark hides by several edges, the others that are gone before."""

IMPLIED: dict[Name, tuple[list[Marked], Name, str]] = {
    ("guardian_link", "guardian"): (
        [("person", "gus")],
        ("guardian_link", "ann~gus"),
        "a link shows its guardian, and names them to the child: both ask for the guardian too",
    ),
}
"""Edges without which the same is published, with a row that is decided otherwise, and why."""


def empty(edge: Name, monkeypatch: pytest.MonkeyPatch) -> None:
    assert edge in EVERY
    monkeypatch.setitem(KINDS, edge[0], without(KINDS[edge[0]], edge[1]))


def documents(organization: Organization) -> dict[Name, str]:
    """Return what a new reader of everything reads after a refresh."""
    Feed.objects.all().delete()
    (feed,) = published(organization, "1.2")
    return shown(feed)


def mark(organization: Organization, marks: list[Marked]) -> None:
    for kind, sourced_id in marks:
        Mark.objects.create(organization=organization, kind=kind, sourced_id=sourced_id)


def test_every_edge_is_emptied_once() -> None:
    assert {*EMPTIED, *IMPLIED} == EVERY


@pytest.mark.parametrize("edge", EMPTIED)
def test_without_an_edge_something_else_is_published(
    edge: Name, riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, record = EMPTIED[edge]
    mark(riverside, marks)
    before = record in documents(riverside)
    for other in FURTHER.get(edge, []):
        empty(other, monkeypatch)
        assert (record in documents(riverside)) is before, other
    empty(edge, monkeypatch)
    assert (record in documents(riverside)) is not before


@pytest.mark.parametrize("edge", IMPLIED)
def test_an_edge_that_others_imply_changes_decisions_and_no_publication(
    edge: Name, riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, (kind, sourced_id), _ = IMPLIED[edge]
    mark(riverside, marks)
    before, decided = documents(riverside), ok(decide(riverside, *marks), kind, sourced_id)
    empty(edge, monkeypatch)
    assert documents(riverside) == before
    assert ok(decide(riverside, *marks), kind, sourced_id) is not decided


def ok(d: Decision, kind: str, sourced_id: str) -> bool:
    return bool(d.ok(kind)[d.map.ids[rows_of(kind)].position(sourced_id)])


MOVED: dict[tuple[str, tuple[str, ...]], tuple[list[Marked], str]] = {
    ("person", ("school_enrollment.person",)): ([], "lea"),
    ("person", ("district_assignment.person",)): ([], "ann"),
    ("person", ("guardian_link.guardian",)): ([], "ann"),
    ("school_enrollment", ("person",)): ([("person", "ann")], "ann~s1"),
    ("school_enrollment", ("grade_levels",)): (
        [("grade_level", "s1~2027~structure~04")],
        "dee~s1",
    ),
    ("district_assignment", ("person", "org")): ([("person", "tom")], "tom~s1"),
    ("guardian_link", ("guardian",)): ([("person", "gus")], "ann~gus"),
    ("guardian_link", ("child",)): ([("school_enrollment", "ann~s1")], "ann~gus"),
    ("guardian_link", ("places",)): ([("school_enrollment", "two~s1")], "two~gil"),
    ("course", ("calendar", "school")): ([("calendar", "s2~2027")], "c2~s2~2027"),
    ("course", ("school", "master")): ([("course_master", "c2")], "c2~s2~2027"),
    ("section", ("school",)): ([], "old"),
    ("section", ("calendars", "courses")): ([("calendar", "s2~2027")], "kc"),
    ("section", ("courses",)): ([("course", "c1~s2~2027")], "k2"),
    ("section", ("terms",)): ([], "long"),
    ("session", ("section.terms",)): ([("section", "k2")], "fall"),
    ("enrollment", ("section",)): ([("section", "k2")], "two-k2"),
    ("enrollment", ("person",)): ([("school_enrollment", "two~s1")], "two-k1"),
    ("enrollment", ("org",)): ([("school", "s2")], "visit"),
    ("enrollment", ("as_student",)): ([], "tom-k1"),
    ("enrollment", ("as_staff",)): ([], "ann-k1"),
    ("resource", ("classes",)): ([("section", "k1")], "both"),
    ("resource", ("courses",)): ([("course", "c2")], "both"),
    ("line_item", ("section", "category")): ([("grading_task", "hw")], "quiz"),
    ("result", ("line_item",)): ([("line_item", "quiz")], "ann-quiz"),
    ("result", ("student",)): ([("person", "ann")], "ann-quiz"),
    ("result", ("as_student",)): ([("school_enrollment", "two~s1")], "two-quiz"),
    ("result", ("enrollments",)): ([("enrollment", "cy-k1")], "cy-quiz"),
    ("assessment_result", ("line_item", "student")): ([("person", "ann")], "ann-test"),
}
"""Edges of a kind that go to its other tuple, with marks and the row that is decided otherwise.

Where a kind has no `any_of`, one edge that names one parent says the same in either tuple, as it
is the only one there: two go together.
"""

ONLY = {
    ("org", "parent"),
    ("school", "parent"),
    ("calendar", "school"),
    ("schedule_structure", "calendar"),
    ("grade_level", "structure"),
    ("demographics", "person"),
    ("score_scale", "section"),
    ("assessment_line_item", "section"),
}
"""Edges to one parent that is its kind's only one: all of them and any of them are the same."""


def move(kind: str, edges: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, kind, moved(KINDS[kind], edges))


def test_every_edge_is_moved_once() -> None:
    others = {(kind, edge) for kind, edges in MOVED for edge in edges}
    assert others.isdisjoint(ONLY)
    assert others | ONLY == EVERY
    assert all(len(KINDS[kind].parents) == 1 for kind, _ in ONLY)


@pytest.mark.parametrize("case", MOVED)
def test_whether_all_or_any_are_needed_is_what_the_table_of_kinds_says(
    case: tuple[str, tuple[str, ...]], riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kind, edges), (marks, row) = case, MOVED[case]
    before = ok(decide(riverside, *marks), kind, row)
    move(kind, edges, monkeypatch)
    assert ok(decide(riverside, *marks), kind, row) is not before


@pytest.mark.parametrize("edge", sorted(ONLY))
def test_of_one_parent_all_are_what_any_is(
    edge: Name, riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, _ = EMPTIED[edge]
    readers = [*product([marks, []], ["1.1", "1.2"])]
    before = [seen(decide(riverside, *given, version=version)) for given, version in readers]
    move(edge[0], (edge[1],), monkeypatch)
    after = [seen(decide(riverside, *given, version=version)) for given, version in readers]
    assert after == before


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


def test_a_required_reference_that_leads_nowhere_hides() -> None:
    riverside: Organization = cast.riverside()
    cast.enroll(riverside, "nobody", "k1")
    cast.klass(riverside, "kx", "c1", "nowhere")
    cast.klass(riverside, "ky", "nothing", "s1")
    d = decide(riverside)
    assert seen(d).isdisjoint({"nobody-k1", "kx", "ky"})
