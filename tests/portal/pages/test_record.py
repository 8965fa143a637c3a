"""A record's page: what is known, its place in the hierarchy, who reads it, why others don't."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import changing
from connections.models import Connection
from connections.sights import Sight
from portal.models import Staff
from roster.clock import clock
from roster.excluding import exclude, include
from roster.kinds import KINDS
from roster.models import Organization, User
from roster.publishing import refresh
from tests.cast import connected

ROSTER = "/o/riverside/roster/"
ANN = f"{ROSTER}person/record/?id=ann"

ONE_OF_EACH = {
    "org": "d",
    "school": "s1",
    "calendar": "s1~2027",
    "schedule_structure": "s1~2027~structure",
    "grade_level": "s1~2027~structure~09",
    "person": "ann",
    "school_enrollment": "ann~s1",
    "district_assignment": "tom~s2",
    "guardian_link": "ann~pat",
    "course": "c1~s1~2027",
    "section": "k1",
    "session": "t1",
    "grading_task": "cat",
    "enrollment": "e1",
    "demographics": "ann",
    "resource": "res",
    "score_scale": "sc",
    "line_item": "l1",
    "result": "x1",
}


def test_every_kind_has_a_page(as_dana: Client, published: Connection):
    for kind, sourced_id in ONE_OF_EACH.items():
        answer = as_dana.get(f"{ROSTER}{kind}/record/", {"id": sourced_id})
        assert answer.status_code == 200
        assert ("/exclude/" in answer.content.decode()) is KINDS[kind].markable
        address = f"{ROSTER}{kind}/record/connections/{published.pk}/"
        assert as_dana.get(address, {"id": sourced_id}).status_code == 200


def test_a_person_is_told_with_place_and_roles(as_victor: Client, published: Connection):
    page = as_victor.get(ANN).content.decode()
    for words in (
        "Ann O&#x27;Hara", "ann@example.org", "Annie", "LDAP: 12", "student",
        "Ann O&#x27;Hara at North School", "Class enrollments", "May read it",
    ):  # fmt: skip
        assert words in page
    assert "2012" not in page


def test_viewers_see_no_metadata_no_demographics_and_no_buttons(
    as_dana: Client, as_victor: Client, published: Connection
):
    User.objects.filter(sourced_id="ann").update(metadata={"lunch": "free"})
    assert "metadata.lunch" in as_dana.get(ANN).content.decode()
    page = as_victor.get(ANN).content.decode()
    assert "lunch" not in page
    assert "/exclude/" not in page
    for path in ("record/?id=ann", f"record/connections/{published.pk}/?id=ann"):
        assert as_victor.get(f"{ROSTER}demographics/{path}").status_code == 403


def test_a_mark_is_told_with_who_when_and_why(
    as_victor: Client, published: Connection, dana: Staff
):
    exclude(published.organization, "person", ["ann"], reason="The family asked", by=dana)
    page = as_victor.get(ANN).content.decode()
    for words in ("The family asked", "dana@riverside.example", " C"):
        assert words in page


def test_an_inherited_mark_leads_to_the_row_that_has_it(as_victor: Client, published: Connection):
    exclude(published.organization, "school", ["s1"], reason="Closing", by="test")
    answer = as_victor.get(f"{ROSTER}section/record/?id=k1")
    assert answer.context["marks"] == []
    assert answer.context["above"]["name"] == "North School"
    assert "Its own box isn&#x27;t ticked" in answer.content.decode() or "isn't ticked" in (
        answer.content.decode()
    )


def test_each_vendor_is_told_with_what_it_reads(
    as_victor: Client, published: Connection, dana: Staff
):
    organization = published.organization
    south = connected(organization, dana, vendor="Busy Bus", schools=["s2"])
    refresh(organization, by="test")
    published.requests.create(
        at=clock(), method="GET", endpoint="ims/oneroster/rostering/v1p2/students", status=200,
        milliseconds=1, records=1,
    )  # fmt: skip
    readers = sights_on(as_victor.get(ANN))
    assert [(each.connection.vendor, each.state) for each in readers] == [
        ("Brightpath", "live"), ("Busy Bus", "none"),
    ]  # fmt: skip
    assert readers[0].truths.may_read is not None
    assert readers[0].truths.has_read == readers[0].last_read
    assert readers[0].last_read is not None
    address = f"{ROSTER}person/record/connections/{south.pk}/?id=ann"
    page = as_victor.get(address).content.decode()
    assert "isn&#x27;t shared with the connection" in page or "isn't shared" in page
    part = as_victor.get(address, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part
    assert "Because of the" in part


def test_only_a_whole_list_counts_as_having_read_it(as_victor: Client, published: Connection):
    published.requests.create(
        at=clock(), method="GET", status=200, milliseconds=1, records=1,
        endpoint="ims/oneroster/rostering/v1p2/classes/{classSourcedId}/students",
    )  # fmt: skip
    assert sights_on(as_victor.get(ANN))[0].last_read is None
    why = as_victor.get(f"{ROSTER}person/record/connections/{published.pk}/?id=ann")
    assert why.context["why"]["last_read"] is None


def test_the_whole_chain_is_told_to_where_it_begins(
    as_victor: Client, published: Connection, dana: Staff
):
    exclude(published.organization, "school", ["s1"], reason="Closing in May", by=dana)
    assert sights_on(as_victor.get(ANN))[0].state == "removed"
    answer = as_victor.get(f"{ROSTER}person/record/connections/{published.pk}/?id=ann")
    steps = [(step["kind"], step["name"]) for step in answer.context["why"]["chain"]]
    assert steps[0] == ("person", "Ann O'Hara")
    assert steps[-1] == ("school", "North School")
    assert "Closing in May" in answer.content.decode()
    include(published.organization, "school", ["s1"], by=dana)
    page = as_victor.get(f"{ROSTER}person/record/connections/{published.pk}/?id=ann")
    assert "With the next refresh" in page.content.decode()


def test_a_closed_connection_reads_nothing(as_victor: Client, published: Connection):
    Connection.objects.update(status="closed", feed=None)
    page = as_victor.get(f"{ROSTER}person/record/connections/{published.pk}/?id=ann")
    assert "the connection is closed" in page.content.decode()
    assert "no vendor is connected" in as_victor.get(ANN).content.decode()


@pytest.mark.parametrize("status", ["disabled", "suspended"])
def test_a_vendor_that_is_refused_is_not_said_to_read(
    status: str, as_victor: Client, published: Connection
):
    Connection.objects.update(status=status)
    page = as_victor.get(ANN).content.decode()
    assert "Is refused" in page
    assert "May read it" not in page
    assert "It hasn&#x27;t read that list yet" in page or "hasn't read that list yet" in page


def test_who_is_kept_out_is_told_by_whom_and_why(
    as_victor: Client, published: Connection, dana: Staff
):
    changing.change_sharing(published, kept_out={"ann": "Custody"}, by=dana)
    address = f"{ROSTER}person/record/connections/{published.pk}/?id=ann"
    page = as_victor.get(address).content.decode()
    for words in ("kept out of the connection", "Custody", "dana@riverside.example", " C"):
        assert words in page


def test_who_left_the_data_is_still_explained(as_dana: Client, published: Connection):
    exclude(published.organization, "person", ["tom"], reason="Leaves", by="test")
    User.objects.filter(sourced_id="tom").update(status="tobedeleted")
    page = as_dana.get(f"{ROSTER}person/record/?id=tom").content.decode()
    assert "no longer hold this, since" in page
    assert "/exclude/" not in page
    why = as_dana.get(f"{ROSTER}person/record/connections/{published.pk}/?id=tom")
    assert "It is no longer in the imported data." in why.content.decode()
    assert "Tom Li" not in as_dana.get(f"{ROSTER}person/").content.decode()
    found = as_dana.get(ROSTER, {"q": "tom"})
    assert [row["name"] for row in found.context["departed"]] == ["Tom Li"]
    assert as_dana.get(f"{ROSTER}person/exclude/?id=tom").status_code == 404
    assert as_dana.post(f"{ROSTER}person/include/", {"id": "tom"}).status_code == 302
    assert not published.organization.marks.exists()


@pytest.mark.parametrize("asked", ["", "?id=nobody", "?id=%00", "?id=s1"])
def test_a_record_that_is_not_there(asked: str, as_dana: Client, published: Connection):
    assert as_dana.get(f"{ROSTER}person/record/{asked}").status_code == 404
    address = f"{ROSTER}person/record/connections/{published.pk}/{asked}"
    assert as_dana.get(address).status_code == 404
    assert as_dana.get(f"{ROSTER}planet/record/?id=ann").status_code == 404
    assert as_dana.get(f"{ROSTER}person/record/connections/4711/?id=ann").status_code == 404


def test_many_connections_ask_the_database_no_more_often(
    as_dana: Client, published: Connection, dana: Staff
):
    organization: Organization = published.organization
    as_dana.get(ANN)  # What is decided is there from then on.
    counts = []
    for number in (2, 12):
        while organization.connections.count() < number:
            connected(organization, dana, vendor=f"Vendor {organization.connections.count()}")
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(ANN).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_reasons_of_many_connections_come_in_one_go(
    as_victor: Client, published: Connection, dana: Staff
):
    organization: Organization = published.organization
    User.objects.filter(sourced_id="tom").update(status="tobedeleted")
    counts = []
    for number in (3, 9):
        while (made := organization.connections.count()) < number:
            rules: dict[str, Any] = (
                {"kept_out": {"ann": "Custody"}} if made % 2 else {"roles": ["teacher"]}
            )
            connected(organization, dana, vendor=f"Vendor {made}", **rules)
        refresh(organization, by="test")
        as_victor.get(f"{ANN}&why=1")
        with CaptureQueriesContext(database) as queries:
            page = as_victor.get(f"{ANN}&why=1", headers={"hx-request": "true"})
        counts.append(len(queries))
    text = page.content.decode()
    assert counts[0] == counts[1]
    assert text.count("The role student isn") == 4
    assert text.count("“Custody”") == 4
    assert "<html" not in text
    assert "All reasons" not in text
    assert "<h1>" in as_victor.get(f"{ANN}&why=1").content.decode()


def sights_on(page: Any) -> list[Sight]:
    return [each["sight"] for each in page.context["readers"]]
