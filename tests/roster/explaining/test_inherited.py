"""Which rows of a page are excluded, by their own mark or with a marked row above them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from roster.deciding.rules import EVERYTHING
from roster.excluding import exclude, include
from roster.explaining import Exclusions, Node
from roster.kinds import KINDS, ROWS_OF
from roster.listing import live, searching
from roster.models import Klass, Level, Mark, Organization
from roster.publishing.inputs import todays
from tests.roster.districts import demo_district


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    return demo_district(tmp_path)


MARKED = (
    ("org", "dist-001"),
    ("school", "sch-002"),
    ("calendar", ""),
    ("grade_level", ""),
    ("course", ""),
    ("course_master", ""),
    ("section", ""),
    ("person", "stu-000100"),
)


def test_whatever_a_mark_hides_is_excluded_with_it(riverside: Organization):
    Mark.objects.all().delete()
    before = set(visible(riverside))
    for kind, sourced_id in MARKED:
        first = live(riverside, KINDS[kind]).order_by("sourced_id")[0].sourced_id
        node = kind, sourced_id or first
        exclude(riverside, kind, [node[1]], reason="Tried out", by="test")
        exclusions = Exclusions(riverside)
        hidden = before - set(visible(riverside))
        assert hidden or kind == "course_master"
        for each in hidden:
            assert exclusions.cause(each) == node, each
            assert exclusions.marked(each) == (each == node)
        include(riverside, kind, [node[1]], by="test")


def visible(organization: Organization) -> Iterator[Node]:
    """Yield what a reader of everything sees."""
    decision = todays(organization).decide("1.2", EVERYTHING)
    for collection in decision.collections():
        kind = ROWS_OF[collection]
        if kind != "course_row":
            for row in decision.visible(collection).tolist():
                is_school = kind == "org" and decision.map.org.is_school[row]
                yield "school" if is_school else kind, decision.map.ids[kind][row]


def test_a_person_is_excluded_with_all_of_their_places(riverside: Organization):
    twice = Level.objects.filter(kind="school_enrollment", organization=riverside)
    people: dict[str, list[str]] = {}
    for person, school in twice.values_list("person", "school"):
        people.setdefault(person, []).append(school)
    both, (first, second) = next((each, at) for each, at in people.items() if len(at) == 2)
    exclude(riverside, "school", [first], reason="Closed", by="test")
    assert Exclusions(riverside).inherited(("person", both)) is None
    exclude(riverside, "school", [second], reason="Closed", by="test")
    above = Exclusions(riverside).inherited(("person", both))
    assert above in (("school", first), ("school", second))


def test_a_persons_own_mark_is_no_inherited_one(riverside: Organization):
    exclude(riverside, "person", ["stu-000100"], reason="Asked", by="test")
    exclusions = Exclusions(riverside)
    ann = ("person", "stu-000100")
    assert exclusions.cause(ann) == ann
    assert exclusions.inherited(ann) is None
    (place,) = exclusions.parents(ann).any_of
    assert exclusions.inherited(place) == ann


def test_a_class_enrollment_is_excluded_with_its_class(riverside: Organization):
    klass = Klass.objects.filter(organization=riverside).order_by("sourced_id")[3]
    exclude(riverside, "section", [klass.sourced_id], reason="Private", by="test")
    rows = searching.found(riverside, KINDS["enrollment"], under={"section": klass.sourced_id})
    ids = list(rows.values_list("sourced_id", flat=True))
    exclusions = Exclusions(riverside)
    assert {exclusions.inherited(("enrollment", each)) for each in ids} == {
        ("section", klass.sourced_id)
    }
    assert not any(exclusions.marked(("enrollment", each)) for each in ids)


def test_an_org_that_is_marked_as_such_and_became_a_school_is_marked(riverside: Organization):
    exclude(riverside, "school", ["sch-002"], reason="Closed", by="test")
    Mark.objects.filter(source="person").update(kind="org")
    assert Exclusions(riverside).marked(("school", "sch-002"))


def test_many_rows_ask_the_database_no_more_often(riverside: Organization):
    Exclusions(riverside).inherited(("person", "stu-000100"))  # The map is there from then on.
    for kind in sorted(KINDS):
        ids = list(live(riverside, KINDS[kind]).values_list("sourced_id", flat=True)[:12])
        counts = []
        for number in (2, 12):
            with CaptureQueriesContext(database) as queries:
                exclusions = Exclusions(riverside)
                for each in ids[:number]:
                    exclusions.cause((kind, each))
            counts.append(len(queries))
        assert counts[0] == counts[1], kind
