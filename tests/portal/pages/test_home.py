"""Where people arrive, and what needs them there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import credentials
from connections.calendar import upcoming
from connections.models import Connection
from portal.models import Membership, Staff
from portal.pages.home import date_words, reason_for
from portal.words import spelled
from roster import audit
from roster.clock import clock
from roster.models import Finding, Import, Organization, Refresh
from tests.cast import connected, signed_in

HOME = "/o/riverside/"


def test_who_serves_one_organization_arrives_there(as_dana: Client):
    assert as_dana.get("/")["Location"] == HOME


def test_who_serves_several_chooses_and_switches(dana: Staff, lakeside: Organization):
    Membership.objects.create(staff=dana, organization=lakeside, role="viewer")
    browser = signed_in(dana)
    for address in ("/", HOME):
        page = browser.get(address).content.decode()
        assert HOME in page
        assert "/o/lakeside/" in page


def test_who_serves_none_is_told_so(db: None):
    nobody = signed_in(Staff.objects.create_user("new@riverside.example"))
    assert "serves no organization yet" in nobody.get("/").content.decode()


def test_the_operator_arrives_at_the_organizations(olga: Staff):
    assert signed_in(olga).get("/")["Location"] == "/organizations/"


def test_after_signing_in_one_is_where_one_wanted_to_be(client: Client, dana: Staff):
    wanted = "/o/riverside/connections/?q=bus"
    to_sign_in = client.get(wanted)["Location"]
    form = {"login": dana.email, "password": "correct horse battery"}
    answer = client.post(to_sign_in, form)
    assert (answer.status_code, answer["Location"]) == (302, wanted)


def test_an_empty_organization_sees_the_steps_to_its_first_connection(
    as_dana: Client, riverside: Organization, dana: Staff
):
    page = as_dana.get(HOME)
    assert page.context["steps"] == [False] * 4
    assert "/o/riverside/imports/" in page.content.decode()
    Import.objects.create(organization=riverside, name="roster.zip", state="applied")
    made = connected(riverside, dana)
    assert as_dana.get(HOME).context["steps"] == [True, True, False, False]
    Connection.objects.filter(pk=made.pk).update(last_seen=clock())
    assert as_dana.get(HOME).context["steps"] is None


def test_home_tells_what_needs_attention(
    as_victor: Client, brightpath: Connection, riverside: Organization
):
    Import.objects.create(organization=riverside, name="night.zip", state="refused", reason="Torn.")
    Refresh.objects.create(organization=riverside, state="published", finished=clock(), added=7)
    audit.record("dana", "record.excluded", riverside, kind="school", object_id="school-1")
    page = as_victor.get(HOME).content.decode()
    for words in (
        "Brightpath", "never connected", "night.zip", "Torn.", "7 added", "2 schools",
        "Next refresh", "Connection made: Brightpath (1.2)",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "The vendor has never connected."),
        ({"last_seen": timedelta(0)}, ""),
        ({"last_seen": timedelta(days=-7, minutes=5)}, ""),
        ({"last_seen": timedelta(days=-8)}, "Not seen for 8 days."),
        ({"expires": timedelta(days=-1)}, "Expired; the vendor is refused."),
        ({"status": "disabled"}, ""),
        ({"status": "suspended"}, ""),
    ],
)
def test_attention_is_asked_for_what_somebody_should_look_at(
    fields: dict[str, Any], reason: str, brightpath: Connection
):
    now = clock()
    moments = {"last_seen": now, "expires": brightpath.organization.today()}
    for name, value in fields.items():
        setattr(brightpath, name, moments[name] + value if name in moments else value)
    assert str(reason_for(brightpath, now)) == reason


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"expires": 31, "agreement_ends": 61}, []),
        ({"expires": 12}, ["Last day in 12 days."]),
        ({"expires": 1, "agreement_ends": 60},
         ["Last day in 1 day.", "Last day of the agreement in 60 days."]),
        ({"expires": 0}, ["Last day today."]),
        ({"expires": -1}, []),
        ({"status": "paused", "active_on": 3}, ["Resumes in 3 days."]),
        ({"status": "disabled", "active_on": 4}, []),
        ({"status": "disabled", "active_on": 1}, ["Launch in 1 day."]),
        ({"status": "closed", "expires": 1}, []),
    ],
)  # fmt: skip
def test_a_date_is_told_in_time(fields: dict[str, Any], reasons: list[str], brightpath: Connection):
    organization = brightpath.organization
    days = {
        name: organization.today() + timedelta(days=value) if isinstance(value, int) else value
        for name, value in fields.items()
    }
    Connection.objects.filter(pk=brightpath.pk).update(**days)
    assert [date_words(date, organization.today()) for date in upcoming(organization)] == reasons


def test_failing_requests_two_secrets_and_findings_are_told(
    as_victor: Client, brightpath: Connection, dana: Staff
):
    credentials.rotate(brightpath, by=dana)
    for _ in range(2):
        brightpath.requests.create(
            at=clock(), method="GET", endpoint="users", status=403, milliseconds=1
        )
    night = Import.objects.create(
        organization=brightpath.organization, name="night.zip", state="applied"
    )
    plain = {"of_import": night, "code": "bad-date", "file": "users.csv", "message": "No date."}
    for row in (7, 8):
        Finding.objects.create(**plain, severity="warning", row=row, occurrences=41)
    Finding.objects.create(**plain, severity="notice", column="grades")
    page = as_victor.get(HOME).content.decode()
    for words in ("2 requests were refused", "Two secrets are valid", "41 rows and values"):
        assert words in page


def test_a_school_year_is_written_as_people_do():
    assert [spelled(year) for year in ("2027", "2100", "", "soon")] == [
        "2026–27",
        "2099–00",
        "",
        "",
    ]


def test_many_connections_ask_the_database_no_more_often(
    as_dana: Client, riverside: Organization, dana: Staff
):
    counts = []
    for number in (2, 12):
        while riverside.connections.count() < number:
            connected(riverside, dana)
        with CaptureQueriesContext(database) as queries:
            as_dana.get(HOME)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_no_bundle_for_36_hours_is_told(as_dana: Client, riverside: Organization):
    of_import = Import.objects.create(organization=riverside, name="a.zip", state="applied")
    assert "No bundle for 36 hours" not in as_dana.get(HOME).content.decode()
    Import.objects.filter(pk=of_import.pk).update(began=clock() - timedelta(hours=37))
    page = as_dana.get(HOME).content.decode()
    assert "No bundle for 36 hours" in page
    assert "at the export of your student information system" in page


def test_a_held_import_is_told_with_its_reasons_and_what_to_do(
    as_dana: Client, riverside: Organization
):
    holds = [{"code": "school", "reason": "The school North (n) would be removed."}]
    held = Import.objects.create(
        organization=riverside, name="roster.zip", state="held", holds=holds
    )
    page = as_dana.get(HOME).content.decode()
    assert "The school North (n) would be removed." in page
    assert f"/o/riverside/imports/{held.pk}/" in page
    Import.objects.update(state="discarded", reason="Superseded by import 7.")
    page = as_dana.get(HOME).content.decode()
    assert "Superseded by import 7." in page
    assert "--approve" not in page
