"""In a year every refresh happens once and at its time, every alert goes out once, and vendors end
with the truth. `python -m tests.year` lives through every day of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import time_machine
from celery import current_app

from roster import clock
from roster.models import Refresh
from tests.year.desk import BUNDLE, ZONE, Desk
from tests.year.living import AHEAD, ALERTS, BACK, BEGIN, live
from tests.year.running import LONG


@pytest.fixture
def desk(tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    sent: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: sent.append(args[0]))
    with time_machine.travel(clock.at(BEGIN, BUNDLE, ZONE.key), tick=False) as now:
        yield Desk(tmp_path, now, sent)


def test_a_year(desk: Desk) -> None:
    vendors = live(desk, long=LONG)
    refreshed = desk.refreshed()
    for day, due in desk.nights:
        assert [each - due for each in refreshed[day]] == [timedelta()], day
    assert dict(desk.nights)[BACK].astimezone(UTC).hour == 6  # The first half past one, in summer.
    assert dict(desk.nights)[AHEAD].astimezone(UTC).hour == 8  # As half past two is skipped.
    assert desk.subjects() == ALERTS
    states = set(Refresh.objects.values_list("state", flat=True))
    assert states == {"published", "failed", "approved"}
    for vendor in vendors:
        assert vendor.copy == vendor.everything(), vendor.connection.vendor
    assert [each.pupils() for each in vendors] == [36, 36, 6]
