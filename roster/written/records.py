"""The records that vendors wrote, as one reader has them: live ones, and tombstones.

Found out (`looking.py`) by block of the log, so that a write costs a look at its neighbours alone;
readers of the same reach share all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from roster.caches import MEGABYTE, Cache
from roster.database import bulk
from roster.kinds import KINDS, ROWS_OF
from roster.map.arrays import Flags
from roster.models import Publication, Written
from roster.publishing.lists import EMPTY, List, Numbers, Swept
from roster.publishing.lists import joined as joined_lists
from roster.written import log
from roster.written.log import WRITTEN, Block, Blocks
from roster.written.looking import NAMED, Looking, Part
from roster.written.reach import NOTHING, Extent, reach_of
from roster.written.readers import WrittenSource


@dataclass(frozen=True, eq=False)
class Records:
    """A reader's written records of a collection, in the order in which each was first written.

    `blocks` are what they are parts of, `named` those on which they depend.
    """

    upto: int = 0
    parts: tuple[Part, ...] = ()
    blocks: Blocks = ()
    named: Records | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return int(self._ends[-1]) if self.parts else 0

    @cached_property
    def _ends(self) -> Numbers:
        return np.cumsum([part.live.records.size for part in self.parts])

    @cached_property
    def _starts(self) -> Numbers:
        return np.array([-block.first for block in self.blocks], np.int64)

    @cached_property
    def known(self) -> int:
        """How many records there are in the log, whoever reads them."""
        return sum([block.size for block in self.blocks])

    def piece(self, offset: int, limit: int) -> List:
        """Return so many live records from an offset on."""
        first = int(np.searchsorted(self._ends, offset, side="right"))
        found: list[List] = []
        at = offset - (int(self._ends[first - 1]) if first else 0)
        for part in self.parts[first:]:
            if limit <= 0:
                break
            some = part.live.take(slice(at, at + limit))
            found.append(some)
            limit, at = limit - len(some), 0
        return joined_lists(found)

    def now(self, records: Numbers) -> tuple[Flags, List]:
        """Return which of these records are live, and those that are, in their order."""
        live, found = np.zeros(records.size, np.bool_), []
        places = np.maximum(np.searchsorted(self._starts, -records, side="right") - 1, 0)
        for place in np.unique(places).tolist() if self.parts else ():
            mine, part = np.flatnonzero(places == place), self.parts[place]
            at = np.searchsorted(-part.live.records, -records[mine])
            at[at == len(part.live)] = 0
            here = part.live.records[at] == records[mine] if part.live else at != at
            live[mine] = here
            found.append((mine[here], part.live.take(at[here])))
        if not found:
            return live, EMPTY
        order = np.argsort(np.concatenate([mine for mine, _ in found]))
        return live, joined_lists([some for _, some in found]).take(order)

    def stretch(self) -> Stretch:
        """Return what is to be kept of it, so that others find it as it is now."""
        last = int(self.parts[-1].block.columns["record"][-1]) if self.parts else 0
        live = [part.mask for part in self.parts] if len(self) < self.known else []
        bits = np.packbits(np.concatenate(live)).tobytes() if live else b""
        return Stretch(self.upto, self.known, last, bits)

    @cached_property
    def extent(self) -> Extent:
        """Of each whether it is live, and since when it is as it is for what depends on it."""
        live = joined_lists([part.live for part in self.parts])
        gone = joined_lists([part.tombstones for part in self.parts])
        came = [part.came for part in self.parts]
        every = List(
            np.concatenate([live.records, gone.records]),
            np.concatenate([np.ones_like(live.records), 0 * gone.records]),
            np.concatenate([*came, gone.stamps]),
        )
        return Extent(every.take(np.argsort(every.records)))

    def differing(self, other: Records) -> Numbers:
        """Return the records that are not the same here and there."""
        mine, theirs = set(self.parts), set(other.parts)
        some = [part.block.columns["record"] for part in mine ^ theirs]
        if not some:
            return EMPTY.records
        keys = bulk.distinct(np.concatenate(some))
        pairs = zip(self.extent.at(keys), other.extent.at(keys), strict=True)
        differs = np.zeros(keys.size, np.bool_)
        for one, another in pairs:
            differs |= one != another
        found: Numbers = keys[differs]
        return found


NOBODYS = Records()


@dataclass(frozen=True)
class Stretch:
    """The records of the log that a reader could read: as of the write `upto`, so many of the first
    `known`, the last of which is `last`; those whose bit is set, all where there are no bits.
    """

    upto: int = 0
    known: int = 0
    last: int = 0
    bits: bytes = b""

    @cached_property
    def places(self) -> Numbers:
        """Where they stand in the log."""
        if not self.bits:
            return np.arange(self.known)
        every = np.unpackbits(np.frombuffer(self.bits, np.uint8), count=self.known)
        return np.flatnonzero(every)

    @property
    def size(self) -> int:
        return int(self.places.size)

    def piece(self, source: WrittenSource, collection: str, some: slice) -> List:
        """Return some of them as they were; `Swept` where the log is another one."""
        end = _columns_at(source, collection, np.array([self.known - 1]))["record"]
        if end.tolist() != [self.last]:
            raise Swept
        return as_of(source, collection, self.places[some], self.upto)


# Of what is live of a whole block no more than its stamps is a reader's own.
_records: Cache[Records] = Cache(128 * MEGABYTE, lambda records: 500 + 17 * records.known)
_superseded: Cache[tuple[int, Numbers]] = Cache(16 * MEGABYTE, lambda known: 500 + known[1].nbytes)


def records(source: WrittenSource, collection: str) -> Records:
    """Return what a reader has of a collection, as of the write that it reads or a later one."""
    if not source.vendor or not source.written or collection not in WRITTEN:
        return NOBODYS
    reach = reach_of(source)
    everything = log.log_of(source.organization, source.written)
    named = records(source, NAMED[collection]) if collection in NAMED else None
    key = source.organization, source.version, source.vendor, reach.mark, collection
    known = _records.get(key)
    blocks = everything.of(collection)
    if known is not None and known.named is named and known.blocks is blocks:
        return known
    stays = {} if known is None else _staying(known, named)
    looking = Looking(source, collection, reach, _extent(named))
    parts = tuple([stays[each] if each in stays else looking.part(each) for each in blocks])
    return _records.put(key, Records(everything.upto, parts, blocks, named))


def _extent(named: Records | None) -> Extent:
    return NOTHING if named is None else named.extent


def _staying(known: Records, named: Records | None) -> Mapping[Block, Part]:
    """Return the parts in which no record depends on what has moved among the `named`, by block."""
    every = dict(zip(known.blocks, known.parts, strict=True))
    if named is None or known.named is None or named is known.named:
        return every
    moved = named.differing(known.named)
    if not moved.size:
        return every
    return {block: part for block, part in every.items() if not np.isin(moved, block.named).any()}


def as_of(source: WrittenSource, collection: str, places: Numbers, upto: int) -> List:
    """Return what stood at these places of the log at a number, to a reader who could read it."""
    columns = _columns_at(source, collection, places)
    later = columns["number"] > upto
    if later.any():
        before = log.earlier(source.organization, columns["number"][later], upto)
        there = np.searchsorted(-columns["record"], -before["record"])
        for name, column in columns.items():
            column[there] = before[name]
    named = records(source, NAMED[collection]) if collection in NAMED else None
    looking = Looking(source, collection, reach_of(source), _extent(named))
    came = looking.seen(columns).came
    return List(columns["record"], columns[looking.shown], np.maximum(columns["number"], came))


def _columns_at(source: WrittenSource, collection: str, places: Numbers) -> dict[str, Numbers]:
    blocks = log.log_of(source.organization, source.written).of(collection)
    ends = np.cumsum([0, *(block.size for block in blocks)])
    which = np.searchsorted(ends, places, side="right") - 1
    found = [
        {
            name: column[places[which == at] - ends[at]]
            for name, column in blocks[at].columns.items()
        }
        for at in np.unique(which[which < len(blocks)]).tolist()
    ]
    nothing = EMPTY.records
    return {
        name: np.concatenate([nothing, *(each[name] for each in found)]) for name in log.COLUMNS
    }


def superseded(source: WrittenSource, collection: str) -> Numbers:
    """Return the keys of bundles' rows of whose ids a vendor that is read has written a record.

    A bundle's row that is published can't be written, so they come with publications only.
    """
    whose = 0 if reach_of(source).others else source.vendor
    key = source.organization, whose, collection
    known = _superseded.get(key)
    if known is None or known[0] < source.publication:
        newest = Publication.objects.filter(feed__organization=source.organization).order_by("-pk")
        last = newest.values_list("pk", flat=True)[:1].get()
        table = KINDS[ROWS_OF[collection]].model._meta.db_table
        sql = (
            f"SELECT DISTINCT row.id FROM {table} row JOIN {Written._meta.db_table} written"  # noqa: S608
            " ON written.organization_id = row.organization_id"
            " AND written.sourced_id = row.sourced_id"
            " WHERE row.organization_id = %s AND written.collection = %s"
            " AND (written.vendor = %s OR %s = 0)"
        )
        values = [source.organization, collection, whose, whose]
        known = _superseded.put(key, (last, np.sort(bulk.numbers(sql, values, 1)[0])))
    return known[1]
