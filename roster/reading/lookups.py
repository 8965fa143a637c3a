"""Asks the documents: which of a collection meet a condition, and what their bodies say.

What is found here are documents of all readers. Who may read one is told by a publication's
list, and everything found is looked up there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from roster.database import bulk, prepared
from roster.publishing.lists import Numbers
from roster.reading.facts_sql import ALWAYS, Sql, body, joined, one_of
from roster.reading.id_sets import NOTHING
from roster.reading.source import Source

MOST_AT_ONCE = 10_000
"""Ids of one query."""

SCATTERED = 1.5
"""So many times as many ids as are wanted may lie between the first and the last, and still
they are read as a range. A vendor's records lie two apart, with their tombstones between."""


def of(source: Source, collection: str) -> Sql:
    """Return the condition for all documents of a collection in the organization's version."""
    return Sql(
        "organization_id = %s AND version = %s AND collection = %s",
        (source.organization, source.version, collection),
    )


def ids(source: Source, collection: str, condition: Sql) -> Numbers:
    """Return the documents of a collection that meet a condition, in order."""
    return np.sort(_numbers(joined("AND", [of(source, collection), condition])))


def ids_among(wanted: Numbers, condition: Sql) -> Numbers:
    """Return those of the wanted documents that meet a condition."""
    parts = [
        _numbers(joined("AND", [one_of(wanted[start : start + MOST_AT_ONCE]), condition]))
        for start in range(0, wanted.size, MOST_AT_ONCE)
    ]
    return np.concatenate([NOTHING, *parts])


def in_order(wanted: Numbers, order: Sql) -> Numbers:
    """Return the wanted documents in an order."""
    return _numbers(one_of(wanted), order)


def rows(
    source: Source, collection: str, columns: Sql, condition: Sql
) -> Sequence[tuple[Any, ...]]:
    """Return columns of the documents of a collection that meet a condition.

    `columns` may be followed by a FROM item beside the documents.
    """
    every = of(source, collection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns.text} WHERE {every.text} AND {condition.text}",
            [*columns.parameters, *every.parameters, *condition.parameters],
        )
        return cursor.fetchall()


def by_role(source: Source, collection: str, wanted: Numbers) -> dict[str, Numbers]:
    """Return documents of a collection, at least the wanted ones, by their roles or type."""
    condition = one_of(wanted) if wanted.size <= MOST_AT_ONCE else ALWAYS
    found = defaultdict(list)
    for document, role in rows(source, collection, Sql("id, role FROM roster_document"), condition):
        found[role].append(document)
    return {role: np.array(documents) for role, documents in found.items()}


class Named(NamedTuple):
    """A document: of which record it is, by key and id, and its JSON."""

    record: int
    sourced_id: str
    body: bytes


def named(source: Source, collection: str, condition: Sql) -> dict[int, Named]:
    """Return the few documents that meet a condition, by key."""
    every = joined("AND", [of(source, collection), condition])
    with prepared.cursor(prepared.Unread) as cursor:
        cursor.execute(
            f"SELECT id, record, sourced_id, {body()} FROM roster_document WHERE {every.text}",  # noqa: S608
            every.parameters,
        )
        return {each: Named(*rest) for each, *rest in cursor.fetchall()}


def bodies(wanted: Numbers) -> dict[int, bytes]:
    """Return the JSON of documents by id; one that is gone is missing."""
    found: dict[int, bytes] = {}
    for start in range(0, wanted.size, MOST_AT_ONCE):
        found.update(_bodies(wanted[start : start + MOST_AT_ONCE]))
    return found


def _bodies(wanted: Numbers) -> Sequence[tuple[int, bytes]]:
    first, last = int(wanted.min()), int(wanted.max())
    chosen = one_of(wanted)
    if last - first < SCATTERED * wanted.size:
        chosen = Sql("id BETWEEN %s AND %s", (first, last))
    with prepared.cursor(prepared.Unread) as cursor:
        cursor.execute(
            f"SELECT id, {body()} FROM roster_document WHERE {chosen.text}",  # noqa: S608
            chosen.parameters,
        )
        return cursor.fetchall()


def _numbers(condition: Sql, order: Sql | None = None) -> Numbers:
    by = Sql(f" ORDER BY {order.text}", order.parameters) if order else Sql("")
    query = f"SELECT id FROM roster_document WHERE {condition.text}{by.text}"  # noqa: S608
    found: Numbers = bulk.numbers(query, [*condition.parameters, *by.parameters], 1)[0]
    return found
