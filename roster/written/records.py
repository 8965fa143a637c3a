"""The records that vendors wrote, as one reader has them: live ones, and tombstones.

The log is read once into arrays, and what came since with each request. Which record is visible
is asked of the reader's reach (`reach.py`): a record is live where everything that it depends on
is, and a tombstone where it was deleted, or something that it depends on has gone since it was
written. Its stamp is the latest of its write and of what it depends on having come or gone.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np

from roster import bulk
from roster.caches import MEGABYTE, Cache
from roster.kinds import KINDS, ROWS_OF
from roster.models import Gradebook, Organization, Written
from roster.publishing.lists import EMPTY, List, Numbers
from roster.written.reach import WIDTH, Extent, Part, Reach, reach_of
from roster.written.source import WrittenSource

WRITTEN = (
    "categories",
    "scoreScales",
    "lineItems",
    "results",
    "assessmentLineItems",
    "assessmentResults",
)
"""The collections into which vendors write, those first that others name."""

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


class Records(NamedTuple):
    """A reader's written records of a collection, in the order in which each was first written.

    `came` is since when what each live one depends on is visible.
    """

    live: List
    tombstones: List
    came: Numbers


NOBODYS = Records(EMPTY, EMPTY, EMPTY.stamps)


class Log(NamedTuple):
    """The newest write of each record up to a number, as columns by name."""

    upto: int
    columns: dict[str, Numbers]


def _bytes(log: Log) -> int:
    return 500 + sum(values.nbytes for values in log.columns.values())


def _bytes_of(known: tuple[Hashable, Records]) -> int:
    """Return the bytes of a reader's records: three numbers each, and of a live one a fourth."""
    _, found = known
    return 500 + 32 * (len(found.live) + len(found.tombstones))


# Twice what one vendor's million results take.
_logs: Cache[Log] = Cache(160 * MEGABYTE, _bytes)
_records: Cache[tuple[Hashable, Records]] = Cache(128 * MEGABYTE, _bytes_of)
_superseded: Cache[tuple[Hashable, Numbers]] = Cache(
    16 * MEGABYTE, lambda known: 500 + known[1].nbytes
)


class State(NamedTuple):
    """The organization's last write, and its acts."""

    written: int
    acts: int


def state_of(organization: int) -> State:
    """Return how far an organization's gradebook has come."""
    acts = Organization.objects.values_list("acts", flat=True).get(pk=organization)
    last = Gradebook.objects.filter(pk=organization).values_list("last", flat=True).first()
    return State(last or 0, acts)


def records(source: WrittenSource, collection: str) -> Records:
    """Return what a reader has of a collection, as of the write that it reads."""
    if not source.vendor or not source.written or collection not in WRITTEN:
        return NOBODYS
    reach = reach_of(source)
    key = source.feed, collection
    state = reach.key, source.written
    known = _records.get(key)
    if known is None or known[0] != state:
        known = state, _seen(source, collection, reach, _log(source, reach, collection).columns)
        _records.put(key, known)
    return known[1]


def record(source: WrittenSource, collection: str, sourced_id: str) -> Records | None:
    """Return one record as the reader has it, without a look at others; None where its vendor has
    written none of that id.
    """
    if not source.vendor or not source.written or collection not in WRITTEN:
        return None
    reach = reach_of(source)
    every = _rows(source, _whose(source, all_of=reach.others), collection, 0, sourced_id)
    if not every.size:
        return None
    newest = np.argsort(every[0])[-1:]
    columns = {name: values[newest] for name, values in zip(COLUMNS, every, strict=True)}
    return _seen(source, collection, reach, columns)


def superseded(source: WrittenSource, collection: str) -> Numbers:
    """Return the keys of bundles' rows of whose ids the vendor has written a record.

    A bundle's row that is published can't be written, so they come with publications only.
    """
    whose = _whose(source, all_of=reach_of(source).others)
    key = "superseded", source.organization, whose, collection
    state = source.publication, source.revision
    known = _superseded.get(key)
    if known is None or known[0] != state:
        table = KINDS[ROWS_OF[collection]].model._meta.db_table
        sql = (
            f"SELECT DISTINCT row.id FROM {table} row JOIN {Written._meta.db_table} written"  # noqa: S608
            " ON written.organization_id = row.organization_id"
            " AND written.sourced_id = row.sourced_id"
            " WHERE row.organization_id = %s AND written.collection = %s"
            " AND (written.vendor = %s OR %s = 0)"
        )
        values = [source.organization, collection, whose, whose]
        known = state, np.sort(bulk.numbers(sql, values, 1)[0])
        _superseded.put(key, known)
    return known[1]


