"""Reads the rows of a kind from the database: all of them, or those that changed since a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import Count, Max, Q, Sum

from roster.map.arrays import SEPARATOR, Words, hash_of
from roster.map.columns import Reader, contents_of
from roster.map.sources import SOURCES, Source
from roster.map.tables import State, Table, in_order, spliced

BATCH = 5000

STAMPS = ("digest", "last_modified")
"""The fields that tell a row's content from an earlier one."""


def table_of(organization: int, kind: str, words: Mapping[str, Words], base: Table | None) -> Table:
    """Return the table of a kind as the database has it now.

    From `base`, an earlier map's, is taken what hasn't changed since. An import gives its rows a
    later time than any before, so those are the changed ones; where their number doesn't add up
    (a row was deleted, a clock went back) all rows are read.
    """
    source = SOURCES[kind]
    state = _state(organization, source)
    if base is not None and base.state == state:
        return base
    found = _rows(organization, source)
    if base is not None and base.size:
        table = _changed(base, found, source, words, state)
        if table is not None and table.size == _expected(source, state):
            return table
    return _read(found, source, words, state)


def _changed(
    base: Table, found: Any, source: Source, words: Mapping[str, Words], state: State
) -> Table | None:
    """Return the table with what changed since `base`; None where that can't be told."""
    last = base.state[-1]
    if last is None or str(state[-1]) < str(last):
        return None
    if source.level:
        # Levels are never changed: one goes, and another comes with a higher key.
        keys = np.fromiter(found.values_list("pk", flat=True).iterator(BATCH), np.int64)
        keep = np.isin(base.values["record"], keys)
        changed = found.filter(pk__gt=base.values["record"].max())
    else:
        changed = found.filter(last_modified__gte=last)
        keys = np.fromiter(changed.values_list("pk", flat=True).iterator(BATCH), np.int64)
        keep = ~np.isin(base.values["record"], keys)
    return spliced(base, keep, _read(changed, source, words, state), state)


def _read(found: Any, source: Source, words: Mapping[str, Words], state: State) -> Table:
    reader = Reader(source.columns, words)
    names = tuple(
        dict.fromkeys(("sourced_id", "pk", *(() if source.level else STAMPS), *reader.fields))
    )
    rows = _live(found, source).order_by("sourced_id").values_list(*names)
    ids: list[str] = []
    records, own = [], []
    for some in in_batches(rows.iterator(BATCH), BATCH):
        cells = dict(zip(names, zip(*some, strict=True), strict=True))
        ids.extend(cells["sourced_id"])
        records.append(np.array(cells["pk"], np.int64))
        if not source.level:
            own.append(contents_of(*(cells[name] for name in STAMPS)))
        reader.add(cells)
    values = reader.values()
    values["hash"] = np.fromiter(map(hash_of, ids), np.uint64, len(ids))
    values["record"] = np.concatenate([np.empty(0, np.int64), *records])
    values["own"] = np.concatenate([np.empty(0, np.uint64), *own])
    if not in_order(ids):
        raise ValueError("Ids didn't come in bytewise order.")
    return Table(SEPARATOR.join(ids), state, values)


def in_batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Yield the rows in lists of that size, the rest last."""
    while some := list(islice(rows, size)):
        yield some


def _state(organization: int, source: Source) -> State:
    """Return what tells changed rows from unchanged ones, the latest change last."""
    found = _rows(organization, source)
    if source.level:
        told = found.aggregate(count=Count("pk"), total=Sum("pk"), last=Max("pk"))
        return [told["count"], int(told["total"] or 0), told["last"]]
    live = Q(status="active")
    told = found.aggregate(
        count=Count("pk"),
        live=Count("pk", filter=live),
        total=Sum("pk", filter=live),
        last=Max("last_modified"),
    )
    last = told["last"].isoformat() if told["last"] else None
    return [told["count"], told["live"], int(told["total"] or 0), last]


def _expected(source: Source, state: State) -> int:
    return int(state[0] if source.level or source.ever else state[1])


def _rows(organization: int, source: Source) -> Any:
    found = source.model.objects.filter(organization=organization)
    return found.filter(kind=source.level) if source.level else found


def _live(found: Any, source: Source) -> Any:
    return found if source.level or source.ever else found.filter(status="active")
