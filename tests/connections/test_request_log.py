"""The request log: batches, limits, and what it does when the database fails."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from connections import request_log, sync_history
from connections.models import Connection, Request
from connections.request_log import Entry, Queue, RequestLog
from roster.api.tracing import Trace, trace
from roster.clock import clock
from roster.models import Organization
from tests.connections.conftest import Vendor


def entry(connection: int, status: int = 200, records: int | None = None) -> Entry:
    return Entry(connection, clock(), "GET", "users", "", status, records, 0, 1.0, "")


def answered(traced: Trace | None, status: int = 200, asked: str = "/users") -> Any:
    """Have a request answered that is traced so, behind the middleware."""

    def view(request: HttpRequest) -> HttpResponse:
        if traced is not None:
            begun = trace(request, traced.connection)
            for field in fields(Trace):
                setattr(begun, field.name, getattr(traced, field.name))
        return HttpResponse("[1, 2]", status=status)

    return RequestLog(view)(RequestFactory().get(asked))


def test_a_traced_request_is_logged(brightpath: Vendor) -> None:
    pk = brightpath.connection.pk
    asked = "/users?limit=2&filter=givenName='Ann'"
    answer = answered(Trace(pk, endpoint="users", records=2), asked=asked)
    assert answer.content == b"[1, 2]"
    row = Request.objects.get()
    assert (row.connection_id, row.method, row.endpoint, row.status) == (pk, "GET", "users", 200)
    assert (row.query, row.records, row.size) == ("limit=2&filter=givenName='•••'", 2, 6)
    assert row.milliseconds > 0
    brightpath.connection.refresh_from_db()
    assert brightpath.connection.last_seen == row.at


def test_requests_are_kept_as_long_as_their_district_says(
    brightpath: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pk = brightpath.connection.pk
    Organization.objects.update(requests_kept_days=30)
    for days in (29, 31, 32):
        Request.objects.create(
            connection_id=pk, at=clock() - timedelta(days=days), status=200, milliseconds=1
        )
    monkeypatch.setattr(sync_history, "AT_ONCE", 1)  # The next call goes on.
    assert [sync_history.prune_requests() for _ in range(3)] == [1, 1, 0]
    assert clock() - Request.objects.get().at < timedelta(days=30)


def test_an_old_address_is_named(brightpath: Vendor, settings: Settings) -> None:
    traced = Trace(brightpath.connection.pk, endpoint="users")
    for public, told in (
        ("http://testserver", ""),
        ("https://roster.example/campus/api", "Came by http://testserver"),
    ):
        settings.PUBLIC_URL = public
        answered(traced)
        assert Request.objects.latest("pk").reason == told


def test_other_answers_are_not_logged(db: None) -> None:
    answered(None)
    assert not Request.objects.exists()


def test_a_refusal_is_logged_and_is_no_reading(brightpath: Vendor) -> None:
    answered(Trace(brightpath.connection.pk, endpoint="users", reason="suspended"), 403)
    assert Request.objects.get().reason == "suspended"
    assert Connection.objects.get().last_seen is None


def test_a_broken_log_breaks_no_answer(
    brightpath: Vendor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(batch: Any) -> None:
        raise DatabaseError("no")

    monkeypatch.setattr(request_log, "write", broken)
    monkeypatch.setattr(request_log, "queue", Queue())
    assert answered(Trace(brightpath.connection.pk, endpoint="users")).status_code == 200
    assert answered(Trace("nobody")).status_code == 200  # type: ignore[arg-type]
    assert request_log.queue.dropped == 2
    assert "could not be logged" in caplog.text


def test_rows_of_a_connection_that_is_gone_are_left_out(brightpath: Vendor) -> None:
    request_log.write([entry(brightpath.connection.pk), entry(4_000_000)])
    assert Request.objects.count() == 1


def test_strange_characters_are_stored_as_well_as_can_be(brightpath: Vendor) -> None:
    answered(Trace(brightpath.connection.pk, endpoint="us\0ers", reason="\ud800\0x"))
    row = Request.objects.get()
    assert (row.endpoint, row.reason) == ("users", "?x")


def test_a_full_queue_drops_its_oldest_and_counts_them(settings: Settings) -> None:
    settings.REQUEST_LOG_DELAY = 60
    queue = Queue(capacity=3)
    queue._process = -1  # No thread: it would write them.
    queue._begin = lambda: None  # type: ignore[method-assign]
    for number in range(5):
        queue.put(entry(1, records=number))
    assert [waiting.records for waiting in queue.entries] == [2, 3, 4]
    assert queue.dropped == 2


def test_entries_wait_while_the_database_is_away(
    brightpath: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue(capacity=3)
    for records in (1, 2, 3):
        queue.entries.append(entry(brightpath.connection.pk, records=records))

    def away(_: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(request_log, "write", away)
        queue.flush()
    assert (len(queue.entries), queue.dropped) == (3, 0)
    queue.flush()
    assert list(Request.objects.order_by("pk").values_list("records", flat=True)) == [1, 2, 3]


def test_what_comes_while_others_are_written_waits_for_the_next_time(
    brightpath: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue()
    queue.entries.append(entry(brightpath.connection.pk))
    monkeypatch.setattr(
        request_log, "write", lambda batch: queue.entries.append(entry(brightpath.connection.pk))
    )
    queue.flush()
    assert len(queue.entries) == 1


@pytest.mark.parametrize("what", ["heard_of", "later.write"])
def test_what_fails_beside_the_rows_has_none_written_twice(
    what: str, brightpath: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue()
    queue.entries.append(replace(entry(brightpath.connection.pk), run=1))

    def away(*_: Any) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(f"connections.request_log.{what}", away)
        queue.flush()
    assert (len(queue.entries), Request.objects.count()) == (1, 0)
    queue.flush()
    assert (len(queue.entries), Request.objects.count()) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_thread_writes_what_waits(brightpath: Vendor, settings: Settings) -> None:
    settings.REQUEST_LOG_DELAY = 0.05
    queue = Queue()
    for _ in range(request_log.BATCH + 5):
        queue.put(entry(brightpath.connection.pk))
    until = time.monotonic() + 10
    while Request.objects.count() < request_log.BATCH + 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert Request.objects.count() == request_log.BATCH + 5
    assert queue.dropped == 0
