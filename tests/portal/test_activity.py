"""A vendor's days: counted in the district's zone, drawn, and its syncs recognized."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connections.models import Connection
from connections.syncs import last_syncs
from portal import activity
from roster.clock import clock
from tests.cast import brightpath, dana, riverside  # noqa: F401

USERS = "ims/oneroster/rostering/v1p2/users"


def ask(connection: Connection, at: datetime, query: str = "", **more: Any) -> None:
    plain = {"method": "GET", "endpoint": USERS, "status": 200, "records": 100, "milliseconds": 1}
    connection.requests.create(at=at, query=query, **{**plain, **more})


def test_days_begin_at_the_districts_midnight(
    brightpath: Connection,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    noon = datetime(2026, 11, 20, 18, tzinfo=UTC)
    monkeypatch.setattr("roster.clock.clock", lambda: noon)
    ask(brightpath, datetime(2026, 11, 20, 5, 59, tzinfo=UTC))
    ask(brightpath, datetime(2026, 11, 20, 6, 1, tzinfo=UTC), status=403, records=None)
    ask(brightpath, noon - timedelta(days=30))
    days = activity.days_of(brightpath)
    assert len(days) == activity.DAYS
    assert [(day.requests, day.errors, day.records) for day in days[-2:]] == [
        (1, 0, 100),
        (1, 1, 0),
    ]
    assert sum(day.requests for day in days) == 2
    (failure,) = activity.failures_of(brightpath)
    assert (failure.status, failure.number) == (403, 1)
    assert "Not shared with this connection" in str(failure.advice)


def test_the_largest_day_has_the_height_of_the_chart():
    chart = activity.chart_of([0, 5, 10], [0, 0, 5])
    assert [(bar.y, bar.height) for bar in chart.bars] == [(30, 30), (0, 60)]
    assert [(bar.x, bar.y) for bar in chart.errors] == [(40, 30)]
    assert activity.chart_of([0, 0]).bars == []


def test_full_and_differential_syncs_are_told_apart(brightpath: Connection):  # noqa: F811
    now = clock()
    assert last_syncs(brightpath) == (None, None)
    ask(brightpath, now - timedelta(days=9), "limit=100")
    ask(brightpath, now - timedelta(days=8), "limit=100&offset=0")
    ask(brightpath, now - timedelta(days=8) + timedelta(minutes=1), "limit=100&offset=100")
    ask(brightpath, now - timedelta(days=2), "limit=100&filter=dateLastModified>='2026-11-01'")
    ask(brightpath, now - timedelta(days=1), "limit=1")
    ask(brightpath, now, "limit=100", status=401)
    syncs = last_syncs(brightpath)
    assert (syncs.full, syncs.differential) == (now - timedelta(days=8), now - timedelta(days=2))