def _seen(
    source: WrittenSource, collection: str, reach: Reach, columns: dict[str, Numbers]
) -> Records:
    parts = [_whose_it_is(source, reach, columns), *_parts(source, collection, reach, columns)]
    number, size = columns["number"], columns["number"].size
    here, known = np.ones(size, np.bool_), np.ones(size, np.bool_)
    came, went = np.zeros(size, np.int64), np.zeros(size, np.int64)
    first = np.full(size, np.iinfo(np.int64).max)
    for visible, was, since in parts:
        here &= visible
        known &= was
        came = np.maximum(came, np.where(visible, since, 0))
        went = np.maximum(went, np.where(visible, 0, since))
        first = np.minimum(first, np.where(visible, first, since))
    shown = columns["shown"] != 0
    live = shown & here & (columns["live"] == 1)
    # What fell before it was written was never read by this reader.
    gone = (columns["stone"] != 0) & known & ~live & (number < first)
    stamps = np.where(live, np.maximum(number, came), np.maximum(number, went))
    return Records(
        List(columns["record"][live], columns["shown"][live], stamps[live]),
        List(columns["record"][gone], columns["stone"][gone], stamps[gone]),
        came[live],
    )


def _whose_it_is(source: WrittenSource, reach: Reach, columns: dict[str, Numbers]) -> Part:
    """Return of each record whether it is the reader's vendor's, or others' are visible."""
    mine = columns["vendor"] == source.vendor
    here, known, since = reach["others"].at(np.ones_like(columns["vendor"]))
    return mine | here, mine | known, np.where(mine, 0, since)


def _parts(
    source: WrittenSource, collection: str, reach: Reach, columns: dict[str, Numbers]
) -> list[Part]:
    """Return what the records of a collection depend on (product: What is visible, 2)."""
    klass, person = columns["klass"], columns["person"]
    if collection == "categories":
        return []
    if collection == "scoreScales":
        return [reach["classes"].at(klass)]
    if collection == "lineItems":
        categories = _either(source, "categories", reach, columns["category"])
        return [reach["classes"].at(klass), categories]
    if collection == "results":
        return [
            reach["people"].at(person),
            reach["pairs"].at(klass * WIDTH + person),
            _either(source, "lineItems", reach, columns["item"]),
        ]
    if collection == "assessmentLineItems":
        return [_class_if_any(reach, klass)]
    return [
        reach["people"].at(person),
        _either(source, "assessmentLineItems", reach, columns["item"]),
    ]


def _class_if_any(reach: Reach, klass: Numbers) -> Part:
    here, known, since = reach["classes"].at(klass)
    every = reach["everywhere"].at(np.ones(klass.size, np.int64))
    none = klass == 0
    return (
        np.where(none, every[0], here),
        np.where(none, every[1], known),
        np.where(none, every[2], since),
    )


def _either(source: WrittenSource, collection: str, reach: Reach, keys: Numbers) -> Part:
    """Return what is to be said of records that a bundle brought or a vendor wrote."""
    written = records(source, collection)
    every = List(
        np.concatenate([written.live.records, written.tombstones.records]),
        np.concatenate([np.ones_like(written.live.records), 0 * written.tombstones.records]),
        np.concatenate([written.came, written.tombstones.stamps]),
    )
    ours = Extent(every.take(np.argsort(every.records))).at(keys)
    theirs = reach[collection].at(keys)
    return ours[0] | theirs[0], ours[1] | theirs[1], np.maximum(ours[2], theirs[2])


def _whose(source: WrittenSource, *, all_of: bool) -> int:
    """Return the vendor whose records are read; 0 for all of them."""
    return 0 if all_of else source.vendor


def _log(source: WrittenSource, reach: Reach, collection: str) -> Log:
    """Return the newest writes of records that a reader may know, with those that came since."""
    whose = _whose(source, all_of=reach.knows_others)
    key = source.organization, whose, source.version, collection
    kept = _logs.get(key)
    if kept is not None and kept.upto == source.written:
        return kept
    if kept is None or kept.upto > source.written:
        kept = Log(0, {name: np.empty(0, np.int64) for name in COLUMNS})
    fresh = _rows(source, whose, collection, kept.upto)
    columns = {
        name: np.concatenate([kept.columns[name], values])
        for name, values in zip(COLUMNS, fresh, strict=True)
    }
    # Of each record the last one stays; records count downwards as they are first written.
    order = np.lexsort((columns["number"], -columns["record"]))
    ids = columns["record"][order]
    last = np.append(ids[1:] != ids[:-1], True) if ids.size else np.empty(0, np.bool_)
    log = Log(source.written, {name: each[order[last]] for name, each in columns.items()})
    return _logs.put(key, log)


def _rows(
    source: WrittenSource, whose: int, collection: str, after: int, sourced_id: str | None = None
) -> Numbers:
    """Return the columns of what was written after a number; of one id if so asked."""
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
