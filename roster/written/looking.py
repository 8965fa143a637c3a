"""What one reader sees of rows of the log: which records are live, which tombstones, since when.

A record is live where everything that it depends on is visible (`reach.py`), and a tombstone where
it was deleted, or something that it depends on has gone since it was written. Its stamp is the
latest of its write and of what it depends on having come or gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from roster.map.arrays import Flags
from roster.publishing.lists import EMPTY, List, Numbers
from roster.written.log import Block, Columns
from roster.written.reach import WIDTH, Extent, Reach, Seen
from roster.written.readers import WrittenSource

NAMED = {
    "lineItems": "categories",
    "results": "lineItems",
    "assessmentResults": "assessmentLineItems",
}
"""The collection of which each names a record, on which it depends."""


class Visible(NamedTuple):
    """What a reader has of some rows: which are live and which tombstones, with their stamps.

    `came` is since when what each depends on is visible.
    """

    live: Flags
    gone: Flags
    stamps: Numbers
    came: Numbers


@dataclass(frozen=True, eq=False)
class Part:
    """What a reader has of one block; `mask` says which of its records are live."""

    block: Block
    live: List
    tombstones: List
    mask: Flags
    came: Numbers

    @cached_property
    def newest(self) -> int:
        return int(max(self.live.stamps.max(initial=0), self.tombstones.stamps.max(initial=0)))


class Looking:
    """What one reader sees of a collection's rows (product: What is visible, 2).

    `ours` are those of the vendors' records on which they depend.
    """

    def __init__(self, source: WrittenSource, collection: str, reach: Reach, ours: Extent) -> None:
        self.vendor = source.vendor
        self.collection = collection
        self.reach = reach
        self.ours = ours
        self.theirs = reach[NAMED.get(collection, "")]
        which = source.version.replace(".", "")
        self.shown, self.stone = f"shown_{which}", f"stone_{which}"

    def part(self, block: Block) -> Part:
        """Return what the reader has of a block."""
        columns, visible = block.columns, self.seen(block.columns)
        live, gone = visible.live, visible.gone
        shown, stones = (
            List(columns["record"], columns[name], visible.stamps)
            for name in (self.shown, self.stone)
        )
        return Part(
            block,
            shown if live.all() else shown.take(live),
            stones.take(gone),
            live,
            visible.came[live] if self.collection in NAMED.values() else EMPTY.stamps,
        )

    def seen(self, columns: Columns) -> Visible:
        number, size = columns["number"], columns["number"].size
        here, known = np.ones(size, np.bool_), np.ones(size, np.bool_)
        came, went = np.zeros(size, np.int64), np.zeros(size, np.int64)
        first = np.full(size, np.iinfo(np.int64).max)
        for visible, was, since, hidden in (
            self._whose_it_is(columns),
            *self._depending(columns),
        ):
            here &= visible
            known &= was
            came = np.maximum(came, np.where(visible, since, 0))
            went = np.maximum(went, np.where(visible, 0, since))
            first = np.minimum(first, np.where(visible, first, hidden))
        live = (columns[self.shown] != 0) & here & (columns["live"] == 1)
        # What fell before it was first written was never read by this reader.
        gone = (columns[self.stone] != 0) & known & ~live & (columns["born"] < first)
        stamps = np.where(live, np.maximum(number, came), np.maximum(number, went))
        return Visible(live, gone, stamps, came)

    def _whose_it_is(self, columns: Columns) -> Seen:
        """Return of each record whether it is the reader's vendor's, or others' are visible."""
        mine = columns["vendor"] == self.vendor
        here, known, since, hidden = self.reach["others"].at(np.ones_like(columns["vendor"]))
        return mine | here, mine | known, np.where(mine, 0, since), hidden

    def _depending(self, columns: Columns) -> list[Seen]:
        """Return what the records depend on."""
        klass, person = columns["klass"], columns["person"]
        if self.collection == "categories":
            return []
        if self.collection == "scoreScales":
            return [self.reach["classes"].at(klass)]
        if self.collection == "lineItems":
            return [self.reach["classes"].at(klass), self._named(columns)]
        if self.collection == "results":
            pairs = self.reach["pairs"].at(klass * WIDTH + person)
            return [self.reach["people"].at(person), pairs, self._named(columns)]
        if self.collection == "assessmentLineItems":
            return [self._class_if_any(klass)]
        return [self.reach["people"].at(person), self._named(columns)]

    def _class_if_any(self, klass: Numbers) -> Seen:
        classes = self.reach["classes"].at(klass)
        every = self.reach["everywhere"].at(np.ones(klass.size, np.int64))
        none = klass == 0
        here, known, since, hidden = (
            np.where(none, one, other) for one, other in zip(every, classes, strict=True)
        )
        return here, known, since, hidden

    def _named(self, columns: Columns) -> Seen:
        """Return what is to be said of what a bundle brought or a vendor wrote."""
        ours, theirs = self.ours.at(columns["named"]), self.theirs.at(columns["named"])
        here, known = ours[0] | theirs[0], ours[1] | theirs[1]
        return here, known, np.maximum(ours[2], theirs[2]), np.maximum(ours[3], theirs[3])
