"""The lists of a publication: record, document and stamp of each entry, as arrays in parts.

Numbers that stand beside each other differ little, so a part keeps differences, compressed: some
KB for a district's enrollments on the first day, a megabyte after half a year of nights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from roster.models import ListPart, Publication

PART = 16_384
"""Entries of one part: read and decoded in a millisecond."""

LEVEL = 1

Numbers = NDArray[np.int64]


class List(NamedTuple):
    """Entries in bytewise order of the sourcedId; `stamps` in milliseconds since 1970."""

    records: Numbers
    documents: Numbers
    stamps: Numbers

    def __len__(self) -> int:  # type: ignore[override]
        return int(self.records.size)

    def take(self, chosen: NDArray[np.bool_] | Numbers) -> List:
        """Return the entries of a mask, or at these positions in this order."""
        return List(self.records[chosen], self.documents[chosen], self.stamps[chosen])


EMPTY = List(*(np.empty(0, np.int64) for _ in range(3)))


def encode(entries: List) -> bytes:
    """Return a part's content."""
    columns = [np.diff(column, prepend=np.int64(0)) for column in entries]
    return isal_zlib.compress(np.concatenate(columns).astype("<i8").tobytes(), LEVEL)


def decode(content: bytes, size: int) -> List:
    """Return the entries of a part that has `size` of them."""
    columns = np.frombuffer(isal_zlib.decompress(content), "<i8").reshape(3, size)
    return List(*np.cumsum(columns, axis=1))


def parts_of(
    publication: int, collection: str, entries: List, *, tombstones: bool = False
) -> Iterator[ListPart]:
    """Yield the rows that keep a list; none for an empty one."""
    for position, start in enumerate(range(0, len(entries), PART)):
        some = entries.take(slice(start, start + PART))  # type: ignore[arg-type]
        yield ListPart(
            publication_id=publication,
            collection=collection,
            tombstones=tombstones,
            position=position,
            entries=len(some),
            content=encode(some),
        )


def read(publication: int | Publication, collection: str, *, tombstones: bool = False) -> List:
    """Return a whole list of a publication, empty where it has none."""
    rows = ListPart.objects.filter(
        publication=publication, collection=collection, tombstones=tombstones
    ).order_by("position")
    return joined([decode(bytes(c), n) for c, n in rows.values_list("content", "entries")])


def joined(lists: Sequence[List]) -> List:
    """Return the entries of several lists, one after the other."""
    if not lists:
        return EMPTY
    return List(*map(np.concatenate, zip(*lists, strict=True)))
