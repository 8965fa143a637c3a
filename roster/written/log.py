"""The log of what vendors wrote, as columns: the newest write of each record.

It is read once, and what came since with each look.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from roster import bulk
from roster.caches import MEGABYTE, Cache
from roster.models import Written
from roster.publishing.lists import Numbers
from roster.written.source import WrittenSource

COLUMNS = (
    "number",
    "record",
    "klass",
    "person",
    "category",
    "item",
    "shown",
    "stone",
    "live",
    "vendor",
)


Columns = dict[str, Numbers]


class Log(NamedTuple):
    """The newest write of each record up to a number, as columns by name."""

    upto: int
    columns: Columns


def _bytes(log: Log) -> int:
    return 500 + sum(values.nbytes for values in log.columns.values())


# Twice what one vendor's million results take.
_logs: Cache[Log] = Cache(160 * MEGABYTE, _bytes)


def whole(source: WrittenSource, whose: int, collection: str) -> Columns:
    """Return the newest write of each record, of one vendor (0: of all), as a reader reads it."""
    key = source.organization, whose, source.version, collection
    kept = _logs.get(key)
    if kept is not None and kept.upto == source.written:
        return kept.columns
    if kept is None or kept.upto > source.written:
        kept = Log(0, {name: np.empty(0, np.int64) for name in COLUMNS})
    fresh = _rows(source, whose, collection, kept.upto)
    every = [
        np.concatenate([kept.columns[name], values])
        for name, values in zip(COLUMNS, fresh, strict=True)
    ]
    return _logs.put(key, Log(source.written, _newest(every))).columns


def _newest(columns: Iterable[Numbers]) -> Columns:
    """Return the last write of each record by column, in the order in which each was first written.

    Records count downwards.
    """
    named = dict(zip(COLUMNS, columns, strict=True))
    order = np.lexsort((named["number"], -named["record"]))
    ids = named["record"][order]
    last = np.append(ids[1:] != ids[:-1], True) if ids.size else np.empty(0, np.bool_)
    return {name: each[order[last]] for name, each in named.items()}


def since(
    source: WrittenSource, whose: int, collection: str, after: int, sourced_id: str | None = None
) -> Columns:
    """Return the newest writes after a number, up to the one that the reader reads; of one id if
    so asked.
    """
    return _newest(_rows(source, whose, collection, after, sourced_id))


def _rows(
    source: WrittenSource, whose: int, collection: str, after: int, sourced_id: str | None = None
) -> Numbers:
    which = source.version.replace(".", "")
    sql = (
        f"SELECT number, record, klass, person, category, item, shown_{which}, stone_{which},"  # noqa: S608
        f" CASE WHEN status = 'active' THEN 1 ELSE 0 END, vendor FROM {Written._meta.db_table}"
        " WHERE organization_id = %s AND collection = %s AND number > %s AND number <= %s"
    )
    values: list[int | str] = [source.organization, collection, after, source.written]
    if whose:
        sql += " AND vendor = %s"
        values.append(whose)
    if sourced_id is not None:
        sql += " AND sourced_id = %s"
        values.append(sourced_id)
    return bulk.numbers(sql, values, len(COLUMNS))
