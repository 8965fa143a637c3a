"""Inherited marks as pages show them say what the walk says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from roster.footings import Footings
from roster.lines import line_for

from roster.excluding import exclude
from roster.explaining import WORDS, explain
from roster.kinds import KINDS
from roster.listing import searching
from roster.models import Klass, Level, Mark, Organization
from roster.visibility import Walk, beginning_of
from tests.roster.districts import EVERYTHING, demo_district

COMPARED = ("school", "calendar", "grade_level", "school_enrollment", "course", "section")


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    return demo_district(tmp_path)


MARKED = (
    ("org", "dist-001"),
    ("school", "sch-002"),
    ("calendar", "sch-002~2027"),
    ("grade_level", ""),
    ("course", ""),
    ("course_master", ""),
    ("section", ""),
    ("person", "stu-000100"),
)


def test_what_is_marked_above_is_what_the_walk_ends_at(riverside: Organization):
    for kind, sourced_id in MARKED:
        rows = searching.live(riverside, KINDS[kind])
        known = sorted(rows.values_list("sourced_id", flat=True))
        Mark.objects.filter(source="person").delete()
        exclude(riverside, kind, [sourced_id or known[0]], reason="Tried out", by="test")
        walk = Walk(beginning_of(line_for(riverside, "1.2", EVERYTHING)))
        for name in COMPARED:
            ids = list(searching.live(riverside, KINDS[name]).values_list("sourced_id", flat=True))
            footings = Footings(riverside, name, ids)
            excluded = {each for each in ids if footings.cause((name, each))}
            fell = {each for each in ids if walk_ends_at_a_mark(walk, name, each)}
            assert excluded == fell, (kind, name)
            assert fell or kind not in ("org", "school")


def test_a_person_is_excluded_with_all_of_their_places(riverside: Organization):
    twice = Level.objects.filter(kind="school_enrollment", organization=riverside)
    people: dict[str, list[str]] = {}
    for person, school in twice.values_list("person", "school"):
        people.setdefault(person, []).append(school)
    both, (first, second) = next((each, at) for each, at in people.items() if len(at) == 2)
    exclude(riverside, "school", [first], reason="Closed", by="test")
    assert Footings(riverside, "person", [both]).inherited(("person", both)) is None
    exclude(riverside, "school", [second], reason="Closed", by="test")
    above = Footings(riverside, "person", [both]).inherited(("person", both))
    assert above in (("school", first), ("school", second))
    told = explain(line_for(riverside, "1.2", EVERYTHING), "person", both)
    assert told["chain"][-1]["reason"] == WORDS["marked"]


def test_a_persons_own_mark_is_no_inherited_one(riverside: Organization):
    exclude(riverside, "person", ["stu-000100"], reason="Asked", by="test")
    footings = Footings(riverside, "person", ["stu-000100"])
    assert footings.cause(("person", "stu-000100")) == ("person", "stu-000100")
    assert footings.inherited(("person", "stu-000100")) is None
    (place,) = footings.of(("person", "stu-000100")).any_of
    assert footings.inherited(place) == ("account", "stu-000100")


def test_a_class_enrollment_is_excluded_with_its_class(riverside: Organization):
    klass = Klass.objects.filter(organization=riverside).order_by("sourced_id")[3]
    exclude(riverside, "section", [klass.sourced_id], reason="Private", by="test")
    rows = searching.found(riverside, KINDS["enrollment"], under={"section": klass.sourced_id})
    ids = list(rows.values_list("sourced_id", flat=True))
    footings = Footings(riverside, "enrollment", ids)
    assert {footings.inherited(("enrollment", each)) for each in ids} == {
        ("section", klass.sourced_id)
    }
    assert not any(("enrollment", each) in footings.marked for each in ids)


def test_many_rows_ask_the_database_no_more_often(riverside: Organization):
    for kind in sorted(KINDS):
        rows = searching.live(riverside, KINDS[kind]).order_by("-sourced_id")
        ids = list(rows.values_list("sourced_id", flat=True)[:12])
        counts = []
        for number in (2, 12):
            with CaptureQueriesContext(database) as queries:
                footings = Footings(riverside, kind, ids[:number])
                for each in ids[:number]:
                    footings.inherited((kind, each))
            counts.append(len(queries))
        assert counts[0] == counts[1], kind


def walk_ends_at_a_mark(walk, kind: str, sourced_id: str) -> bool:
    """Follow the notes of the walk down to where they begin."""
    cause = walk.fell[kind].get(sourced_id)
    while cause is not None and cause.code == "fallen":
        cause = walk.fell[cause.kind].get(cause.sourced_id)
    return cause is not None and cause.code == "marked"
