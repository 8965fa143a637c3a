"""Rows that open what they closed: those that say so, and those whose cells have slipped.

A record that was closed and would be open, since its mark or a date is gone, is believed where all
else that its row said is as it was. Where it isn't, or what closed it stands in another cell now,
cells may not be at their place, and what they say or don't say any more means nothing until
somebody has looked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField

from roster.importing.bundle_marks import KEY, is_yes, mark_of
from roster.importing.changes import UPDATED, updated
from roster.importing.engine import column_of, quote
from roster.importing.record import BLANKS
from roster.importing.staging import Stage

MARKED = f".{KEY}"
CLOSING = {MARKED, "begin_date", "end_date"}

AT_ONCE = 2_000
"""Rows that are compared at once: in a bad night all may have lost their marks."""

Row = Mapping[str, str]
"""What a row says, as text, by field; its own columns with a dot before their names."""


class Opening(NamedTuple):
    """A row that would open its record; whether its mark is gone, and whether it has slipped."""

    row: int
    sourced_id: str
    unmarked: bool
    slipped: bool


def openings(stage: Stage, today: date) -> Iterator[Opening]:
    """Yield the rows of a stage that would open records; its changes are noted, and not made."""
    for row, sourced_id, before, now in _opened(stage, today):
        unmarked = _is_marked(before) and not _is_marked(now)
        yield Opening(row, sourced_id, unmarked, _has_slipped(before, now, unmarked=unmarked))


def _is_marked(row: Row) -> bool:
    return row.get(MARKED) == "true"


def _has_slipped(before: Row, now: Row, *, unmarked: bool) -> bool:
    is_silent = unmarked or bool(CLOSING & before.keys() - now.keys())
    if is_silent and any(
        now.get(field) != value for field, value in before.items() if field not in CLOSING
    ):
        return True
    lost = {before[field] for field in CLOSING & before.keys() if now.get(field) != before[field]}
    come = [value for field, value in now.items() if value != before.get(field)]
    return any(value in lost or (unmarked and is_yes(value)) for value in come)


def _opened(stage: Stage, today: date) -> Iterator[tuple[int, str, Row, Row]]:
    """Yield of rows that don't say any more what closed them: number, id, what was and is said."""
    fields = [
        field
        for field in stage.fields
        if not isinstance(stage.model._meta.get_field(field), BooleanField)
    ]
    columns = [f"l.{column_of(stage.model, field)}" for field in fields]
    columns += [f"s.{quote(field)}" for field in fields]
    where, values = _opens(stage, today)
    sql = (
        "SELECT c.record, s.row_number, s.sourced_id, l.metadata, s.metadata,"  # noqa: S608
        f" {', '.join(columns)}"
        f" FROM {updated(stage)} AND c.record > %s AND ({where}) ORDER BY c.record LIMIT {AT_ONCE}"
    )
    last, rows = 0, [()] * AT_ONCE
    while len(rows) == AT_ONCE:
        with connection.cursor() as cursor:
            cursor.execute(sql, [stage.name, UPDATED, last, *values])
            rows = cursor.fetchall()
        for record, number, sourced_id, own, own_now, *both in rows:
            last = record
            now = _row(fields, both[len(fields) :], own_now)
            # What isn't kept, but may be what has come from another cell.
            dated = stage.dated.get(number)
            now |= {".dateLastModified": dated} if dated else {}
            yield number, sourced_id, _row(fields, both[: len(fields)], own), now


def _opens(stage: Stage, today: date) -> tuple[str, list[Any]]:
    """Return SQL for whether what closed a row (`l`) doesn't any more (`s`), and its values."""
    # One of the two may say nothing.
    marked = f"COALESCE({mark_of('l')}, '') = 'true' AND COALESCE({mark_of('s')}, '') <> 'true'"
    found, values = [marked], list[Any]()
    if "end_date" in stage.fields:
        found.append("l.end_date IS NOT NULL AND s.end_date IS NULL")
        found.append("l.end_date < %s AND s.end_date >= %s")
        values += [today, today]
    if "begin_date" in stage.fields:
        found.append("l.begin_date > %s AND (s.begin_date IS NULL OR s.begin_date <= %s)")
        values += [today, today]
    return " OR ".join(f"({each})" for each in found), values


def _row(fields: list[str], values: list[Any], own: Any) -> dict[str, str]:
    """Return what a row says, without what is blank."""
    metadata = json.loads(own) if isinstance(own, str) else own
    said = {field: str(each) for field, each in zip(fields, values, strict=True)
            if each not in BLANKS and each != []}  # fmt: skip
    return said | {f".{name}": value for name, value in metadata.items()}
