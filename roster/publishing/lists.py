"""The lists of a publication: record, document and stamp of each entry, as arrays in parts.

Numbers that stand beside each other differ little, so a part keeps differences, compressed: some
KB for a district's enrollments on the first day, a megabyte after half a year of nights.

Parts never change. A publication names those that its lists are made of, and shares them with
the one before where nothing changed, so that withdrawing one person writes a few parts for each
reader, and none of them while the organization is locked. `Publication.lists` holds

    {"users": {"live": [[part, entries, stamp], …], "tombstones": […], "former": […]}}

where a part is a key, and `stamp` what a 0 inside of the part means: the number of the
publication, or act, that first showed it, which isn't known before it is shown. `former` is for
lists that were begun before an act: what the act replaced in a publication that was superseded,
as it was before, under the stamp of the act.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from isal import isal_zlib
from numpy.typing import NDArray

from roster.clock import clock
from roster.database import bulk
from roster.models import ListPart, Publication

PART = 16_384
"""Entries of one part: read and decoded in a millisecond."""

LEVEL = 1

WAITING = 1 << 21
"""Bytes of parts that are written at once."""

RESERVED = 32
"""Keys that are taken at once."""

NEW = 0
"""The stamp of what is shown for the first time, until it is shown."""

Numbers = NDArray[np.int64]

Reference = list[int]
"""Key of a part, its entries, and the stamp that 0 stands for in it."""


class Swept(KeyError):
    """What was listed a moment ago is no longer there: a publication's lists, or a document."""


class List(NamedTuple):
    """Entries in bytewise order of the sourcedId; `stamps` in milliseconds since 1970."""

    records: Numbers
    documents: Numbers
    stamps: Numbers

    def __len__(self) -> int:  # type: ignore[override]
        return int(self.records.size)

    def take(self, chosen: NDArray[np.bool_] | Numbers | slice) -> List:
        """Return the entries of a mask, or at these positions in this order."""
        return List(self.records[chosen], self.documents[chosen], self.stamps[chosen])


EMPTY = List(*(np.empty(0, np.int64) for _ in range(3)))


class Listed(NamedTuple):
    """The parts of a publication's lists, as they stood at its `revision`."""

    revision: int
    lists: dict[str, Any]


def listed(publication: int) -> Listed:
    """Return what a publication lists; `Swept` where its lists are gone."""
    there = Publication.objects.filter(pk=publication, listed=True)
    found = there.values_list("revision", "lists").first()
    if found is None:
        raise Swept
    return Listed(*found)


def read(publication: Publication | Listed, collection: str, *, tombstones: bool = False) -> List:
    """Return a whole list of a publication, empty where it has none."""
    name = "tombstones" if tombstones else "live"
    return joined(fetch(references(publication, collection, name)))


def former(publication: Publication | Listed, collection: str) -> list[tuple[int, List]]:
    """Return the entries that acts replaced in a publication, as they were: by the act's stamp."""
    found = references(publication, collection, "former")
    return list(zip([act for _, _, act in found], fetch(found), strict=True))


def references(publication: Publication | Listed, collection: str, name: str) -> list[Reference]:
    """Return the parts of which a list of a publication is made; `Swept` where they are gone."""
    if isinstance(publication, Publication) and not publication.listed:
        raise Swept
    found: list[Reference] = publication.lists.get(collection, {}).get(name, [])
    return found


def fetch(parts: Sequence[Reference]) -> list[List]:
    """Return the entries of these parts; `Swept` where one isn't there any more."""
    stored = _stored(parts)
    return [decode(stored[part], size, stamp) for part, size, stamp in parts]


def about(parts: Sequence[Reference], records: Numbers) -> list[List]:
    """Return those entries of these parts that are about some records, as `fetch` does."""
    stored = _stored(parts)
    return [_about(stored[part], size, stamp, records) for part, size, stamp in parts]


def _stored(parts: Sequence[Reference]) -> dict[int, bytes]:
    stored = contents([part for part, _, _ in parts])
    if len(stored) < len({part for part, _, _ in parts}):
        raise Swept
    return stored


def _about(content: bytes, size: int, stamp: int, records: Numbers) -> List:
    # Most parts have none of them, which the first of their three columns tells.
    first = isal_zlib.decompressobj().decompress(content, size * 8)
    if not np.isin(np.cumsum(np.frombuffer(first, "<i8")), records).any():
        return EMPTY
    entries = decode(content, size, stamp)
    return entries.take(np.isin(entries.records, records))


def contents(parts: Sequence[int]) -> dict[int, bytes]:
    """Return the contents of parts by key."""
    if not parts:
        return {}
    chosen, values = bulk.among(parts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, content FROM {ListPart._meta.db_table} WHERE id {chosen}",  # noqa: S608
            values,
        )
        return {part: bytes(content) for part, content in cursor.fetchall()}


class Parts:
    """Writes parts of an organization's lists, many at once: call `flush` before they are shown."""

    def __init__(self, organization: int) -> None:
        self.organization = organization
        self.keys: list[int] = []
        self.rows: list[tuple[Any, ...]] = []
        self.size = 0

    def store(self, entries: List, sizes: Iterable[int] = ()) -> list[Reference]:
        """Keep entries in parts, of these sizes or of equal ones; return what names them."""
        ends = np.cumsum(list(sizes) or _even(len(entries))).tolist()
        found = []
        for start, end in zip([0, *ends], ends, strict=False):
            key = self._key()
            content = encode(entries.take(slice(start, end)))
            made = connection.ops.adapt_datetimefield_value(clock())
            self.rows.append((key, self.organization, end - start, content, made))
            self.size += len(content)
            found.append([key, end - start, NEW])
        if self.size > WAITING:
            self.flush()
        return found

    def flush(self) -> None:
        columns = ("id", "organization_id", "entries", "content", "made")
        if self.rows:
            with bulk.unhurried():
                bulk.insert(ListPart, columns, self.rows)
        self.rows, self.size = [], 0

    def _key(self) -> int:
        if not self.keys:
            self.keys = bulk.reserve(ListPart, RESERVED)[::-1]
        return self.keys.pop()


def _even(size: int) -> list[int]:
    """Return the sizes of the parts of a whole list."""
    return [min(PART, size - start) for start in range(0, size, PART)]


def encode(entries: List) -> bytes:
    """Return a part's content."""
    columns = [np.diff(column, prepend=np.int64(0)) for column in entries]
    return isal_zlib.compress(np.concatenate(columns).astype("<i8").tobytes(), LEVEL)


def decode(content: bytes, size: int, stamp: int = NEW) -> List:
    """Return the entries of a part that has `size` of them, with the stamp that 0 stands for."""
    columns = np.frombuffer(isal_zlib.decompress(content), "<i8").reshape(3, size)
    entries = List(*np.cumsum(columns, axis=1))
    entries.stamps[entries.stamps == NEW] = stamp
    return entries


def joined(lists: Sequence[List]) -> List:
    """Return the entries of several lists, one after the other."""
    if not lists:
        return EMPTY
    return List(*map(np.concatenate, zip(*lists, strict=True)))
