"""Moments as vendors write them in filters."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.utils.dateparse import parse_date, parse_datetime

LONGEST = 64
"""Characters of a moment at most; what is longer is none, and costs no look."""

PLUS_LOST = re.compile(r"(\d[T ]\d\d:\d\d.*) (\d\d(?::?\d\d)?)\Z")


def instant(text: str) -> datetime | None:
    """Return a moment in UTC from the forms that vendors write; without a zone it is UTC.

    A plus sign that came unencoded has become a space: `…T00:00:00 01:00` is `+01:00`. Letters
    may be small (RFC 3339, 5.6).
    """
    if len(text) > LONGEST:
        return None
    text = PLUS_LOST.sub(r"\1+\2", text.strip().upper())
    try:
        moment = parse_datetime(text)
        if moment is None:
            day = parse_date(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        # No such day, or one that its zone carries beyond the first or last of all years.
        return None
