"""What marks would take away, before anybody sets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from roster.compiling import collections_of, documents
from roster.effects import WIDEST, effect_of_marks

from roster.dialects import people
from roster.kinds import KINDS
from roster.listing import searching
from roster.models import Level, LineItem, Mark, Organization
from roster.visibility import Beginning, Marks, Rules, Walk, marks_of
from tests.roster.districts import demo_district
from tests.roster.importing.conftest import one_class


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    return one_class(tmp_path)


@pytest.mark.parametrize(
    ("kind", "ids", "effect"),
    [
        ("section", [], {}),
        ("result", ["x1"], {"results": 1}),
        ("line_item", ["l1"], {"lineItems": 1, "results": 1}),
        (
            "section",
            ["k1"],
            # The year and its term were told for the sake of this class.
            {
                "academicSessions": 2,
                "classes": 1,
                "enrollments": 2,
                "scoreScales": 2,
                "lineItems": 1,
                "results": 1,
            },
        ),
        ("person", ["tom"], {"users": 1, "enrollments": 1}),
        # Her mother is seen for her sake only.
        ("person", ["ann"], {"users": 2, "enrollments": 1, "demographics": 1, "results": 1}),
    ],
)
def test_the_effect_of_marks_is_told_by_collection(
    kind: str, ids: list[str], effect: dict[str, int], riverside: Organization
) -> None:
    assert effect_of_marks(riverside, kind, ids) == effect
    assert not Mark.objects.exists()


def test_the_numbers_are_those_of_counting_every_document_twice(tmp_path: Path, db: None) -> None:
    organization = demo_district(tmp_path)
    marks = marks_of(organization)
    now = counted(organization, marks)
    for kind, (first, *_) in chosen_rows(organization):
        then = {**marks, kind: marks.get(kind, set()) | {first}}
        left = counted(organization, then)
        wanted = {name: count - left[name] for name, count in now.items() if count != left[name]}
        assert effect_of_marks(organization, kind, [first]) == wanted, (kind, first)


def chosen_rows(organization: Organization) -> Iterator[tuple[str, list[str]]]:
    """Yield every kind that can be marked with ids of rows of it, one that others stand on."""
    for kind in KINDS.values():
        rows = searching.live(organization, kind).order_by("-sourced_id")
        ids = list(rows.values_list("sourced_id", flat=True)[:1])
        if kind.markable and ids:
            yield kind.name, ids
    klass = LineItem.objects.filter(organization=organization).order_by("sourced_id")[0].klass
    yield "section", [klass]
    both = Level.objects.filter(organization=organization, kind="guardian_link")
    yield "person", [both.order_by("sourced_id")[0].sourced_id.split("~")[0]]


def counted(organization: Organization, marks: Marks) -> dict[str, int]:
    rules = Rules.of(WIDEST, organization.field_policy)
    walk = Walk(Beginning(organization, "1.2", rules, organization.today(), marks))
    people.settle(walk)
    return {
        name: sum(len(part.docs) for part in documents(walk, name)) for name in collections_of(walk)
    }
