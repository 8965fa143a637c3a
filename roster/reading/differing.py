"""In what a long list differs from another one, so that keeping it costs as little as that.

A list of a gradebook is written to between two readings: some entries are others, some are new at
its end, few are gone. More than that isn't told; then the list is kept whole.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from isal import isal_zlib

from roster.publishing.lists import EMPTY, LEVEL, List, Numbers

MOST_GONE = 16
MOST = 16_384
"""Entries that differ, beyond which a list is another one."""

NOWHERE = EMPTY.records


class Difference(NamedTuple):
    """What is left of a base without the positions `gone` has `entries` at `places`, which may
    lie behind its end.
    """

    gone: Numbers = NOWHERE
    places: Numbers = NOWHERE
    entries: List = EMPTY

    def piece(self, base: List, some: slice) -> List:
        """Return entries of the list at these positions, all of which it has."""
        at = np.arange(some.start, some.stop)
        inside = at + np.searchsorted(self.gone - np.arange(self.gone.size), at, side="right")
        inside[inside >= len(base)] = 0  # Behind its end each has an entry of its own.
        found = base.take(inside)
        first, end = np.searchsorted(self.places, [some.start, some.stop])
        here = self.places[first:end] - some.start
        for column, own in zip(found, self.entries, strict=True):
            column[here] = own[first:end]
        return found

    def packed(self) -> bytes:
        sizes = np.array([self.gone.size, self.places.size], np.int64)
        every = np.concatenate([sizes, self.gone, self.places, *self.entries])
        return bytes(isal_zlib.compress(every.astype("<i8").tobytes(), LEVEL))


def unpacked(content: bytes) -> Difference:
    every = np.frombuffer(isal_zlib.decompress(content), "<i8")
    gone, places = int(every[0]), int(every[1])
    ends = np.cumsum([2, gone, places, places, places])
    parts = np.split(every, ends)[1:5]
    return Difference(parts[0], parts[1], List(*np.split(every[ends[1] + places :], 3)))


def difference(base: List, shows: List) -> Difference | None:
    """Return in what a list differs from its base; None for too much."""
    gone = _gone(base.records, shows.records)
    if gone is None:
        return None
    left = List(*(np.delete(column, gone) for column in base)) if gone.size else base
    size = min(len(left), len(shows))
    differ = np.zeros(size, np.bool_)
    for was, now in zip(left, shows, strict=True):
        differ |= was[:size] != now[:size]
    places = np.append(np.flatnonzero(differ), np.arange(size, len(shows)))
    return Difference(gone, places, shows.take(places)) if places.size <= MOST else None


def _gone(base: Numbers, shows: Numbers) -> Numbers | None:
    """Return the positions that a list no longer has; None for too many."""
    gone: list[int] = []
    at = 0  # In the base; as many fewer in the list as are gone.
    while len(gone) <= MOST_GONE:
        size = min(base.size - at, shows.size - at + len(gone))
        start = at - len(gone)
        differ = base[at : at + size] != shows[start : start + size]
        first = int(differ.argmax()) if size else 0
        if not size or not differ[first]:
            gone += range(at + size, base.size)
            break
        gone.append(at + first)
        at += first + 1
    return np.array(gone, np.int64) if len(gone) <= MOST_GONE else None
