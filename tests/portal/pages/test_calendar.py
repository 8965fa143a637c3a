"""The calendar and the partner directory, as a district reads them."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import credentials
from connections.models import Connection
from portal.models import Staff
from roster.models import Organization, Rollover
from tests.cast import certified, connected

CALENDAR = "/o/riverside/connections/calendar/"
PARTNERS = "/o/riverside/connections/partners/"


def test_what_happens_by_date_is_listed_the_next_first(
    as_victor: Client, riverside: Organization, dana: Staff
):
    today = riverside.today()
    assert "Nothing is planned" in as_victor.get(CALENDAR).content.decode()
    bus = connected(riverside, dana, vendor="Busy Bus", expires=today + timedelta(days=9))
    Connection.objects.filter(pk=bus.pk).update(agreement_ends=today + timedelta(days=10))
    soon = connected(
        riverside, dana, vendor="Soon", enabled=False, active_on=today + timedelta(days=4)
    )
    credentials.set_last_day(soon, today + timedelta(days=5), by=dana)
    paused = connected(riverside, dana, vendor="Library")
    Connection.objects.filter(pk=paused.pk).update(
        status="paused", active_on=today + timedelta(days=3)
    )
    old = connected(riverside, dana, vendor="Old")
    Connection.objects.filter(pk=old.pk).update(expires=today - timedelta(days=1))
    connected(riverside, dana, vendor="Later", enabled=False)
    Rollover.objects.create(
        organization=riverside, before="2027", after="2028", day=today + timedelta(days=20)
    )
    answer = as_victor.get(CALENDAR)
    days = [(each.vendor, each.what, past) for each, *_, past in answer.context["days"]]
    assert days == [
        ("Old", "expires", True),
        ("Library", "resumes", False),
        ("Soon", "begins", False),
        ("Soon", "secret", False),
        (bus.vendor, "expires", False),
        (bus.vendor, "agreement", False),
        ("", "rollover", False),
    ]
    assert [each.vendor for each in answer.context["waiting"]] == ["Later"]


def test_partners_are_read_with_what_they_are_certified_for(
    as_victor: Client, brightpath: Connection
):
    page = as_victor.get(PARTNERS).content.decode()
    for words in ("Brightpath", "Grade Book Sync", f"/connections/{brightpath.pk}/"):
        assert words in page


def test_without_partners_the_page_says_what_then(as_dana: Client):
    assert "The directory is empty" in as_dana.get(PARTNERS).content.decode()


def test_many_ask_the_database_no_more_often(as_dana: Client, riverside: Organization, dana: Staff):
    counts = []
    for number in (2, 12):
        while riverside.connections.count() < number:
            partner = certified(f"P{riverside.connections.count()}")
            connected(riverside, dana, partner=partner, expires=riverside.today())
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(CALENDAR).status_code == 200
            assert as_dana.get(PARTNERS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
