"""The one clock: every stamp the product writes is taken here.

The database's `now()` stands still inside a transaction, and two clocks on two machines
differ; so Python's clock decides, and tests move it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def clock() -> datetime:
    """Return the present moment in UTC, in whole milliseconds as the API shows it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def today(time_zone: str) -> date:
    """Return the calendar day it is now in `time_zone` (an IANA name)."""
    return clock().astimezone(ZoneInfo(time_zone)).date()


def at(day: date, wall: time, time_zone: str) -> datetime:
    """Return the moment at which the wall clocks show a time on a day there, in UTC.

    Of a time that comes twice it is the first. One that a change of clocks skips is as long after
    the change as it would have been after the hour that is skipped: half past two at half past
    three.
    """
    return datetime.combine(day, wall, ZoneInfo(time_zone)).astimezone(UTC)


def stamp(moment: datetime) -> str:
    """Return `moment` as OneRoster writes it: UTC, milliseconds, `Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def milliseconds(moment: datetime) -> int:
    """Return `moment` as whole milliseconds since 1970, as publications are numbered."""
    return (moment - EPOCH) // MILLISECOND


def moment_of(number: int) -> datetime:
    """Return the moment that is so many milliseconds after the beginning of 1970."""
    return EPOCH + number * MILLISECOND
