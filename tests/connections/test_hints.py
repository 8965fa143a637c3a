"""What a log says of a vendor: logs, and the hints that follow."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from connections.hints import Asked, Hint, asked, hints_in
from connections.models import Connection, Request, Run
from connections.networks import refusal
from connections.oauth import OTHER_SCOPES
from roster.clock import clock
from tests.cast import ask_token
from tests.connections.conftest import Vendor

NOW = datetime(2027, 3, 5, 12, tzinfo=UTC)
BASE = "ims/oneroster/rostering/v1p2/"
SINCE = "filter=dateLastModified>='2027-03-01'"


def got(
    endpoint: str = "users",
    query: str = "limit=1000",
    records: int | None = 1000,
    *,
    status: int = 200,
    days: float = 1,
    reason: str = "",
    times: int = 1,
) -> list[Asked]:
    path = endpoint if "/" in endpoint or endpoint == "token" else BASE + endpoint
    moment = NOW - timedelta(days=days)
    return [asked(query, moment, path, status, records, reason)] * times


def whole(endpoint: str = "users", **more: float) -> list[Asked]:
    """A list read to its end, in two pages."""
    first = got(endpoint, **more)  # type: ignore[arg-type]
    return first + got(endpoint, "limit=1000&offset=1000", 400, **more)  # type: ignore[arg-type]


def told(endpoint: str = "users", **more: float) -> list[Asked]:
    return got(endpoint, f"limit=1000&{SINCE}", 3, **more)  # type: ignore[arg-type]


LOGS: dict[str, tuple[list[Asked], list[Hint]]] = {
    "nothing": ([], []),
    "once whole, then what changed": (
        whole(days=6) + [each for day in range(5) for each in told(days=day)],
        [],
    ),
    "a trial": (got(query="limit=1", records=1), []),
    "a token an hour": (
        [each for hour in range(24) for each in got("token", "", None, days=hour / 24)],
        [],
    ),
    "first pages": (
        got() + got("classes", "", 100) + got("orgs", "", 4),
        [Hint("first_page_only", 2, ("classes", "users"))],
    ),
    "a first page just now": (got(days=0), []),
    "a first page of what changed": (
        whole() + got("classes", f"limit=100&{SINCE}", 100),
        [Hint("first_page_only", 1, ("classes",))],
    ),
    "nobody who is gone": (
        whole(days=6) + got(query=f"limit=1000&{SINCE} AND status='active'", records=3),
        [Hint("removed_unasked", 3, ("users",))],
    ),
    "those who are gone, by status": (
        whole(days=6) + got(query="filter=status='tobedeleted'", records=3),
        [],
    ),
    "everything each night": (
        [each for day in range(4) for each in whole(days=day)] + told(),
        [Hint("whole_again", 4, ("users",))],
    ),
    "one person again and again": (
        [*told(days=2), *got(query="filter=identifier='•••'", records=1, times=9)],
        [],
    ),
    "several parts of one list": (
        [
            each
            for role in ("student", "teacher", "aide")
            for each in got(query=f"filter=role='{role}'", records=20)
        ],
        [],
    ),
    "pages of ten": (
        [
            each
            for page in range(30)
            for each in got(query=f"limit=10&offset={page * 10}", records=10)
        ],
        [Hint("small_pages", 30, ("users",))],
    ),
    "a token for every request": (
        got("token", "", None, times=31) + told(days=1) * 40,
        [Hint("token_each", 30)],
    ),
    "the other version's scopes": (
        got("token", "", None, reason=OTHER_SCOPES) + told(),
        [Hint("other_version", 1)],
    ),
    "the other version's paths": (
        got("ims/oneroster/v1p1/users", "", None, status=403),
        [Hint("other_version", 1, ("users",))],
    ),
    "demographics": (
        got("demographics", "", None, status=403, times=3) + told(),
        [Hint("demographics_refused", 3, ("demographics",))],
    ),
    "another address": (
        got(status=403, records=None, reason=refusal(["192.0.2.7"], "203.0.113.9") or ""),
        [Hint("from_elsewhere", 1, ("users",))],
    ),
}


@pytest.mark.parametrize(("log", "hints"), LOGS.values(), ids=LOGS)
def test_a_log_and_what_it_says(log: list[Asked], hints: list[Hint]):
    assert hints_in(log, "1.2", NOW) == hints


def keep(connection: Connection, rows: Iterable[tuple[str, int, int | None]]) -> None:
    """Put reads of users into the log, an hour ago: query, status and records of each."""
    Request.objects.bulk_create(
        Request(
            connection=connection, at=clock() - timedelta(hours=1), method="GET",
            endpoint=BASE + "users", query=query, status=status, records=records,
            milliseconds=5,
        )
        for query, status, records in rows
    )  # fmt: skip


def hints_told(connection: Connection) -> list[dict[str, object]]:
    out = io.StringIO()
    call_command("list_hints", "riverside", str(connection.pk), "--json", stdout=out)
    return list(json.loads(out.getvalue())["hints"])


def test_the_command_tells_what_to_say(brightpath: Vendor):
    assert hints_told(brightpath.connection) == []
    keep(brightpath.connection, [("", 200, 100)])
    (hint,) = hints_told(brightpath.connection)
    assert hint["code"] == "first_page_only"
    assert "users" in str(hint["seen"])
    assert "Link" in str(hint["tell"])
    out = io.StringIO()
    call_command("list_hints", "riverside", str(brightpath.connection.pk), stdout=out)
    assert "Reads first pages only: Of users" in out.getvalue()


def test_readings_before_the_refresh(brightpath: Vendor):
    connection = brightpath.connection
    # The cache is refreshed at 02:30 in Chicago, which is 07:30 or 08:30 in UTC.
    day = clock().replace(hour=7, minute=0)
    for number in (1, 2, 3):
        began = day - timedelta(days=number)
        Run.objects.create(connection=connection, number=1, after=number, began=began, last=began)
    (hint,) = hints_told(connection)
    assert (hint["code"], hint["times"]) == ("reads_early", 3)
    assert "02:30 (America/Chicago)" in str(hint["tell"])


def test_scopes_of_the_other_version_are_given_and_noted(brightpath: Vendor):
    client = brightpath.connection.client.client_id
    for version, noted in (("v1p2", ""), ("v1p1", OTHER_SCOPES)):
        scope = f"https://purl.imsglobal.org/spec/or/{version}/scope/roster.readonly"
        answer = ask_token(client, brightpath.secret, scope=scope)
        assert "v1p2" in answer.json()["scope"]
        assert Request.objects.latest("pk").reason == noted
