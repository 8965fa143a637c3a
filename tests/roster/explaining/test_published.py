"""How publications have one record."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from roster.excluding import exclude
from roster.explaining import Entry, entries
from roster.models import Feed, Organization
from tests.roster.districts import published
from tests.roster.importing.conftest import one_class

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def feeds(tmp_path: Path, transactional_db: None) -> list[Feed]:
    return published(one_class(tmp_path), "1.1", "1.2", "1.2")


def head(feed: Feed) -> int:
    feed.refresh_from_db()
    assert feed.publication_id
    return feed.publication_id


def test_a_record_is_live_then_a_tombstone_with_the_stamps_of_its_lists(feeds: list[Feed]):
    old = [head(feed) for feed in feeds]
    assert feeds[0].publication
    number = feeds[0].publication.number
    assert entries(old, "users", "ann") == dict.fromkeys(old, Entry("active", number))
    assert entries(old, "users", "nobody") == {}
    exclude(feeds[0].organization, "person", ["ann"], reason="Asked", by="test")
    acted = Organization.objects.get().last_number
    # In what a run may still read, the tombstone has taken her place.
    every = [*old, *(head(feed) for feed in feeds)]
    assert entries(every, "users", "ann") == dict.fromkeys(every, Entry("tobedeleted", acted))
    assert {each.stamp for each in entries(every, "users", "tom").values()} == {number}


def test_many_publications_ask_the_database_no_more_often(feeds: list[Feed]):
    heads = [head(feed) for feed in feeds]
    numbers = []
    for size in (1, 3):
        with CaptureQueriesContext(database) as queries:
            assert len(entries(heads[:size], "users", "ann")) == size
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]
