"""The records that vendors wrote, as one reader has them: live ones, and tombstones.

As long as nothing else has changed, a reader's records are renewed by what was written since, so
that a write costs no look at all the others. Which record is visible is asked of the reader's
reach (`reach.py`): a record is live where everything that it depends on is, and a tombstone where
it was deleted, or something that it depends on has gone since it was written. Its stamp is the
latest of its write and of what it depends on having come or gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from roster import bulk
from roster.caches import MEGABYTE, Cache
from roster.kinds import KINDS, ROWS_OF
from roster.models import Organization, Written
from roster.publishing.lists import EMPTY, List, Numbers
from roster.written import log, numbers
from roster.written.log import Columns
from roster.written.reach import WIDTH, Extent, Key, Part, Reach, reach_of
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

NAMED = {
    "lineItems": "categories",
    "results": "lineItems",
    "assessmentResults": "assessmentLineItems",
}
"""The collection of which each names a record, on which it depends."""


@dataclass(frozen=True, eq=False)
class Records:
    """A reader's written records of a collection, in the order in which each was first written.

    `came` is since when what each live one depends on is visible.
    """

    live: List
    tombstones: List
    came: Numbers

    @cached_property
    def extent(self) -> Extent:
        """Of each whether it is live, and since when it is as it is for what depends on it."""
        every = List(
            np.concatenate([self.live.records, self.tombstones.records]),
            np.concatenate([np.ones_like(self.live.records), 0 * self.tombstones.records]),
            np.concatenate([self.came, self.tombstones.stamps]),
        )
        return Extent(every.take(np.argsort(every.records)))

    def renewed(self, fresh: Records, rewritten: Numbers) -> Records:
        """Return the records when some are `rewritten`, of which these are left."""
        *live, came = _renewed([*self.live, self.came], [*fresh.live, fresh.came], rewritten)
        tombstones = _renewed([*self.tombstones], [*fresh.tombstones], rewritten)
        return Records(List(*live), List(*tombstones), came)


def _renewed(
    columns: Sequence[Numbers], fresh: Sequence[Numbers], rewritten: Numbers
) -> list[Numbers]:
    """Return columns, the first of which are records, counting downwards, with `fresh` entries.

    Of a million one is replaced, added, or taken out in a few milliseconds.
    """
    there = _places(columns[0], fresh[0])
    known, renewed = there >= 0, list(columns)
    if known.any():
        renewed = [columns[0], *(column.copy() for column in columns[1:])]
        for column, own in zip(renewed[1:], fresh[1:], strict=True):
            column[there[known]] = own[known]
    gone = _places(columns[0], rewritten[~np.isin(rewritten, fresh[0])])
    if (gone >= 0).any():
        renewed = [np.delete(column, gone[gone >= 0]) for column in renewed]
    if known.all():
        return renewed
    renewed = [np.append(a, b[~known]) for a, b in zip(renewed, fresh, strict=True)]
    order = np.argsort(-renewed[0], kind="stable")
    sorted_already = bool((order[:-1] < order[1:]).all())
    return renewed if sorted_already else [column[order] for column in renewed]


def _places(records: Numbers, wanted: Numbers) -> Numbers:
    """Return where numbers stand among others that count downwards, -1 for one that doesn't."""
    if not records.size:
        return np.full(wanted.size, -1)
    places = np.searchsorted(records[::-1], wanted)
    places[places == records.size] = 0
    found = records[::-1][places] == wanted
    return np.where(found, records.size - 1 - places, -1)


NOBODYS = Records(EMPTY, EMPTY, EMPTY.stamps)


class Found(NamedTuple):
    """A reader's records as they were found: at which reach and write, by which that they name."""

    reach: Key
    written: int
    named: Records | None
    records: Records


def _bytes_of(found: Found) -> int:
    """Return the bytes of a reader's records: four numbers each, and three to be depended on."""
    return 500 + 56 * (len(found.records.live) + len(found.records.tombstones))


_records: Cache[Found] = Cache(128 * MEGABYTE, _bytes_of)
_superseded: Cache[tuple[tuple[int, int], Numbers]] = Cache(
    16 * MEGABYTE, lambda known: 500 + known[1].nbytes
)


class State(NamedTuple):
    """The organization's last write, and its acts."""

    written: int
    acts: int


def state_of(organization: int) -> State:
    """Return how far an organization's gradebook has come."""
    acts = Organization.objects.values_list("acts", flat=True).get(pk=organization)
    return State(numbers.last(organization), acts)


def records(source: WrittenSource, collection: str) -> Records:
    """Return what a reader has of a collection, as of the write that it reads."""
    if not source.vendor or not source.written or collection not in WRITTEN:
        return NOBODYS
    reach = reach_of(source)
    key = source.feed, source.vendor, collection
    named = records(source, NAMED[collection]) if collection in NAMED else None
    known = _records.get(key)
    if known is not None and (known.reach != reach.key or known.named is not named):
        known = None
    if known is not None and known.written == source.written:
        return known.records
    whose = _whose(source, all_of=reach.knows_others)
    if known is not None and known.written < source.written:
        fresh = log.since(source, whose, collection, known.written)
        found = known.records
        if fresh["record"].size:
            found = found.renewed(_seen(source, collection, reach, fresh), fresh["record"])
    else:
        found = _seen(source, collection, reach, log.whole(source, whose, collection))
    return _records.put(key, Found(reach.key, source.written, named, found)).records


def record(source: WrittenSource, collection: str, sourced_id: str) -> Records | None:
    """Return one record as the reader has it, without a look at others; None where its vendor has
    written none of that id.
    """
    if not source.vendor or not source.written or collection not in WRITTEN:
        return None
    reach = reach_of(source)
    whose = _whose(source, all_of=reach.others)
    newest = log.since(source, whose, collection, 0, sourced_id)
    return _seen(source, collection, reach, newest) if newest["record"].size else None


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


def _seen(source: WrittenSource, collection: str, reach: Reach, columns: Columns) -> Records:
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


def _whose_it_is(source: WrittenSource, reach: Reach, columns: Columns) -> Part:
    """Return of each record whether it is the reader's vendor's, or others' are visible."""
    mine = columns["vendor"] == source.vendor
    here, known, since = reach["others"].at(np.ones_like(columns["vendor"]))
    return mine | here, mine | known, np.where(mine, 0, since)


def _parts(source: WrittenSource, collection: str, reach: Reach, columns: Columns) -> list[Part]:
    """Return what the records of a collection depend on (product: What is visible, 2)."""
    klass, person = columns["klass"], columns["person"]
    if collection == "categories":
        return []
    if collection == "scoreScales":
        return [reach["classes"].at(klass)]
    if collection == "lineItems":
        categories = _either(source, NAMED[collection], reach, columns["category"])
        return [reach["classes"].at(klass), categories]
    if collection == "results":
        return [
            reach["people"].at(person),
            reach["pairs"].at(klass * WIDTH + person),
            _either(source, NAMED[collection], reach, columns["item"]),
        ]
    if collection == "assessmentLineItems":
        return [_class_if_any(reach, klass)]
    return [
        reach["people"].at(person),
        _either(source, NAMED[collection], reach, columns["item"]),
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
    ours = records(source, collection).extent.at(keys)
    theirs = reach[collection].at(keys)
    return ours[0] | theirs[0], ours[1] | theirs[1], np.maximum(ours[2], theirs[2])


def _whose(source: WrittenSource, *, all_of: bool) -> int:
    """Return the vendor whose records are read; 0 for all of them."""
    return 0 if all_of else source.vendor
