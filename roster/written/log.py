"""The log of what vendors wrote, in this process: the newest write of each record, as columns.

It is read once, and what came since with each look. Records stand in blocks, in the order in
which each was first written, and a write makes no more than its own block anew: what readers have
found out about the other blocks stands. One log is for all readers of an organization, of either
version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np

from roster.caches import MEGABYTE, Cache
from roster.database import bulk, prepared
from roster.models import Written
from roster.publishing.lists import Numbers

WRITTEN = (
    "categories",
    "scoreScales",
    "lineItems",
    "results",
    "assessmentLineItems",
    "assessmentResults",
)
"""The collections into which vendors write, those first that others name."""

BLOCK = 2_048
"""Records of a block, until it is parted."""

AT_ONCE = 100_000
"""Writes read at once."""

COLUMNS = (
    "number",
    "record",
    "born",
    "klass",
    "person",
    "named",
    "vendor",
    "live",
    "shown_11",
    "stone_11",
    "shown_12",
    "stone_12",
)
"""`named` is the category or item on which the record depends."""

CODES = "CASE collection" + "".join(
    f" WHEN '{name}' THEN {code}" for code, name in enumerate(WRITTEN)
)
SQL = (
    "SELECT number, record, born, klass, person, category + item, vendor,"  # noqa: S608
    " CASE WHEN status = 'active' THEN 1 ELSE 0 END, shown_11, stone_11, shown_12, stone_12,"
    f" {CODES} END FROM {Written._meta.db_table} WHERE organization_id = %s"
)

Columns = Mapping[str, Numbers]


class Block:
    """Some records one after the other, which count downwards, by column; never changed."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.size = columns["record"].size
        self.first = int(columns["record"][0])

    @cached_property
    def named(self) -> Numbers:
        """What its records depend on, each once, in order."""
        return bulk.distinct(self.columns["named"])


Blocks = tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Log:
    """The newest write of each record up to a number, in blocks by collection."""

    upto: int
    blocks: Mapping[str, Blocks]

    def of(self, collection: str) -> Blocks:
        return self.blocks.get(collection, ())


def _bytes(log: Log) -> int:
    sizes = [block.size for blocks in log.blocks.values() for block in blocks]
    return 500 + 8 * len(COLUMNS) * sum(sizes)


# A million records take 96 of them.
_logs: Cache[Log] = Cache(256 * MEGABYTE, _bytes)
_locks: dict[int, Lock] = {}


def log_of(organization: int, upto: int) -> Log:
    """Return an organization's log up to a number at least."""
    found = _logs.get(organization)
    if found is None or found.upto < upto:
        with _locks.setdefault(organization, Lock()):
            found = _logs.get(organization)
            if found is None or found.upto < upto:
                found = _logs.put(organization, _advanced(organization, found, upto))
    return found


def _advanced(organization: int, log: Log | None, upto: int) -> Log:
    blocks = dict(log.blocks) if log else {}
    for rows in _rows(organization, log.upto if log else 0, upto):
        *columns, code = rows
        for which in np.unique(code).tolist():
            mine = code == which
            fresh = _newest(dict(zip(COLUMNS, (each[mine] for each in columns), strict=True)))
            name = WRITTEN[which]
            blocks[name] = _merged(blocks.get(name, ()), fresh)
    return Log(upto, blocks)


def _rows(organization: int, after: int, upto: int) -> Iterator[Numbers]:
    """Yield the writes after a number up to another, some at a time, each as columns."""
    few = after > 0
    while after < upto:
        sql = f"{SQL} AND number > %s AND number <= %s ORDER BY number LIMIT {AT_ONCE}"
        rows = _read(sql, [organization, after, upto], few=few)
        yield rows
        if rows.shape[1] < AT_ONCE:
            return
        after = int(rows[0].max())


def _read(sql: str, values: Sequence[int], *, few: bool) -> Numbers:
    """Return rows as columns; of few the statement is planned once."""
    if not few:
        return bulk.numbers(sql, values, len(COLUMNS) + 1)
    with prepared.cursor() as cursor:
        cursor.execute(sql, values)
        return np.array(cursor.fetchall(), np.int64).reshape(-1, len(COLUMNS) + 1).T


def earlier(organization: int, numbers: Numbers, upto: int) -> Columns:
    """Return what the records of these writes were at a number: of each its newest write then."""
    chosen, values = bulk.among(numbers.tolist())
    table = Written._meta.db_table
    sql = (
        f"{SQL} AND number IN (SELECT max(older.number) FROM {table} older JOIN {table} newer"  # noqa: S608
        " ON older.organization_id = newer.organization_id"
        " AND older.collection = newer.collection AND older.sourced_id = newer.sourced_id"
        f" WHERE newer.organization_id = %s AND newer.number {chosen} AND older.number <= %s"
        " GROUP BY older.record)"
    )
    parameters = [organization, organization, *values, upto]
    return _newest(
        dict(zip(COLUMNS, bulk.numbers(sql, parameters, len(COLUMNS) + 1), strict=False))
    )


def _newest(columns: Columns) -> Columns:
    """Return the last write of each record, in the order in which each was first written."""
    order = np.lexsort((columns["number"], -columns["record"]))
    ids = columns["record"][order]
    last = np.append(ids[1:] != ids[:-1], True)[: ids.size]
    return {name: each[order[last]] for name, each in columns.items()}


def _merged(blocks: Blocks, fresh: Columns) -> Blocks:
    """Return blocks with these newest writes in them; those that have none stay as they are."""
    if not blocks:
        return _parted(fresh)
    starts = np.array([-block.first for block in blocks])
    places = np.maximum(np.searchsorted(starts, -fresh["record"], side="right") - 1, 0)
    found = list(blocks)
    for place in bulk.distinct(places)[::-1].tolist():
        mine = places == place
        some = {name: each[mine] for name, each in fresh.items()}
        found[place : place + 1] = _parted(_with(blocks[place].columns, some))
    return tuple(found)


def _with(columns: Columns, fresh: Columns) -> Columns:
    """Return columns in which these writes replace those of the same records, or stand between."""
    order = -columns["record"]
    at = np.searchsorted(order, -fresh["record"])
    known = np.append(order, 1)[at] == -fresh["record"]
    found = {name: each.copy() for name, each in columns.items()}
    for name, each in found.items():
        each[at[known]] = fresh[name][known]
        if not known.all():
            found[name] = np.insert(each, at[~known], fresh[name][~known])
    return found


def _parted(columns: Columns) -> Blocks:
    """Return the blocks of columns, one where they are no more than two would hold."""
    size = columns["record"].size
    if size < 2 * BLOCK:
        return (Block(columns),)
    starts = range(0, size, BLOCK)
    return tuple(
        Block({name: each[start : start + BLOCK].copy() for name, each in columns.items()})
        for start in starts
    )
