"""A connection's requests and records day by day, as a small chart and as its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from connections.models import Connection, Request
from connections.request_log import SEEN
from portal.words import Words, advice

DAYS = 14
WIDTH, HEIGHT, GAP = 20, 60, 4
"""Of a day's column in the chart, in the drawing's own units."""


@dataclass(frozen=True)
class Day:
    """What a vendor did on one day of its district."""

    day: date
    requests: int = 0
    errors: int = 0
    records: int = 0


class Bar(NamedTuple):
    """A rectangle of the chart; `y` counts from above."""

    x: int
    y: float
    height: float


class Chart(NamedTuple):
    """Bars of one number a day, and of what part of it was an error; `top` is the largest."""

    bars: list[Bar]
    errors: list[Bar]
    top: int
    width: int = DAYS * WIDTH
    height: int = HEIGHT
    bar: int = WIDTH - GAP


class Failures(NamedTuple):
    """How often a status was answered, and what it means for the district."""

    status: int
    number: int
    advice: Words


def days_of(connection: Connection) -> list[Day]:
    """Return the last days, today last, also those without a request."""
    organization = connection.organization
    zone, today = ZoneInfo(organization.time_zone), organization.today()
    first = today - timedelta(days=DAYS - 1)
    rows: Any = (
        _since(connection, first, zone)
        .values(day=TruncDate("at", tzinfo=zone))
        .annotate(
            requests=Count("pk"),
            errors=Count("pk", filter=Q(status__gte=SEEN)),
            records=Sum("records", default=0),
        )
        .order_by()
    )
    known = {row["day"]: Day(**row) for row in rows}
    dates = [first + timedelta(days=number) for number in range(DAYS)]
    return [known.get(each, Day(each)) for each in dates]


def failures_of(connection: Connection) -> list[Failures]:
    """Return what was refused or failed in these days, the most frequent first."""
    organization = connection.organization
    first = organization.today() - timedelta(days=DAYS - 1)
    rows = _since(connection, first, ZoneInfo(organization.time_zone)).filter(status__gte=SEEN)
    counted = rows.values_list("status").annotate(number=Count("pk")).order_by("-number", "status")
    return [Failures(status, number, advice(status)) for status, number in counted]


def chart_of(numbers: Sequence[int], errors: Sequence[int] = ()) -> Chart:
    """Return the bars of these numbers, one a day, drawn to the height of the largest."""
    top = max(numbers, default=0)
    return Chart(_bars(numbers, top), _bars(errors, top), top)


def _bars(numbers: Sequence[int], top: int) -> list[Bar]:
    return [
        Bar(at * WIDTH, HEIGHT - height, height)
        for at, number in enumerate(numbers)
        if (height := round(HEIGHT * number / top, 1) if top else 0)
    ]


def _since(connection: Connection, first: date, zone: ZoneInfo) -> Any:
    begin = datetime.combine(first, time(), zone)
    return Request.objects.filter(connection=connection, at__gte=begin)
