"""The life of a connection, from its making to its end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from connections import dates, lifecycle
from connections.models import Client, Connection, Partner, Secret
from connections.models.connection import summary
from connections.partners import create_partner
from roster.models import AuditEntry, Feed, Organization
from roster.publishing import refresh
from roster.refusal import Refused
from tests.connections.conftest import DANA, Vendor, connected, publish


def partner(versions: list[str], types: list[str]) -> Partner:
    return create_partner("Brightpath", versions, types, by="operator")


def actions(connection: Connection) -> list[str]:
    entries = AuditEntry.objects.filter(kind="connection", object_id=str(connection.pk))
    return list(entries.order_by("pk").values_list("action", flat=True))


def read_by(connection: Connection) -> Feed:
    return Feed.objects.get(connection=connection)


def test_a_new_connection_shares_little_and_may_read(riverside: Organization) -> None:
    connection, secret = lifecycle.connect(
        riverside,
        vendor=" Brightpath ",
        oneroster="1.2",
        acknowledge_unsupported=True,
        schools=["south", "north"],
        withheld=["users.email"],
        purpose="Reading",
        by=DANA,
    )
    connection.refresh_from_db()
    assert (connection.vendor, connection.status, connection.shares) == ("Brightpath", "active", [])
    assert (connection.schools, connection.all_schools) == (["north", "south"], False)
    assert connection.feed is not None
    assert connection.feed.state == "following"
    assert connection.feed.rules == {
        "schools": ["north", "south"],
        "shares": [],
        "withheld": ["users.email"],
        "types": [],
    }
    assert connection.created_by == DANA
    assert len(secret) == 43
    assert Client.objects.get().connection == connection
    entry = AuditEntry.objects.get(action="connection.created")
    assert (entry.by_name, entry.organization) == (DANA, riverside)
    assert entry.new == summary(connection)


def test_a_connection_for_later_is_not_published_yet(riverside: Organization) -> None:
    made = connected(riverside, enabled=False).connection
    assert made.status == "disabled"
    assert made.feed is not None
    assert made.feed.state == "off"
    assert not lifecycle.publish_at_once(made, by=DANA)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"acknowledge_unsupported": False}, "acknowledge"),
    ({"types": ["grade_book"]}, "Roster Sync only, not Grade Book Sync"),
    ({"types": ["billing"]}, "“billing”"),
    ({"oneroster": "1.0"}, "“1.0”"),
    ({"all_schools": False}, "name those to share"),
    ({"all_schools": True, "schools": ["north"]}, "name those to share"),
    ({"schools": ["west"]}, "no school west"),
    ({"shares": ["everything"]}, "“everything”"),
    ({"withheld": ["users.givenName"]}, "requires it"),
    ({"vendor": " "}, "Vendor"),
    ({"vendor": "x" * 201}, "Vendor"),
    ({"contact_email": "nobody"}, "Contact email"),
]


@pytest.mark.parametrize(("terms", "words"), REFUSED)
def test_what_cannot_be_connected_is_refused_and_leaves_nothing(
    terms: dict[str, Any], words: str, riverside: Organization
) -> None:
    with pytest.raises(Refused, match=words):
        connected(riverside, **terms)
    for model in (Connection, Client, Secret, Feed):
        assert not model._default_manager.exists()
    assert not AuditEntry.objects.filter(kind="connection").exists()


def test_a_connection_does_not_begin_expired(riverside: Organization) -> None:
    today = riverside.today()
    with pytest.raises(Refused, match="past"):
        connected(riverside, expires=today - timedelta(days=1))
    assert connected(riverside, expires=today).connection.expires == today


@pytest.mark.parametrize(
    ("versions", "types", "oneroster", "asked", "words"),
    [
        (["1.1"], [], "1.2", [], "not certified for OneRoster 1.2"),
        (["1.2"], [], "1.2", ["grade_book"], "not certified for Grade Book Sync"),
        (["1.1", "1.2"], ["assessment"], "1.1", ["assessment"], "1.2 only"),
        (["1.1", "1.2"], ["grade_book"], "1.1", ["grade_book"], None),
        (["1.2"], ["assessment", "grade_book"], "1.2", ["assessment", "grade_book"], None),
    ],
)
def test_a_partner_gets_what_it_is_certified_for(
    versions: list[str],
    types: list[str],
    oneroster: str,
    asked: list[str],
    words: str | None,
    riverside: Organization,
) -> None:
    terms = {"partner": partner(versions, types), "oneroster": oneroster, "types": asked}
    if words is None:
        made = connected(riverside, acknowledge_unsupported=False, **terms).connection
        assert sorted(made.types) == sorted(asked)
        assert made.is_supported()
        return
    with pytest.raises(Refused, match=words):
        connected(riverside, **terms)


def test_each_status_is_reached_audited_and_idempotent(brightpath: Vendor) -> None:
    connection = brightpath.connection
    publish(brightpath)
    for status in ("disabled", "active", "paused", "active", "suspended", "paused", "closed"):
        for _ in range(2):
            lifecycle.set_status(connection, status, by=DANA, reason="because")
            assert connection.status == Connection.objects.get().status == status
    assert actions(connection) == [
        "connection.created",
        "connection.disabled",
        "connection.activated",
        "connection.paused",
        "connection.resumed",
        "connection.suspended",
        "connection.paused",
        "connection.closed",
    ]
    last = AuditEntry.objects.get(action="connection.closed")
    new = summary(connection)
    assert (last.old, last.new) == ({**new, "status": "paused"}, new)
    assert (last.reason, last.by_name) == ("because", DANA)


@pytest.mark.parametrize("status", ["active", "paused", "suspended", "disabled"])
def test_closed_is_for_good(status: str, brightpath: Vendor) -> None:
    publish(brightpath)
    lifecycle.close(brightpath.connection, by=DANA)
    with pytest.raises(Refused, match="for good"):
        lifecycle.set_status(brightpath.connection, status, by=DANA)
    assert Connection.objects.get().status == "closed"


def test_a_pause_keeps_the_publication_of_its_beginning(brightpath: Vendor) -> None:
    connection = brightpath.connection
    with pytest.raises(Refused, match="Nothing is published"):
        lifecycle.pause(connection, by=DANA)
    publish(brightpath, 7)
    day = connection.organization.today() + timedelta(days=3)
    lifecycle.pause(connection, by=DANA)
    lifecycle.pause(connection, by=DANA, until=day)
    connection.refresh_from_db()
    assert (read_by(connection).state, connection.active_on) == ("paused", day)
    lifecycle.resume(connection, by=DANA)
    connection.refresh_from_db()
    assert (connection.status, connection.active_on) == ("active", None)
    assert read_by(connection).state == "following"
    lifecycle.resume(connection, by=DANA)
    assert actions(connection).count("connection.resumed") == 1


STATES = [
    # Who was never enabled has nothing, so nothing of before will leave a tombstone.
    (False, ["suspended", "disabled"], "off"),
    (False, ["active"], "following"),
    (True, ["paused"], "paused"),
    (True, ["suspended"], "paused"),
    (True, ["suspended", "paused"], "paused"),
    (True, ["disabled"], "paused"),
    (True, ["disabled", "active"], "following"),
    (True, ["suspended", "active"], "following"),
]


@pytest.mark.parametrize(("enabled", "statuses", "state"), STATES)
def test_what_a_status_does_to_what_is_read(
    enabled: bool, statuses: list[str], state: str, riverside: Organization
) -> None:
    vendor = connected(riverside, enabled=enabled)
    if enabled:
        publish(vendor)
    for status in statuses:
        lifecycle.set_status(vendor.connection, status, by=DANA)
    assert read_by(vendor.connection).state == state


def test_a_closed_connection_reads_nothing_any_more(brightpath: Vendor) -> None:
    publish(brightpath)
    lifecycle.close(brightpath.connection, by=DANA)
    assert Connection.objects.get().feed is None
    assert not Feed.objects.exists()
    lifecycle.close(brightpath.connection, by=DANA)


def test_a_status_that_is_refused_changes_nothing_that_is_read(brightpath: Vendor) -> None:
    publish(brightpath)
    late = Connection.objects.get()
    brightpath.move(status="closed")
    with pytest.raises(Refused, match="for good"):
        lifecycle.suspend(late, by=DANA)
    assert read_by(late).state == "following"


def test_what_has_expired_is_held_and_goes_on_when_its_day_is_put_off(
    brightpath: Vendor,
) -> None:
    publish(brightpath)
    assert dates.keep_expiry("schedule") == []
    today = brightpath.connection.organization.today()
    brightpath.move(expires=today - timedelta(days=1))
    assert dates.keep_expiry("schedule") == [brightpath.connection]
    assert read_by(brightpath.connection).state == "paused"
    assert dates.keep_expiry("schedule") == []
    lifecycle.activate(brightpath.connection, by=DANA)
    assert read_by(brightpath.connection).state == "paused"
    brightpath.move(expires=today)
    assert dates.keep_expiry("schedule") == [brightpath.connection]
    assert read_by(brightpath.connection).state == "following"


def test_a_pause_ends_on_its_day(brightpath: Vendor) -> None:
    publish(brightpath)
    today = brightpath.connection.organization.today()
    lifecycle.pause(brightpath.connection, by=DANA, until=today + timedelta(days=1))
    assert dates.begin_due("schedule") == []
    brightpath.move(active_on=today)
    assert dates.begin_due("schedule") == [brightpath.connection]
    assert Connection.objects.get().status == "active"


def test_a_launch_happens_on_its_day_in_the_time_zone_of_the_district(
    riverside: Organization,
) -> None:
    with pytest.raises(Refused, match="no day of launch"):
        connected(riverside, active_on=date(2099, 8, 1))
    with time_machine.travel("2027-07-31T12:00:00Z", tick=False):
        vendor = connected(riverside, enabled=False, active_on=date(2027, 8, 1))
    with time_machine.travel("2027-08-01T04:59:00Z", tick=False):
        assert dates.begin_due("schedule") == []
    with time_machine.travel("2027-08-01T05:01:00Z", tick=False):
        assert dates.begin_due("schedule") == [vendor.connection]
        assert dates.begin_due("schedule") == []
    connection = Connection.objects.get()
    assert (connection.status, connection.active_on) == ("active", None)


def test_a_day_doesn_t_overrule_what_was_done_meanwhile(brightpath: Vendor) -> None:
    publish(brightpath)
    brightpath.move(status="paused", active_on=brightpath.connection.organization.today())
    seen = Connection.objects.get()
    lifecycle.suspend(brightpath.connection, by=DANA)
    with pytest.raises(Refused, match="changed meanwhile"):
        lifecycle.activate(seen, by="schedule", due=True)
    assert Connection.objects.get().status == "suspended"


@pytest.mark.parametrize("column", ["expires", "agreement_ends"])
def test_of_two_last_days_the_earlier_counts(column: str, brightpath: Vendor) -> None:
    publish(brightpath)
    today = brightpath.connection.organization.today()
    token = brightpath.token()
    later = dict.fromkeys(("expires", "agreement_ends"), today + timedelta(days=9))
    for day, status in ((today, 200), (today - timedelta(days=1), 403)):
        brightpath.move(**later | {column: day})
        answer = Browser().get(
            "/ims/oneroster/rostering/v1p2/orgs", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, brightpath.ask().status_code == 200) == (status, status == 200)
    assert dates.keep_expiry("schedule") == [brightpath.connection]


def test_only_a_pause_ends_on_a_day_and_that_in_the_future(brightpath: Vendor) -> None:
    publish(brightpath)
    today = brightpath.connection.organization.today()
    with pytest.raises(Refused, match="Only a pause"):
        lifecycle.set_status(
            brightpath.connection, "suspended", by=DANA, until=today + timedelta(days=1)
        )
    for day in (today, today - timedelta(days=1)):
        with pytest.raises(Refused, match="future"):
            lifecycle.set_status(brightpath.connection, "paused", by=DANA, until=day)
    assert brightpath.connection.status == "active"


def test_a_new_connection_is_published_at_once_where_the_district_is(
    brightpath: Vendor, riverside: Organization
) -> None:
    assert not lifecycle.publish_at_once(brightpath.connection, by=DANA)
    refresh(riverside, by=DANA)
    other = connected(riverside, oneroster="1.1").connection
    assert lifecycle.publish_at_once(other, by=DANA)
    published = read_by(other).publication
    assert lifecycle.publish_at_once(other, by=DANA)
    assert read_by(other).publication == published
