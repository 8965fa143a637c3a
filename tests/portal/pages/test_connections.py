"""The list of connections, a new one, and the page of one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import credentials, lifecycle
from connections.models import Connection, Partner
from connections.terms import change_terms
from portal.models import Staff
from roster.clock import clock
from roster.jobs import working
from roster.models import Import, Job, Organization
from roster.publishing import refresh
from roster.refusal import Refused
from tests.cast import add_schools, certified, connected

LIST = "/o/riverside/connections/"
NEW = "/o/riverside/connections/new/"


@pytest.fixture
def partner(db: None) -> Partner:
    return certified("Brightpath")


def filled_in(**changed: Any) -> dict[str, Any]:
    """Return the form of a plain connection with a non-partner, with changes."""
    plain = {
        "vendor_is": "other",
        "vendor": "Busy Bus",
        "acknowledged": "on",
        "oneroster": "1.1",
        "schools_are": "all",
        "enabled": "now",
    }
    return {name: value for name, value in {**plain, **changed}.items() if value is not None}


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


def test_a_partner_is_connected_under_a_name_of_its_own_once(
    as_dana: Client, riverside: Organization, partner: Partner
):
    form = filled_in(vendor_is=str(partner.pk), vendor="Library")
    assert as_dana.post(NEW, form).status_code == 302
    assert riverside.connections.get().title == "Brightpath: Library (1.1)"  # type: ignore[attr-defined]
    again = as_dana.post(NEW, form | {"vendor": "LIBRARY"})
    assert again.status_code == 422
    assert "There is a connection Brightpath: LIBRARY (1.1) already" in again.content.decode()
    assert as_dana.post(NEW, form | {"oneroster": "1.2"}).status_code == 302
    other = connected(riverside, by=Staff.objects.get(), vendor="Other", oneroster="1.1",
                      partner=partner)  # fmt: skip
    with pytest.raises(Refused, match="already"):
        change_terms(other, by="test", vendor="library")


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


def test_a_partner_is_connected_with_privacy_by_default(
    as_dana: Client, riverside: Organization, partner: Partner
):
    form = filled_in(vendor_is=str(partner.pk), vendor="", oneroster="1.2", types=["grade_book"])
    answer = as_dana.post(NEW, form)
    made = riverside.connections.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{LIST}{made.pk}/information/"
    assert (made.vendor, made.partner, made.oneroster) == ("Brightpath", partner, "1.2")
    assert (made.types, made.all_schools, made.schools) == (["grade_book"], True, [])
    assert (made.shares, made.withheld) == ([], [])
    assert (made.status, made.created_by) == ("active", "dana@riverside.example")


def test_everything_that_was_chosen_is_kept(as_dana: Client, riverside: Organization):
    form = filled_in(
        schools_are="some",
        schools=["school-2"],
        shares=["demographics", "users.phone"],
        withheld=["users.email"],
        purpose="Bus routes",
        contact_name="Bo",
        contact_email="bo@bus.example",
        agreement="DPA-7",
        expires="2099-06-30",
        enabled="later",
    )
    assert as_dana.post(NEW, form).status_code == 302
    made = riverside.connections.get()
    assert (made.all_schools, made.schools) == (False, ["school-2"])
    assert (made.shares, made.withheld) == (["demographics", "users.phone"], ["users.email"])
    assert (made.purpose, made.agreement) == ("Bus routes", "DPA-7")
    assert (made.contact_name, made.contact_email) == ("Bo", "bo@bus.example")
    assert (str(made.expires), made.status) == ("2099-06-30", "disabled")
    assert made.unsupported_acknowledged


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"vendor_is": None}, "vendor_is"),
        ({"vendor_is": "4711"}, "vendor_is"),
        ({"vendor": " "}, "vendor"),
        ({"vendor": "x" * 201}, "vendor"),
        ({"acknowledged": None}, "acknowledged"),
        ({"oneroster": "1.0"}, "oneroster"),
        ({"types": ["grade_book"]}, "types"),
        ({"types": ["assessment"]}, "types"),
        ({"types": ["magic"]}, "types"),
        ({"schools_are": None}, "schools_are"),
        ({"schools_are": "some"}, "schools"),
        ({"schools_are": "some", "schools": ["elsewhere"]}, "schools"),
        ({"shares": ["passwords"]}, "shares"),
        ({"withheld": ["users.username"]}, "withheld"),
        ({"withheld": ["users.password"]}, "withheld"),
        ({"contact_email": "bo"}, "contact_email"),
        ({"expires": "2020-01-01"}, "expires"),
        ({"expires": "soon"}, "expires"),
        ({"enabled": None}, "enabled"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    changed: dict[str, Any], field: str, as_dana: Client, riverside: Organization
):
    answer = as_dana.post(NEW, filled_in(**changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not riverside.connections.exists()


def test_a_partner_gets_only_what_it_is_certified_for(as_dana: Client, partner: Partner):
    partner.versions, partner.types = ["1.1"], []
    partner.save()
    form = filled_in(vendor_is=str(partner.pk), oneroster="1.2")
    errors = as_dana.post(NEW, form).context["form"].errors
    assert errors == {"oneroster": ["Brightpath is not certified for OneRoster 1.2."]}
    form = filled_in(vendor_is=str(partner.pk), types=["grade_book"])
    errors = as_dana.post(NEW, form).context["form"].errors
    assert errors == {"types": ["Brightpath is not certified for Grade Book Sync."]}


def test_a_form_that_failed_keeps_what_was_filled_in(as_dana: Client, riverside: Organization):
    form = filled_in(acknowledged=None, purpose="Routes & stops", shares=["demographics"])
    page = as_dana.post(NEW, form).content.decode()
    assert "Routes &amp; stops" in page
    assert 'value="demographics" aria-describedby' in page or 'value="demographics"' in page
    assert "checked" in page.split('value="demographics"')[1].split(">")[0]


def test_schools_of_others_are_not_offered(
    as_dana: Client, riverside: Organization, lakeside: Organization
):
    add_schools(lakeside, "Lake School")
    page = as_dana.get(NEW).content.decode()
    assert "Adams Elementary" in page
    assert "Lake School" not in page


def test_a_vendor_with_new_rules_need_not_wait_for_the_night(
    as_dana: Client, riverside: Organization
):
    as_dana.post(NEW, filled_in())
    assert not Job.objects.exists()
    Import.objects.create(organization=riverside, name="roster.zip", state="applied")
    for name in ("Busy Bus", "Bus 2"):
        as_dana.post(NEW, filled_in(oneroster="1.2", vendor=name))
    job = Job.objects.get()
    assert (job.kind, job.organization, job.state) == ("refresh", riverside, "queued")
    made = riverside.connections.latest("pk")
    assert "Nothing to read yet" in as_dana.get(f"{LIST}{made.pk}/").content.decode()
    refresh(riverside, by="schedule")
    assert "Nothing to read yet" not in as_dana.get(f"{LIST}{made.pk}/").content.decode()
    as_dana.post(NEW, filled_in(oneroster="1.2", vendor="Bus 3"))
    job = Job.objects.get(kind="publish")
    made = riverside.connections.latest("pk")
    assert job.arguments == {"feed": made.feed_id}
    assert "Nothing to read yet" in as_dana.get(f"{LIST}{made.pk}/").content.decode()
    working.work(job.pk, "worker")
    assert "Nothing to read yet" not in as_dana.get(f"{LIST}{made.pk}/").content.decode()


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
