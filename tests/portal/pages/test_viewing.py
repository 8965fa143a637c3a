"""View as vendor: the API's own documents, without leaving a trace of a reading."""

from __future__ import annotations

import json

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections import lifecycle
from connections.models import Connection, Request, Run
from portal.models import Staff
from roster.clock import clock
from roster.excluding import exclude
from roster.models import User
from roster.publishing import refresh
from tests.cast import connected


def view_of(connection: Connection, collection: str = "") -> str:
    path = f"/o/riverside/connections/{connection.pk}/view/"
    return f"{path}{collection}/" if collection else path


def shown(browser: Client, connection: Connection, collection: str, **asked: str) -> list[dict]:
    answer = browser.get(view_of(connection, collection), asked)
    assert answer.status_code == 200
    return [json.loads(each.text) for each in answer.context["documents"]]


def test_the_collections_are_listed_with_their_numbers(as_victor: Client, published: Connection):
    answer = as_victor.get(view_of(published))
    told = {name: number for name, _, number, _ in answer.context["collections"]}
    assert (told["users"], told["classes"], told["enrollments"]) == (2, 1, 2)
    assert "demographics" not in told
    assert " CST" in answer.content.decode() or " CDT" in answer.content.decode()


def test_it_counts_as_no_reading(as_victor: Client, published: Connection):
    shown(as_victor, published, "users")
    as_victor.get(view_of(published))
    published.refresh_from_db()
    assert published.last_seen is None
    assert not Run.objects.exists()
    assert not Request.objects.exists()


def test_one_record_is_found_by_its_id(as_victor: Client, published: Connection):
    (ann,) = shown(as_victor, published, "users", id="ann")
    assert (ann["givenName"], ann["roles"][0]["org"]["href"]) == (
        "Ann", "http://testserver/ims/oneroster/rostering/v1p2/orgs/s1",
    )  # fmt: skip
    answer = as_victor.get(view_of(published, "users"), {"id": "ann"})
    (document,) = answer.context["documents"]
    assert ("org", "s1", f"{view_of(published, 'orgs')}?id=s1") in document.links
    assert "v1p2/users/ann" in answer.content.decode()
    listed = as_victor.get(view_of(published, "users")).context["curl"]
    assert listed.startswith('curl -H "Authorization: Bearer $TOKEN" \'http://testserver/')


def test_what_the_vendor_cannot_read_leads_to_the_reasons(as_victor: Client, published: Connection):
    answer = as_victor.get(view_of(published, "users"), {"id": "pat"})
    assert answer.context["documents"] == []
    assert "/o/riverside/roster/person/record/?id=pat" in answer.content.decode()
    for nobody in ("nobody", "\0", "a/b"):
        assert shown(as_victor, published, "users", id=nobody) == []


def test_an_excluded_record_is_sent_as_removed(as_victor: Client, published: Connection):
    exclude(published.organization, "person", ["ann"], reason="Asked", by="test")
    assert [each["sourcedId"] for each in shown(as_victor, published, "users")] == ["tom"]
    (ann,) = shown(as_victor, published, "users", id="ann")
    assert (ann["status"], ann["givenName"]) == ("tobedeleted", "Removed")


def test_a_paused_connection_shows_what_it_goes_on_reading(
    as_victor: Client, published: Connection, dana: Staff
):
    lifecycle.pause(published, by=dana)
    User.objects.filter(sourced_id="tom").update(given_name="Thomas", last_modified=clock())
    organization = published.organization
    type(organization).objects.filter(pk=organization.pk).touch()
    refresh(organization, by="test")
    (tom,) = shown(as_victor, published, "users", id="tom")
    assert tom["givenName"] == "Tom"
    assert "It goes on reading what it had" in as_victor.get(view_of(published)).content.decode()


def test_viewers_see_neither_demographics_nor_metadata(
    as_dana: Client, as_victor: Client, published: Connection, dana: Staff
):
    organization = published.organization
    tom = User.objects.filter(sourced_id="tom")
    tom.update(metadata={"locker": "12"}, last_modified=clock())
    type(organization).objects.filter(pk=organization.pk).touch()
    more = connected(organization, dana, vendor="More", shares=["demographics", "metadata"])
    refresh(organization, by="test")
    assert as_victor.get(view_of(more, "demographics")).status_code == 403
    assert view_of(more, "demographics") not in as_victor.get(view_of(more)).content.decode()
    assert shown(as_dana, more, "demographics")[0]["sourcedId"] == "ann"
    assert "metadata" not in shown(as_victor, more, "users", id="tom")[0]
    assert shown(as_dana, more, "users", id="tom")[0]["metadata"] == {"locker": "12"}


@pytest.mark.parametrize("collection", ["planets", "students", "demographics", "resources"])
def test_a_collection_that_the_connection_lacks_is_not_there(
    collection: str, as_dana: Client, published: Connection
):
    assert as_dana.get(view_of(published, collection)).status_code == 404


def test_nothing_published_is_an_empty_view(as_victor: Client, brightpath: Connection):
    assert "Nothing is published" in as_victor.get(view_of(brightpath)).content.decode()
    assert shown(as_victor, brightpath, "users") == []
    Connection.objects.update(status="closed", feed=None)
    assert "closed" in as_victor.get(view_of(brightpath)).content.decode()


def test_more_documents_ask_the_database_no_more_often(as_victor: Client, published: Connection):
    counts = []
    for collection in ("classes", "orgs"):
        as_victor.get(view_of(published, collection))
        with CaptureQueriesContext(database) as queries:
            as_victor.get(view_of(published, collection))
        counts.append(len(queries))
    assert counts[0] == counts[1]
