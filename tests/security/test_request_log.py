"""Whatever a vendor writes into an address, the request log doesn't repeat it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from connections import request_log
from connections.models import Connection, Request
from connections.request_log import Entry
from roster.clock import clock
from tests.connections.conftest import Vendor

pytestmark = pytest.mark.django_db(transaction=True)

BASE = "/ims/oneroster/rostering/v1p2"
CHILD = "Ann” Smith"


@pytest.mark.parametrize(
    ("path", "status", "endpoint", "reason"),
    [
        ("/users/" + quote(CHILD), 404, "users/{sourcedId}", "There is no user “•••” here."),
        ("/people/" + quote(CHILD), 404, "(no such endpoint)", "There is no such endpoint."),
        ("/users?filter=" + quote(CHILD), 400, "users", "“•••”"),
        ("/users?filter=" + quote("status='x' " + CHILD), 400, "users", "“•••”"),
        ("/users?filter=" + quote(f"dateLastModified>'{CHILD}'"), 400, "users", "“•••” is not"),
        ("/users?limit=" + quote(CHILD), 400, "users", "“limit” must be"),
    ],
)
def test_no_literal_and_no_id_is_logged(
    reader: Vendor, path: str, status: int, endpoint: str, reason: str
) -> None:
    answer = Client().get(BASE + path, headers={"Authorization": f"Bearer {reader.token()}"})
    assert answer.status_code == status
    row = Request.objects.latest("pk")
    assert row.endpoint.removeprefix(BASE[1:] + "/") == endpoint
    assert reason in row.reason
    for text in (row.endpoint, row.query, row.reason):
        assert "Smith" not in text


def test_the_vendor_is_told_what_the_log_keeps_back(reader: Vendor) -> None:
    bearer = {"Authorization": f"Bearer {reader.token()}"}
    single = Client().get(f"{BASE}/users/Smith", headers=bearer)
    assert "There is no user “Smith” here." in single.content.decode()
    wrong = Client().get(f"{BASE}/users", {"filter": "status=Smith"}, headers=bearer)
    assert "status=Smith" in wrong.content.decode()


@pytest.mark.parametrize("path", ["users/Smith", "people/Smith"])
def test_a_refused_request_is_logged_by_its_operation(reader: Vendor, path: str) -> None:
    token = reader.token()
    reader.move(status=Connection.Status.SUSPENDED)
    answer = Client().get(f"{BASE}/{path}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    told = Request.objects.latest("pk").endpoint
    assert told in (f"{BASE[1:]}/users/{{sourcedId}}", "(no such endpoint)")


def test_an_entry_is_bounded_whatever_was_asked(reader: Vendor) -> None:
    long = "a='b' AND " * 6000
    entry = Entry(reader.connection.pk, clock(), "GET", "users", long, 400, None, 0, 1.0, long)
    request_log.write([entry])
    row = Request.objects.latest("pk")
    assert (len(row.query), len(row.reason)) == (2000, 400)
