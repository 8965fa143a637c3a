"""Refreshing: all that is shared as it stands now, and nothing written where nothing differs."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from roster import publishing
from roster.clock import clock, milliseconds
from roster.excluding import exclude
from roster.models import (
    AuditEntry,
    Document,
    Feed,
    FormerRow,
    ListPart,
    Organization,
    Publication,
    Refresh,
    Rendered,
    User,
)
from roster.publishing import close_dead, making, refresh
from roster.refusal import Refused
from tests.locking import held_by_another
from tests.roster.districts import EVERYTHING, demo_district, published, shown, stamps, student_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


def rename(organization: Organization, sourced_id: str, name: str) -> None:
    rows = User.objects.filter(organization=organization, sourced_id=sourced_id)
    rows.update(given_name=name, last_modified=clock() + timedelta(seconds=1))
    Organization.objects.filter(pk=organization.pk).touch()


def test_a_refresh_that_finds_nothing_new_keeps_the_publication(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    head, parts, documents = feed.publication, ListPart.objects.count(), Document.objects.count()
    found = refresh(district, by="test")
    feed.refresh_from_db()
    assert feed.publication == head
    assert (found["added"], found["changed"], found["removed"]) == (0, 0, 0)
    assert found["feeds"][0]["publication"] == head.number if head else 0
    assert (ListPart.objects.count(), Document.objects.count()) == (parts, documents)


def test_what_changed_gets_a_new_stamp_and_nothing_else_does(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student, before = student_of(feed), stamps(feed)
    rename(district, student, "Zoë")
    found = refresh(district, by="test")
    after, head = stamps(feed), feed.publication
    assert head
    assert (found["added"], found["changed"], found["removed"]) == (0, 1, 0)
    assert {key for key in before if after[key] != before[key]} == {("users", student)}
    assert after["users", student] == head.number == found["publication"]
    assert json.loads(shown(feed)["users", student])["givenName"] == "Zoë"


def test_what_a_vendor_does_not_see_moves_no_stamp(district: Organization) -> None:
    narrow, wide = published(district, "1.2", "1.2")
    narrow.rules = EVERYTHING | {"shares": []}
    narrow.save()
    refresh(district, by="test")
    student, before, other = student_of(narrow), stamps(narrow), stamps(wide)
    User.objects.filter(organization=district, sourced_id=student).update(
        phone="555-0100", last_modified=clock() + timedelta(seconds=1)
    )
    Organization.objects.filter(pk=district.pk).touch()
    refresh(district, by="test")
    assert stamps(narrow) == before
    assert {key for key, stamp in stamps(wide).items() if other[key] != stamp} == {
        ("users", student)
    }


def test_who_has_left_leaves_a_tombstone_for_a_while(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    rows = User.objects.filter(organization=district, sourced_id=student)
    rows.update(status="tobedeleted", last_modified=clock() + timedelta(seconds=1))
    Organization.objects.filter(pk=district.pk).touch()
    refresh(district, by="test")
    assert ("users", student) not in shown(feed)
    assert ("users", student) in shown(feed, tombstones=True)
    with time_machine.travel(clock() + timedelta(days=district.tombstone_days + 1)):
        found = refresh(district, by="test")
        assert ("users", student) not in shown(feed, tombstones=True)
        assert found["removed"] == 0


def test_who_returns_is_no_tombstone_any_more(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    before = shown(feed)["users", student]
    rows = User.objects.filter(organization=district, sourced_id=student)
    for status in ("tobedeleted", "active"):
        rows.update(status=status)
        Organization.objects.filter(pk=district.pk).touch()
        refresh(district, by="test")
    head = feed.publication
    assert shown(feed)["users", student] == before
    assert ("users", student) not in shown(feed, tombstones=True)
    feed.refresh_from_db()
    assert feed.publication != head
    assert feed.publication
    assert stamps(feed)["users", student] == feed.publication.number


def test_equal_rules_share_the_decision_and_the_documents(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[int] = []
    render = making.rendered

    def counted(organization: Organization, d: Any, collection: str, positions: Any) -> Any:
        rendered.append(len(positions))
        return render(organization, d, collection, positions)

    monkeypatch.setattr(making, "rendered", counted)
    published(district, "1.2")
    first = sum(rendered)
    published(district, "1.2", "1.2", schools="all")
    assert sum(rendered) == first
    assert Document.objects.filter(version="1.2").count() == first


def test_emptying_the_cache_of_rendered_documents_changes_nothing(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    before, head = stamps(feed), feed.publication
    Rendered.objects.all().delete()
    found = refresh(district, by="test")
    feed.refresh_from_db()
    assert (feed.publication, stamps(feed)) == (head, before)
    assert (found["added"], found["changed"], found["removed"]) == (0, 0, 0)


def test_a_collection_that_is_shared_no_longer_leaves_tombstones(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    categories = {key for key in shown(feed) if key[0] == "categories"}
    Feed.objects.filter(pk=feed.pk).update(rules=EVERYTHING | {"types": []})
    refresh(district, by="test")
    assert categories
    assert not categories & shown(feed).keys()
    assert categories <= shown(feed, tombstones=True).keys()


def test_a_refresh_is_refused_while_another_is_running(district: Organization) -> None:
    with held_by_another(f"refresh-{district.pk}"):
        dead = Refresh.objects.create(organization=district)
        assert close_dead() == 0
        with pytest.raises(Refused, match="already running"):
            refresh(district, by="test")
    refresh(district, by="test")
    dead.refresh_from_db()
    assert dead.state == Refresh.State.FAILED


def test_a_refresh_leaves_its_history_and_an_audit_entry(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    row = Refresh.objects.get(organization=district)
    assert feed.publication
    assert (row.state, row.percent, row.number) == ("published", 100, feed.publication.number)
    assert row.added == len(shown(feed))
    entry = AuditEntry.objects.get(organization=district, action="cache.refreshed")
    assert entry.new == {"added": row.added, "changed": 0, "removed": 0}


def test_one_that_fails_says_so_and_keeps_nobody_waiting(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("roster.publishing.flipping.next_number", broken)
        with pytest.raises(ConnectionError):
            published(district, "1.2")
    assert Refresh.objects.get(organization=district).state == Refresh.State.FAILED
    feed = Feed.objects.get(organization=district)
    assert feed.publication is None
    refresh(district, by="test")
    feed.refresh_from_db()
    assert feed.publication is not None


def interrupted(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> list[int]:
    """Let a refresh be overtaken by these acts, one whenever it has prepared what it shows."""
    waiting, made, make = iter(acts), [], making.Maker.make

    def overtaken(maker: making.Maker, *arguments: Any) -> None:
        make(maker, *arguments)
        made.append(1)
        if act := next(waiting, None):
            act()

    monkeypatch.setattr(making.Maker, "make", overtaken)
    return made


def test_a_refresh_that_is_overtaken_by_an_exclusion_goes_on(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue row 11."""
    (feed,) = published(district, "1.2")
    one, other = student_of(feed, 3), student_of(feed, 5)
    made = interrupted(
        monkeypatch,
        lambda: exclude(district, "person", [one], reason="Opt-out", by="dana"),
        lambda: exclude(district, "person", [other], reason="Opt-out", by="dana"),
    )
    rename(district, student_of(feed, 7), "Zoë")
    found = refresh(district, by="test")
    assert len(made) == 3
    assert found["changed"] == 1
    assert not {("users", one), ("users", other)} & shown(feed).keys()


def test_nobody_is_shown_what_changed_while_it_was_published(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    interrupted(monkeypatch, lambda: rename(district, student, "Later"))
    rename(district, student, "Zoë")
    refresh(district, by="test")
    assert json.loads(shown(feed)["users", student])["givenName"] == "Later"
    assert FormerRow.objects.count() == 0


def test_a_held_feed_is_left_alone(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student, before = student_of(feed), shown(feed)
    publishing.pause_feed(feed, by="dana", then=lambda: None)
    rename(district, student, "Zoë")
    found = refresh(district, by="test")
    assert found["feeds"] == []
    assert shown(feed) == before


def test_numbers_grow_even_where_the_clock_goes_back(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    first = feed.publication
    assert first
    rename(district, student, "Zoë")
    with time_machine.travel(clock() - timedelta(hours=1)):
        refresh(district, by="test")
    feed.refresh_from_db()
    assert feed.publication
    assert feed.publication.number == first.number + 1
    assert first.number <= milliseconds(clock())
    assert Publication.objects.get(pk=first.pk).superseded is not None
