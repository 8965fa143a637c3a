"""A connection's request log as the district reads it."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.models import Connection
from roster.clock import clock


def address_of(connection: Connection) -> str:
    return f"/o/riverside/connections/{connection.pk}/requests/"


def asked(connection: Connection, number: int = 1, **fields: object) -> None:
    known = {
        "at": clock(), "method": "GET", "endpoint": "ims/oneroster/v1p1/users", "status": 200,
        "records": 1000, "size": 250_000, "milliseconds": 12.4, **fields,
    }  # fmt: skip
    for _ in range(number):
        connection.requests.create(**known)


def test_an_empty_log_says_what_it_is_for(as_victor: Client, brightpath: Connection):
    page = as_victor.get(address_of(brightpath)).content.decode()
    assert "The vendor hasn&#x27;t asked" in page or "The vendor hasn't asked" in page
    assert "never" in page


def test_each_request_is_told(as_victor: Client, brightpath: Connection):
    asked(brightpath, query="limit=1000&filter=familyName='•••'", records=12345)
    page = as_victor.get(address_of(brightpath)).content.decode()
    for words in (
        "GET ims/oneroster/v1p1/users",
        "familyName=",
        "•••",
        "200",
        "12,345",
        "244.1",
        "12 ms",
        " C",
    ):
        assert words in page


def test_the_path_that_all_begin_with_is_left_out(as_victor: Client, brightpath: Connection):
    asked(brightpath, endpoint="ims/oneroster/rostering/v1p2/users/{sourcedId}")
    page = as_victor.get(address_of(brightpath)).content.decode()
    assert "GET users/{sourcedId}" in page


def test_errors_are_told_in_words_and_apart(as_victor: Client, brightpath: Connection):
    asked(brightpath, endpoint="ims/fine")
    asked(brightpath, status=403, reason="No scope for demographics.", records=None)
    page = as_victor.get(address_of(brightpath), {"errors": "1"}).content.decode()
    assert "ims/fine" not in page
    assert "No scope for demographics." in page
    assert "Not shared with this connection" in page
    week = as_victor.get(address_of(brightpath)).context["week"]
    assert week == {"requests": 2, "errors": 1, "records": 1000, "size": 500_000}


def test_the_week_forgets_what_is_older(as_victor: Client, brightpath: Connection):
    asked(brightpath, at=clock() - timedelta(days=8))
    assert as_victor.get(address_of(brightpath)).context["week"]["requests"] == 0


def test_a_long_log_has_pages(as_victor: Client, brightpath: Connection):
    asked(brightpath, 51, status=404)
    asked(brightpath, 1)
    answer = as_victor.get(address_of(brightpath), {"errors": "1", "page": "2"})
    assert len(answer.context["rows"]) == 1
    assert answer.context["paged"].before == "?errors=1"


def test_a_long_log_asks_the_database_no_more_often(as_victor: Client, brightpath: Connection):
    counts = []
    for number in (2, 12):
        asked(brightpath, number - brightpath.requests.count())
        with CaptureQueriesContext(database) as queries:
            assert as_victor.get(address_of(brightpath)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_log_of_nobody_is_not_there(as_dana: Client, brightpath: Connection):
    assert as_dana.get("/o/riverside/connections/4711/requests/").status_code == 404


def test_what_the_vendor_should_be_told_stands_above(as_victor: Client, brightpath: Connection):
    asked(brightpath, endpoint="ims/oneroster/rostering/v1p2/demographics", status=403)
    page = as_victor.get(address_of(brightpath)).content.decode()
    for words in ("What to tell the vendor", "1 request for demographics", "/docs/visibility"):
        assert words in page
