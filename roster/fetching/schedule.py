"""When a source or destination is visited: once a day in the organization's zone, every so many
minutes, or both; and since when nothing has come in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from roster import clock
from roster.models import Arrival, Endpoint, Organization

SILENT = timedelta(hours=36)
"""How long no bundle may come in before somebody should look: a night may fail, not two."""


def due(endpoint: Endpoint, now: datetime) -> Iterator[datetime]:
    """Yield the last moments at which a visit was due, at most one of each schedule."""
    if endpoint.daily_at is not None:
        yield last_daily(endpoint.daily_at, endpoint.organization.time_zone, now)
    if endpoint.every_minutes:
        period = timedelta(minutes=endpoint.every_minutes)
        yield clock.EPOCH + (now - clock.EPOCH) // period * period


def last_daily(at: time, time_zone: str, now: datetime) -> datetime:
    """Return the latest moment, in that time zone, at which a daily time was due."""
    zone = ZoneInfo(time_zone)
    day = now.astimezone(zone).date()
    if clock.at(day, at, time_zone) > now:
        day -= timedelta(days=1)
    return datetime.combine(day, at, zone)


def silent_since(organization: Organization, now: datetime) -> datetime | None:
    """Return when the last bundle came in, if that is longer ago than 36 hours; else None.

    A file that is fetched again though its server didn't write it anew is no bundle. Where nothing
    is fetched and nothing was ever imported, nothing is missing.
    """
    came = organization.arrivals.exclude(state=Arrival.State.UNCHANGED, written__isnull=True)
    moments = [
        came.aggregate(last=Max("received"))["last"],
        organization.imports.aggregate(last=Max("began"))["last"],
        organization.sources.filter(active=True).aggregate(first=Min("created"))["first"],
    ]
    last = max(filter(None, moments), default=None)
    return last if last is not None and now - last > SILENT else None
