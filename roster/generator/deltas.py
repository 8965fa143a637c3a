"""Tells two nights apart: what a delta bundle says about the second to whoever has the first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest

from roster.generator.calendars import Calendar
from roster.generator.shapes import Groups, Row

_AT = "T02:30:00.000Z"


def stamp_of(calendar: Calendar, night: int) -> str:
    """Gives the moment of a night: the first one follows the first day of lessons."""
    return f"{calendar.terms[0].start + timedelta(days=night)}{_AT}"


def between(before: tuple[Groups, ...], after: tuple[Groups, ...], stamp: str) -> Iterator[Row]:
    """Yields the rows of a file that came, changed or went, with status and date.

    Streams by: of each subject only its rows on both nights are held.
    """
    for old_part, new_part in zip(before, after, strict=True):
        for old_rows, new_rows in zip_longest(old_part, new_part, fillvalue=()):
            if old_rows == new_rows:
                continue
            old = {row["sourcedId"]: row for row in old_rows}
            new = {row["sourcedId"]: row for row in new_rows}
            for name, row in new.items():
                if old.get(name) != row:
                    yield row | {"status": "active", "dateLastModified": stamp}
            for name, row in old.items():
                if name not in new:
                    yield row | {"status": "tobedeleted", "dateLastModified": stamp}
