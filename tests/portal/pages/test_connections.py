"""The list of connections, a new one, and the page of one."""

from __future__ import annotations

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import credentials, lifecycle
from connections.models import Connection
from connections.terms import change_terms
from portal.models import Staff
from roster.clock import clock
from roster.models import Organization
from tests.cast import connected

LIST = "/o/riverside/connections/"
NEW = "/o/riverside/connections/new/"


def test_the_list_says_who_reads_what(as_victor: Client, brightpath: Connection, dana: Staff):
    connected(brightpath.organization, dana, vendor="Busy Bus", schools=["school-2"])
    page = as_victor.get(LIST).content.decode()
    for words in ("Brightpath", "Digital Learning Partner", "Grade Book Sync", "All schools"):
        assert words in page
    for words in ("Busy Bus", "Non-partner, unsupported", "1 school", "never"):
        assert words in page


def test_an_empty_list_says_what_it_is_for(as_dana: Client, as_victor: Client):
    page = as_dana.get(LIST)
    assert "No vendor is connected yet" in page.content.decode()
    assert NEW in page.content.decode()
    assert NEW not in as_victor.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Brightpath", "Busy Bus"]),
        ("q=bus", ["Busy Bus"]),
        ("q=%25", []),
        ("q=%00bus", ["Busy Bus"]),
        ("q=BRIGHT", ["Brightpath"]),
        ("q=routes", ["Busy Bus"]),
        ("status=paused", []),
        ("status=suspended", ["Busy Bus"]),
        ("status=nonsense", ["Brightpath", "Busy Bus"]),
        ("has=grade_book", ["Brightpath"]),
        ("has=roster&order=new", ["Busy Bus", "Brightpath"]),
        ("order=seen", ["Busy Bus", "Brightpath"]),
        ("order=status", ["Brightpath", "Busy Bus"]),
    ],
)
def test_the_list_is_searched_narrowed_and_ordered(
    query: str, found: list[str], as_dana: Client, brightpath: Connection, dana: Staff
):
    Connection.objects.filter(pk=brightpath.pk).update(last_seen=clock())
    bus = connected(brightpath.organization, dana, vendor="Busy Bus", purpose="Routes")
    lifecycle.suspend(bus, by=dana)
    answer = as_dana.get(f"{LIST}?{query}")
    assert [each.vendor for each in answer.context["connections"]] == found


def test_closed_connections_are_shown_when_asked_for(
    as_dana: Client, brightpath: Connection, dana: Staff
):
    lifecycle.close(brightpath, by=dana)
    page = as_dana.get(LIST)
    assert page.context["connections"] == []
    assert "?status=closed" in page.content.decode()
    assert as_dana.get(LIST, {"status": "closed"}).context["connections"] == [brightpath]


def test_a_tile_says_what_the_partner_could_have_too(as_dana: Client, brightpath: Connection):
    assert "Grade Book Sync: not enabled" not in as_dana.get(LIST).content.decode()
    Connection.objects.filter(pk=brightpath.pk).update(types=[])
    assert "Grade Book Sync: not enabled" in as_dana.get(LIST).content.decode()


def test_two_of_one_title_from_earlier_are_told_apart(
    as_dana: Client, brightpath: Connection, dana: Staff
):
    other = connected(
        brightpath.organization, dana, partner=brightpath.partner, vendor="Brightpath 2"
    )
    assert f"No. {other.pk}" not in as_dana.get(LIST).content.decode()
    Connection.objects.filter(pk=other.pk).update(vendor="Brightpath")
    assert f"No. {other.pk}" in as_dana.get(LIST).content.decode()


def test_a_long_list_asks_the_database_no_more_often(
    as_dana: Client, riverside: Organization, dana: Staff
):
    counts = []
    for number in (2, 12):
        while riverside.connections.count() < number:
            connected(riverside, dana, vendor=f"Vendor {riverside.connections.count()}")
        with CaptureQueriesContext(
            database,
        ) as queries:
            assert as_dana.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_of_a_connection_tells_what_was_agreed(
    as_victor: Client, riverside: Organization, dana: Staff
):
    made = connected(
        riverside,
        dana,
        schools=["school-1"],
        shares=["demographics"],
        withheld=["users.email"],
        purpose="Reading\npractice",
        contact_email="sam@brightpath.example",
        agreement="DPA-7",
    )
    made.requests.create(
        at=clock(), method="GET", endpoint="users", status=403, milliseconds=1, reason="No scope."
    )
    page = as_victor.get(f"{LIST}{made.pk}/").content.decode()
    for words in (
        "Adams Elementary", "Demographics", "Guardians and relatives", "E-mail addresses",
        "Reading<br>practice", "sam@brightpath.example", "DPA-7", "dana@riverside.example",
        "GET users", "No scope.", "Active",
    ):  # fmt: skip
        assert words in page
    assert "Banneker" not in page


def test_its_history_has_old_and_new_values(as_victor: Client, brightpath: Connection):
    change_terms(brightpath, by="test", agreement="DPA-9")
    history = as_victor.get(f"{LIST}{brightpath.pk}/").context["history"]
    (_entry, changes) = history[0]
    assert changes == [("Agreement", "—", "DPA-9")]


def test_a_viewer_sees_no_secrets_and_no_acts(
    as_dana: Client, as_victor: Client, brightpath: Connection
):
    address = f"{LIST}{brightpath.pk}/"
    hint = credentials.live(brightpath)[0].hint
    for page, sees in ((as_dana.get(address), True), (as_victor.get(address), False)):
        text = page.content.decode()
        assert (f"…{hint}" in text) is sees
        assert ("/secrets/" in text) is sees
        assert ("/status/" in text) is sees


@pytest.mark.parametrize("pk", [0, 4711, 10**30])
def test_a_connection_that_never_was_is_not_there(pk: int, as_dana: Client):
    assert as_dana.get(f"{LIST}{pk}/").status_code == 404


def test_times_are_the_districts(as_dana: Client, brightpath: Connection):
    page = as_dana.get(f"{LIST}{brightpath.pk}/").content.decode()
    assert " CST" in page or " CDT" in page
    assert " UTC" not in page
