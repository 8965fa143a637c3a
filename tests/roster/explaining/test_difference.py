"""What a change of sharing would do, before anybody makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roster.excluding import exclude
from roster.explaining import difference
from roster.models import Feed, Organization, User
from roster.publishing import change_feed, refresh
from tests.roster.districts import EVERYTHING, demo_district, published, shown
from tests.roster.importing.conftest import one_class

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def riverside(tmp_path: Path, transactional_db: None) -> Organization:
    return one_class(tmp_path)


def counts(now: int, then: int, added: int, removed: int, changed: int) -> dict[str, int]:
    return {"now": now, "then": then, "added": added, "removed": removed, "changed": changed}


def test_before_anything_is_published_all_is_added(riverside: Organization):
    found = difference(None, riverside, "1.2", EVERYTHING)
    assert found["users"] == counts(0, 3, 3, 0, 0)


def test_the_same_sharing_makes_no_difference(riverside: Organization):
    (feed,) = published(riverside, "1.2")
    for name, numbers in difference(feed, riverside, "1.2", EVERYTHING).items():
        size = numbers["now"]
        assert numbers == counts(size, size, 0, 0, 0), name


def test_what_is_narrowed_is_removed_and_whoever_names_it_changes(riverside: Organization):
    (feed,) = published(riverside, "1.2")
    fewer = EVERYTHING | {"shares": ["demographics"]}
    found = difference(feed, riverside, "1.2", fewer)
    # Ann's father goes, and she is no longer shown with him.
    assert found["users"] == counts(3, 2, 0, 1, 1)
    assert found["resources"]["removed"] == found["resources"]["now"]
    assert found["demographics"] == counts(1, 1, 0, 0, 0)


def test_an_import_that_nobody_has_refreshed_makes_none(riverside: Organization):
    (feed,) = published(riverside, "1.2")
    User.objects.filter(sourced_id="tom").update(status="tobedeleted")
    Organization.objects.filter(pk=riverside.pk).touch()
    riverside.refresh_from_db()
    assert difference(feed, riverside, "1.2", EVERYTHING)["users"] == counts(3, 3, 0, 0, 0)


def test_what_is_excluded_comes_with_no_change(riverside: Organization):
    (feed,) = published(riverside, "1.2")
    exclude(riverside, "person", ["tom"], reason="Asked", by="test")
    feed.refresh_from_db()
    assert difference(feed, riverside, "1.2", EVERYTHING)["users"] == counts(2, 2, 0, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"schools": ["sch-001"]},
        {"grades": ["03", "04"]},
        {"roles": ["student", "teacher"]},
        {"shares": []},
        {"withheld": ["users.email"]},
    ],
)
def test_the_numbers_are_those_of_making_the_change(change: dict[str, Any], tmp_path: Path):
    organization = demo_district(tmp_path)
    (feed,) = published(organization, "1.2")
    before = shown(feed)
    said = difference(feed, organization, "1.2", EVERYTHING | change)
    change_feed(feed, EVERYTHING | change, by="test", then=lambda: None)
    refresh(organization, by="test")
    after = shown(feed)
    assert said == {name: compared(name, before, after) for name, _ in {**before, **after}}


def compared(
    name: str, before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
) -> dict[str, int]:
    old = {each: text for (kind, each), text in before.items() if kind == name}
    new = {each: text for (kind, each), text in after.items() if kind == name}
    both = old.keys() & new.keys()
    changed = sum(old[each] != new[each] for each in both)
    return counts(len(old), len(new), len(new) - len(both), len(old) - len(both), changed)


def test_a_feed_without_publication_reads_nothing_now(riverside: Organization):
    feed = Feed.objects.create(organization=riverside, version="1.1", rules={})
    assert difference(feed, riverside, "1.1", {})["users"]["now"] == 0
