"""Reads a publication: pages by position, lists by query, single records.

A plain list is a range of ordinals, which costs the same at any depth. Anything narrowed is
one query for the ids of its records, kept in a bounded per-process cache: a publication
never changes (withdrawals are part of the key), so there is nothing else to invalidate.
Documents come through a plain cursor and are joined as bytes, without objects between.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

import orjson
from django.db import connection

from roster import bulk
from roster.api.reader import Reader
from roster.clock import stamp
from roster.comparing import has_word
from roster.facts_sql import ALWAYS, Sql, joined
from roster.kinds import COLLECTIONS
from roster.models import OPEN, Publication
from roster.parts import in_parts
from roster.veils import without
from roster.visibility.rules import Rules
from roster.where import Scope, Where

MOST_LISTS = 256
MOST_IDS = 4_000_000
MOST_LINES = 512


class Page(NamedTuple):
    """`documents` as JSON text without a base URL in their hrefs; `total` before paging."""

    documents: list[str]
    total: int


class History(NamedTuple):
    """What a number of a line is made of: live records per collection, stamps per number.

    `tails` close a document with its stamp, by the number that changed it.
    """

    records: dict[str, int]
    tails: dict[int, str]
    moments: list[tuple[datetime, int]]


class _Lru:
    """A least-recently-used cache with a bound, safe between threads.

    Where values differ much in size, `weight` bounds the sum of what `of` says of each.
    """

    def __init__(
        self, most: int, *, weight: int = 0, of: Callable[[Any], int] = lambda value: 0
    ) -> None:
        self.most = most
        self.weight = weight
        self.held = 0
        self._of = of
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return None

    def put(self, key: Any, value: Any) -> None:
        if self._of(value) > self.weight:
            return
        with self._lock:
            if key in self._kept:
                self.held -= self._of(self._kept.pop(key))
            self._kept[key] = value
            self.held += self._of(value)
            while len(self._kept) > self.most or self.held > self.weight:
                _, oldest = self._kept.popitem(last=False)
                self.held -= self._of(oldest)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.held = 0


_histories = _Lru(MOST_LINES)
# 32 MB a process: each vendor's filter may be another one, and hold a whole district.
_lists = _Lru(MOST_LISTS, weight=MOST_IDS, of=len)


def forget() -> None:
    """Empty the caches; tests that roll their database back need it."""
    _histories.clear()
    _lists.clear()


def history(line: int, number: int) -> History:
    """Return what is known of a line up to `number`, from the cache where it is there."""
    found = _histories.get((line, number))
    if found is None:
        rows = list(
            Publication.objects.filter(
                line=line, number__lte=number, state=Publication.State.PUBLISHED
            )
            .order_by("number")
            .values_list("number", "stamp", "counts")
        )
        records = {name: counts["records"] for name, counts in rows[-1][2].items()} if rows else {}
        found = History(
            records,
            {
                number: f',"dateLastModified":"{stamp(moment)}"}}'
                for number, moment, _ in rows
                if moment
            },
            [(moment, number) for number, moment, _ in rows if moment],
        )
        _histories.put((line, number), found)
    return found


VERSION = "line_id = %s AND kind = %s AND valid_from <= %s AND valid_to > %s"


def page(reader: Reader, collection: str, where: Where | None, offset: int, limit: int) -> Page:
    """Return one page of a collection, narrowed and ordered by `where`, else in its own order."""
    if reader.line is None or reader.number == 0:
        return Page([], 0)
    past = history(reader.line, reader.number)
    if where is None or where.is_plain:
        total = past.records.get(collection, 0)
        rows = _range(reader, collection, offset, limit) if offset < total else []
    else:
        ids = _ids(reader, where, past)
        total = len(ids)
        rows = _by_id(ids[offset : offset + limit])
    return Page(_told(reader, collection, rows, past), total)


def single(reader: Reader, collection: str, sourced_id: str, where: Where | None) -> str | None:
    """Return one document, a tombstone too, or None where this reader has none to see."""
    if reader.line is None or reader.number == 0 or "\0" in sourced_id:
        return None
    past = history(reader.line, reader.number)
    sql = where.sql(_scope(reader, where, past)) if where else ALWAYS
    rows = _one(reader, collection, sourced_id, "document, changed_in", sql)
    documents = _told(reader, collection, rows, past)
    return documents[0] if documents else None


def exists(
    reader: Reader, collection: str, sourced_id: str, *, subset: str = "", tied: Sql = ALWAYS
) -> bool:
    """Return whether a record can be the parent of a nested list; a tombstone can be one too.

    `subset` is the role or type it must have, `tied` a condition that ties it to another.
    """
    if reader.line is None or reader.number == 0 or "\0" in sourced_id:
        return False
    narrowed = [tied, has_word("role", subset)] if subset else [tied]
    return bool(_one(reader, collection, sourced_id, "1", joined("AND", narrowed)))


def _one(
    reader: Reader, collection: str, sourced_id: str, columns: str, sql: Sql
) -> Sequence[tuple[Any, ...]]:
    # A retired roster record is told as a tombstone; the gradebook's is gone (product: The cache).
    since = reader.since if COLLECTIONS[collection].service != "gradebook" else OPEN
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM roster_record WHERE {VERSION} AND sourced_id = %s"  # noqa: S608
            f" AND (status = 'active' OR changed_in > %s) AND {sql.text}",
            [*_version(reader, collection), sourced_id, since, *sql.parameters],
        )
        return cursor.fetchall()


def _version(reader: Reader, collection: str) -> list[Any]:
    return [reader.line, collection, reader.number, reader.number]


def _scope(reader: Reader, where: Where, past: History) -> Scope:
    line = reader.line or 0
    hidden: frozenset[str] = frozenset()
    if where.probed:
        hidden = _hidden(line, where.collection).union(reader.veil.get(where.collection, ()))
    return Scope(line, reader.number, reader.since, past.moments, hidden, reader.veil)


RULES = (
    "SELECT line.rules, line.applied, organization.field_policy FROM roster_line line"
    " JOIN roster_organization organization ON organization.id = line.organization_id"
    " WHERE line.id = %s"
)


def _hidden(line: int, collection: str) -> frozenset[str]:
    """Return the fields that a line doesn't share, or no longer: they can't be asked by."""
    with connection.cursor() as cursor:
        cursor.execute(RULES, [line])
        row = cursor.fetchone()
    rules, applied, policy = (
        orjson.loads(value) if isinstance(value, (str, bytes)) else value for value in row
    )
    now = Rules.of(rules, policy)
    before = Rules.of(applied.get("rules", {}), applied.get("policy", []))
    return now.hidden(collection) | before.hidden(collection)


def _range(reader: Reader, collection: str, offset: int, limit: int) -> Sequence[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT document, changed_in FROM roster_record WHERE {VERSION}"  # noqa: S608
            " AND status = 'active' AND ordinal >= %s AND ordinal < %s ORDER BY ordinal",
            [*_version(reader, collection), offset, offset + limit],
        )
        return cursor.fetchall()


def _ids(reader: Reader, where: Where, past: History) -> array[int]:
    scope = _scope(reader, where, past)
    key = (reader.line, reader.number, reader.withdrawals, where.key(scope))
    found: array[int] | None = _lists.get(key)
    if found is None:
        sql, order = where.sql(scope), where.order_sql(scope)
        tombstones = " OR changed_in > %s" if where.with_tombstones else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM roster_record WHERE {VERSION}"  # noqa: S608
                f" AND (status = 'active'{tombstones}) AND {sql.text} ORDER BY {order.text}",
                [
                    *_version(reader, where.collection),
                    *([reader.since] if tombstones else []),
                    *sql.parameters,
                    *order.parameters,
                ],
            )
            found = array("q", (row[0] for row in cursor.fetchall()))
        _lists.put(key, found)
    return found


def _by_id(ids: array[int]) -> Sequence[tuple[str, int]]:
    if not ids:
        return []
    wanted = list(ids)
    rows: dict[int, tuple[str, int]] = {}
    with connection.cursor() as cursor:
        for part in in_parts(wanted, 10_000):
            chosen, parameters = bulk.among(part)
            cursor.execute(
                f"SELECT id, document, changed_in FROM roster_record WHERE id {chosen}",  # noqa: S608
                parameters,
            )
            rows.update((row[0], row[1:]) for row in cursor.fetchall())
    return [rows[pk] for pk in wanted]


def _told(
    reader: Reader, collection: str, rows: Sequence[tuple[str, int]], past: History
) -> list[str]:
    """Put each document's stamp behind its other fields, without those under the line's veil."""
    if fields := reader.veil.get(collection):
        rows = [(without(document, fields), changed_in) for document, changed_in in rows]
    return [document[:-1] + past.tails[changed_in] for document, changed_in in rows]
