"""Rows whose cells have slipped though they are as many as ever, seen by what they would open.

A record that was closed and would be open, since its mark or a date is gone, is believed where all
else is as it was, or new. Where more is gone, or something stands in another cell than it stood in,
cells aren't at their place, and what they don't say any more means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BooleanField

from roster.importing.changes import UPDATED, updated
from roster.importing.engine import column_of, quote
from roster.importing.marking import KEY, has_mark, is_yes
from roster.importing.record import BLANKS
from roster.importing.staging import Stage

MARKED = f".{KEY}"
CLOSING = {MARKED, "begin_date", "end_date"}

AT_ONCE = 2_000
"""Rows that are compared at once: in a bad night all may have lost their marks."""

Row = Mapping[str, str]
"""What a row says, as text, by field; its own columns with a dot before their names."""


def count(stage: Stage, today: date) -> int:
    """Return how many rows of a stage would open records and have slipped; its changes are noted.

    What is stored is as it was still.
    """
    return sum(_has_slipped(before, now) for before, now in _opened(stage, today))


def _has_slipped(before: Row, now: Row) -> bool:
    if before.keys() - now.keys() - CLOSING:
        return True
    left = {value for field, value in before.items() if value != now.get(field)}
    come = [value for field, value in now.items() if value != before.get(field)]
    unmarked = MARKED in before and MARKED not in now
    return any(value in left or (unmarked and is_yes(value)) for value in come)


def _opened(stage: Stage, today: date) -> Iterator[tuple[Row, Row]]:
    """Yield what rows said and say now, of those that were closed in a way in which they aren't."""
    fields = [
        field
        for field in stage.fields
        if not isinstance(stage.model._meta.get_field(field), BooleanField)
    ]
    columns = [f"l.{column_of(stage.model, field)}" for field in fields]
    columns += [f"s.{quote(field)}" for field in fields]
    where, values = _opens(stage, today)
    sql = (
        f"SELECT c.record, s.row_number, l.metadata, s.metadata, {', '.join(columns)}"  # noqa: S608
        f" FROM {updated(stage)} AND c.record > %s AND ({where}) ORDER BY c.record LIMIT {AT_ONCE}"
    )
    last, rows = 0, [()] * AT_ONCE
    while len(rows) == AT_ONCE:
        with connection.cursor() as cursor:
            cursor.execute(sql, [stage.name, UPDATED, last, *values])
            rows = cursor.fetchall()
        for record, number, own, own_now, *both in rows:
            last = record
            now = _row(fields, both[len(fields) :], own_now)
            # What isn't kept, but may be what has come from another cell.
            dated = stage.dated.get(number)
            now |= {".dateLastModified": dated} if dated else {}
            yield _row(fields, both[: len(fields)], own), now


def _opens(stage: Stage, today: date) -> tuple[str, list[Any]]:
    """Return SQL for whether something that closed a row (`l`) is gone (`s`), and its values."""
    found, values = [f"{has_mark('l')} AND NOT {has_mark('s')}"], list[Any]()
    if "end_date" in stage.fields:
        found.append("l.end_date IS NOT NULL AND s.end_date IS NULL")
    if "begin_date" in stage.fields:
        found.append("l.begin_date > %s AND s.begin_date IS NULL")
        values.append(today)
    return " OR ".join(f"({each})" for each in found), values


def _row(fields: list[str], values: list[Any], own: Any) -> dict[str, str]:
    """Return what a row says, without what is blank."""
    metadata = json.loads(own) if isinstance(own, str) else own
    said = {field: str(each) for field, each in zip(fields, values, strict=True)
            if each not in BLANKS and each != []}  # fmt: skip
    return said | {f".{name}": value for name, value in metadata.items()}
