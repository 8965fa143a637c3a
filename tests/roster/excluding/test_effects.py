"""What marks would take away, before anybody sets them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from roster.deciding.rules import EVERYTHING
from roster.excluding import effect_of_marks, effects_of_marks, exclude, include
from roster.kinds import KINDS
from roster.listing import live
from roster.models import Feed, Level, LineItem, Mark, Org, Organization
from roster.publishing import refresh
from tests.roster.districts import demo_district, published
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
            # The year and its term are published for the sake of this class.
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
        # Her mother is visible through her only.
        ("person", ["ann"], {"users": 2, "enrollments": 1, "demographics": 1, "results": 1}),
    ],
)
def test_the_effect_of_marks_is_counted_by_collection(
    kind: str, ids: list[str], effect: dict[str, int], riverside: Organization
) -> None:
    assert effect_of_marks(riverside, kind, ids) == effect
    assert not Mark.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_numbers_are_those_of_excluding_it_for_each_reader(tmp_path: Path) -> None:
    organization = demo_district(tmp_path)
    school = Org.objects.filter(organization=organization, type="school").earliest("sourced_id")
    feeds = [
        *published(organization, "1.2", "1.1"),
        *published(organization, "1.2", unenrolled=False),
        *published(organization, "1.2", "1.1", schools=[school.sourced_id]),
    ]
    readers = [(feed.version, feed.rules) for feed in feeds]
    for kind, (first, *_) in (*chosen_rows(organization), ("school", [school.sourced_id])):
        before = [*map(counted, feeds)]
        everybody = effect_of_marks(organization, kind, [first])
        effects = effects_of_marks(organization, kind, [first], readers)
        exclude(organization, kind, [first], reason="Tried out", by="test")
        after = [*map(counted, feeds)]
        assert effects == [*map(gone, before, after)], (kind, first)
        assert effects[0] == everybody
        include(organization, kind, [first], by="test")
        refresh(organization, by="test")


def test_a_reader_of_less_can_lose_more(riverside: Organization) -> None:
    enrolled = "1.2", EVERYTHING | {"unenrolled": False}
    (effect,) = effects_of_marks(riverside, "section", ["k1"], [enrolled])
    assert effect["users"] > 0
    assert "users" not in effect_of_marks(riverside, "section", ["k1"])
    assert effects_of_marks(riverside, "section", ["k1"], []) == []


def gone(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: before[name] - after[name] for name in before if before[name] != after[name]}


def chosen_rows(organization: Organization) -> Iterator[tuple[str, list[str]]]:
    """Yield every kind that can be marked with ids of rows of it, one that has rows below it."""
    for kind in KINDS.values():
        rows = live(organization, kind).order_by("-sourced_id")
        ids = list(rows.values_list("sourced_id", flat=True)[:1])
        if kind.markable and ids:
            yield kind.name, ids
    klass = LineItem.objects.filter(organization=organization).order_by("sourced_id")[0].klass
    yield "section", [klass]
    both = Level.objects.filter(organization=organization, kind="guardian_link")
    yield "person", [both.order_by("sourced_id")[0].sourced_id.split("~")[0]]


def counted(feed: Feed) -> dict[str, int]:
    feed.refresh_from_db()
    assert feed.publication
    return {name: counts["records"] for name, counts in feed.publication.counts.items()}
