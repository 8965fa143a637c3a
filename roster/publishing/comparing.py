"""The next list from the one that could be read last: what is new, changed, gone, unchanged.

A record with the same document keeps its stamp, any other gets this publication's. A record that
is gone leaves a tombstone, which stays until it expires or the record returns.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.publishing.lists import EMPTY, NEW, List, Numbers

Flags = NDArray[np.bool_]

ROOMY = 16
"""A table by key is worth its memory where at least every sixteenth key is in use."""


class Lists(NamedTuple):
    """The two lists of a collection."""

    live: List = EMPTY
    tombstones: List = EMPTY


class Difference(NamedTuple):
    """Lists made from others, and how they differ from those."""

    before: Lists
    lists: Lists
    added: int
    changed: int
    removed: int
    expired: int

    @property
    def is_none(self) -> bool:
        return not (self.added or self.changed or self.removed or self.expired)


Entomb = Callable[[List], Numbers]
"""Gives the tombstones of entries: the keys of documents, of which nothing else is known here."""

Ordered = Callable[[Numbers], list[str]]
"""Gives the sourcedIds of documents, which tombstones stand in the order of."""


def compare(
    before: Lists,
    records: Numbers,
    documents: Numbers,
    *,
    expired: int,
    entomb: Entomb,
    ids_of: Ordered,
    anew: Numbers,
) -> Difference:
    """Return the lists for records with these documents, after those that could be read before.

    Tombstones of a stamp before `expired` go. The records `anew` get a new stamp in any case.
    """
    old, stones = before
    at = places(records, old.records)
    known = at >= 0
    same = known.copy()
    same[known] = old.documents[at[known]] == documents[known]
    kept = same & (places(records, anew) < 0)
    stamps = np.full(len(records), NEW, np.int64)
    stamps[kept] = old.stamps[at[kept]]
    gone = np.ones(len(old), bool)
    gone[at[known]] = False
    back = places(stones.records, records) >= 0
    late = ~back & (stones.stamps != NEW) & (stones.stamps < expired)
    live = List(records, documents, stamps)
    left = buried(stones.take(~back & ~late), old.take(gone), entomb, ids_of)
    return Difference(
        before,
        Lists(live, left),
        added=int((~known).sum()),
        changed=int((known & ~kept).sum()),
        removed=int(gone.sum()),
        expired=int(late.sum()),
    )


def buried(stones: List, gone: List, entomb: Entomb, ids_of: Ordered) -> List:
    """Return the tombstones there are with those of entries that are gone; both are in order."""
    if not len(gone):
        return stones
    fresh = List(gone.records, entomb(gone), np.full(len(gone), NEW, np.int64))
    ids = ids_of(stones.documents)
    at = [bisect_left(ids, each) for each in ids_of(fresh.documents)]
    return List(*(np.insert(old, at, new) for old, new in zip(stones, fresh, strict=True)))


def places(wanted: Numbers, among: Numbers) -> NDArray[np.int64]:
    """Return where each wanted key stands among others, -1 where it doesn't."""
    if len(wanted) == len(among) and np.array_equal(wanted, among):
        return np.arange(len(among))
    return Places(among).of(wanted)


class Places:
    """Where keys stand, to be asked more than once: by a table where that is worth its memory."""

    def __init__(self, among: Numbers) -> None:
        self.among = among
        self.low, self.high = (int(among.min()), int(among.max())) if len(among) else (0, -1)
        self.table = self.order = NOTHING
        if self.high - self.low < ROOMY * len(among):
            self.table = np.full(self.high - self.low + 1, -1, np.int64)
            self.table[among - self.low] = np.arange(len(among))
        else:
            self.order = np.argsort(among, kind="stable")

    def of(self, wanted: Numbers) -> NDArray[np.int64]:
        """Return where each wanted key stands, -1 where it doesn't."""
        found = np.full(len(wanted), -1, np.int64)
        inside = (wanted >= self.low) & (wanted <= self.high)
        if len(self.table):
            found[inside] = self.table[wanted[inside] - self.low]
        elif len(self.among):
            at = np.searchsorted(self.among, wanted[inside], sorter=self.order)
            there = self.order[np.minimum(at, len(self.among) - 1)]
            found[inside] = np.where(self.among[there] == wanted[inside], there, -1)
        return found


NOTHING = np.empty(0, np.int64)
