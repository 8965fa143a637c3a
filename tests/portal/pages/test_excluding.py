"""Excluding in the portal: a reason, the numbers, the act; and including again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection, Partner
from roster.deciding.rules import EVERYTHING
from roster.models import AuditEntry, Feed, Mark, Organization
from tests.portal.pages.conftest import acted

ROSTER = "/o/riverside/roster/"
EXCLUDE, INCLUDE = f"{ROSTER}person/exclude/", f"{ROSTER}person/include/"
RECORD = f"{ROSTER}person/record/?id=ann"


def test_a_person_is_excluded_in_two_steps(as_dana: Client, published: Connection):
    page = as_dana.get(f"{EXCLUDE}?id=ann").content.decode()
    assert "Exclude Ann O&#x27;Hara" in page
    told = as_dana.post(EXCLUDE, {"id": "ann", "reason": "The family asked"})
    assert told.status_code == 200
    effect = {str(name): number for name, number in told.context["effect"]}
    # Pat is told for Ann's sake; the result and its line item's score are hers.
    assert (effect["Users"], effect["Enrollments"], effect["Results"]) == (2, 1, 1)
    assert not Mark.objects.exists()
    asked = as_dana.post(EXCLUDE, {"id": "ann", "reason": "The family asked", "confirmed": "1"})
    page = acted(as_dana, asked)
    assert "Excluded. No vendor reads it any longer." in page
    assert f'href="{RECORD}"' in page
    mark = Mark.objects.get()
    assert (mark.kind, mark.sourced_id, mark.by_name) == ("person", "ann", "dana@riverside.example")
    page = as_dana.get(RECORD).content.decode()
    assert "Sent as removed" in page


def test_it_is_counted_for_each_vendor(
    as_dana: Client, published: Connection, django_assert_max_num_queries: Any
):
    given = {"id": "ann", "reason": "The family asked"}
    page = as_dana.post(EXCLUDE, given).content.decode()
    assert "Count it for each vendor" in page
    with django_assert_max_num_queries(30):
        fetched = as_dana.post(
            EXCLUDE, given | {"confirmed": "1", "each": "1"}, headers={"HX-Request": "true"}
        )
    (told,) = fetched.context["vendors"]
    assert told["connection"] == published
    effect = {str(name): number for name, number in told["effect"]}
    assert (effect["Users"], effect["Enrollments"]) == (1, 1)
    assert "<html" not in fetched.content.decode()
    without = as_dana.post(EXCLUDE, given | {"confirmed": "1", "each": "1"})
    assert without.context["effect"]
    assert published.title in without.content.decode()
    assert not Mark.objects.exists()


def test_twelve_vendors_are_counted_by_as_many_queries_as_two(
    as_dana: Client, published: Connection
):
    organization = published.organization

    def connect(vendor: str) -> None:
        Connection.objects.create(
            organization=organization, vendor=vendor, oneroster="1.2",
            partner=Partner.objects.create(name=vendor, versions=["1.2"]),
            feed=Feed.objects.create(
                organization=organization, version="1.2", rules=EVERYTHING, state="following"
            ),
        )  # fmt: skip

    def asked() -> int:
        given = {"id": "ann", "reason": "Asked", "each": "1"}
        as_dana.post(EXCLUDE, given, headers={"HX-Request": "true"})
        with CaptureQueriesContext(database) as queries:
            answer = as_dana.post(EXCLUDE, given, headers={"HX-Request": "true"})
        assert len(answer.context["vendors"]) == organization.connections.count()
        return len(queries)

    connect("Elmwood")
    two = asked()
    for number in range(10):
        connect(f"Oakmont {number}")
    assert asked() == two


def test_several_rows_are_one_act(as_dana: Client, published: Connection):
    page = as_dana.get(f"{EXCLUDE}?id=ann&id=tom").content.decode()
    assert "Exclude 2 People" in page
    given = {"id": ["ann", "tom"], "reason": "Both left", "confirmed": "1"}
    page = acted(as_dana, as_dana.post(EXCLUDE, given))
    assert "2 records excluded." in page
    assert "2 People" in page
    assert AuditEntry.objects.get(action="record.excluded").new == ["ann", "tom"]


def test_including_again_waits_for_a_refresh(as_dana: Client, published: Connection):
    acted(as_dana, as_dana.post(EXCLUDE, {"id": "ann", "reason": "A mistake", "confirmed": "1"}))
    page = as_dana.get(f"{INCLUDE}?id=ann").content.decode()
    assert "Include Ann O&#x27;Hara again" in page
    done = as_dana.post(INCLUDE, {"id": "ann"}, follow=True)
    assert "after the next refresh" in done.content.decode()
    assert not Mark.objects.exists()


def test_what_changes_nothing_says_so(as_dana: Client, published: Connection):
    given = {"id": "ann", "reason": "Twice", "confirmed": "1"}
    acted(as_dana, as_dana.post(EXCLUDE, given))
    assert "excluded already" in acted(as_dana, as_dana.post(EXCLUDE, given))
    page = as_dana.post(INCLUDE, {"id": "tom"}, follow=True).content.decode()
    assert "there was no mark" in page


def test_a_mark_of_the_bundle_stays(as_dana: Client, roster: Organization):
    Mark.objects.create(organization=roster, kind="person", sourced_id="ann", source="bundle")
    page = as_dana.get(RECORD).content.decode()
    assert "/include/" not in page
    assert "The mark goes when a bundle comes in without it." in page
    done = as_dana.post(INCLUDE, {"id": "ann"}, follow=True)
    assert "only a bundle without it clears it" in done.content.decode()
    assert Mark.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_reason_is_asked_for(reason: str, as_dana: Client, roster: Organization):
    answer = as_dana.post(EXCLUDE, {"id": "ann", "reason": reason, "confirmed": "1"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["reason"]
    assert not Mark.objects.exists()
    assert as_dana.post(INCLUDE, {"id": "ann", "reason": "x" * 501}).status_code == 422


def test_nothing_ticked_is_said_on_the_list(as_dana: Client, roster: Organization):
    for address in (EXCLUDE, INCLUDE):
        answer = as_dana.get(address, follow=True)
        assert answer.redirect_chain == [(f"{ROSTER}person/", 302)]
        assert "Tick the rows first" in answer.content.decode()


@pytest.mark.parametrize("address", [EXCLUDE, INCLUDE, f"{ROSTER}session/exclude/"])
def test_what_is_not_there_cannot_be_excluded(address: str, as_dana: Client, roster: Organization):
    assert as_dana.get(f"{address}?id=nobody").status_code == 404
    assert as_dana.post(address, {"id": ["ann", "nobody"], "reason": "x"}).status_code == 404
    assert as_dana.get(f"{ROSTER}planet/exclude/?id=ann").status_code == 404


def test_a_viewer_is_refused(as_victor: Client, roster: Organization):
    for address in (EXCLUDE, INCLUDE):
        assert as_victor.get(f"{address}?id=ann").status_code == 403
        given = {"id": "ann", "reason": "x", "confirmed": "1"}
        assert as_victor.post(address, given).status_code == 403
    assert not Mark.objects.exists()
