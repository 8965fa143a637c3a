"""The lists of a publication, from the database or from this process's cache.

A page of a whole list needs one or two of its parts. What is narrowed, ordered or looked up
needs the list whole, and beside what it shows what it is *asked by*: a list begun before an act
goes on asking the documents that the act replaced, so that it keeps its length and its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from roster.caches import MEGABYTE, Cache
from roster.publishing import lists
from roster.publishing.lists import List, Numbers
from roster.reading.id_sets import NOTHING, Mask, among, united
from roster.reading.source import Source
from roster.written import Part, Records, records, superseded


@dataclass(frozen=True)
class Listed:
    """A whole list, live records or tombstones: what it `shows`, and what it is asked by."""

    shows: List
    documents: Numbers
    stamps: Numbers
    tombstones: bool

    def find(self, documents: Numbers) -> Numbers:
        """Return where these documents, in order, stand in the list; others are left out."""
        ids, positions = self._by_document
        first, end = documents.searchsorted(self._ends, side="left").tolist()
        if first == end:
            return NOTHING
        documents = documents[first:end]
        places = np.searchsorted(ids, documents)
        return np.sort(positions[places[ids[places] == documents]])

    def has(self, documents: Numbers) -> Mask:
        """Return of each of these documents whether it is in the list."""
        return among(self._by_document[0], documents)

    @cached_property
    def by_record(self) -> tuple[Numbers, Numbers]:
        """The records in order, and where they stand."""
        order = np.argsort(self.shows.records, kind="stable")
        return self.shows.records[order], order

    @cached_property
    def _ends(self) -> Numbers:
        """The first document, and what comes after the last."""
        ids, _ = self._by_document
        return np.array([ids[0], ids[-1] + 1] if ids.size else [0, 0])

    @cached_property
    def _by_document(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.documents, kind="stable")
        return self.documents[order], order


ENTRY = 24
"""Bytes of an entry; one of a whole list takes two more numbers, to be found by."""

_headers: Cache[lists.Listed] = Cache(8 * MEGABYTE, lambda header: _size_of(header))
_parts: Cache[List] = Cache(64 * MEGABYTE, lambda part: ENTRY * len(part))
_of_parts: WeakKeyDictionary[Part, list[Listed]] = WeakKeyDictionary()
_whole: Cache[Listed] = Cache(96 * MEGABYTE, lambda listed: 2 * ENTRY * len(listed.shows))


class Piece(NamedTuple):
    """Some entries of a whole list, how many it has, and of which parts and records it is made."""

    entries: List
    size: int
    parts: list[lists.Reference]
    written: Records


def piece(source: Source, collection: str, offset: int, limit: int) -> Piece:
    """Return so many live entries from an offset on, what is published before what was written;
    `Swept` where the publication is gone.
    """
    written = records(source, collection)
    parts = lists.references(_header(source), collection, "live")
    some, size = published(source, collection, parts, offset, limit)
    rest = limit - len(some)
    if rest and len(written):
        some = lists.joined([some, written.piece(max(offset - size, 0), rest)])
    return Piece(some, size + len(written), parts, written)


def published(
    source: Source, collection: str, parts: list[lists.Reference], offset: int, limit: int
) -> tuple[List, int]:
    """Return so many of the entries of parts from an offset on, and how many there are."""
    if _superseded(source, collection).size:
        shows = _shown(source, collection, parts)
        return shows.take(slice(offset, offset + limit)), len(shows)
    some: list[lists.Reference] = []
    start = at = 0
    for reference in parts:
        if at < offset + limit and at + reference[1] > offset:
            start = at if not some else start
            some.append(reference)
        at += reference[1]
    entries = lists.joined(_entries(some))
    return entries.take(slice(max(offset - start, 0), max(offset - start, 0) + limit)), at


def _superseded(source: Source, collection: str) -> Numbers:
    """Return the keys of published records whose place one that a vendor wrote has taken."""
    return superseded(source, collection) if records(source, collection).parts else NOTHING


def _shown(source: Source, collection: str, parts: list[lists.Reference]) -> List:
    shows, under = lists.joined(_entries(parts)), _superseded(source, collection)
    return shows.take(~among(under, shows.records)) if under.size else shows


def listed(
    source: Source, collection: str, *, tombstones: bool = False, begun: int | None = None
) -> Listed:
    """Return a whole list as it is published, asked as it was at the number by which it had
    `begun`, else as it is.

    What vendors wrote stands behind it (`parts_of`), and a record that one wrote takes the place
    of a bundle's of the same id.
    """
    header = _header(source)
    parts = lists.references(header, collection, "tombstones" if tombstones else "live")
    former = _former(header, collection, begun)
    under = _superseded(source, collection)
    key = tuple(map(tuple, parts)), tuple(map(tuple, former)), tombstones, under.tobytes()
    found = _whole.get(key)
    if found is None:
        shows = _shown(source, collection, parts)
        documents, stamps = _asked(shows, former)
        found = _whole.put(key, Listed(shows, documents, stamps, tombstones))
    return found


def parts_of(ours: Records, *, tombstones: bool = False, since: int = 0) -> Iterator[Listed]:
    """Yield what a reader has from vendors' writes, part by part; at least those parts of which
    something has a stamp of `since` or later.
    """
    for part in ours.parts:
        if part.newest >= since:
            if part not in _of_parts:
                both = (part.live, False), (part.tombstones, True)
                _of_parts[part] = [
                    Listed(each, each.documents, each.stamps, gone) for each, gone in both
                ]
            found = _of_parts[part][tombstones]
            if len(found.shows):
                yield found


def now(source: Source, collection: str, wanted: Numbers) -> tuple[Mask, List]:
    """Return which of these records can be read now, and those as they are, in their order."""
    theirs = wanted < 0
    live = np.zeros(wanted.size, np.bool_)
    live[theirs], ours = records(source, collection).now(wanted[theirs])
    published = listed(source, collection)
    keys, order = published.by_record
    live[~theirs] = among(keys, wanted[~theirs])
    places = order[np.searchsorted(keys, wanted[live & ~theirs])]
    both = lists.joined([published.shows.take(places), ours])
    found = np.argsort(np.append(np.flatnonzero(live & ~theirs), np.flatnonzero(live & theirs)))
    return live, both.take(found)


def relevant(source: Source, begun: int | None) -> int | None:
    """Return by what number a list had begun, if an act has replaced documents since."""
    if begun is None:
        return None
    header = _header(source)
    acted = any(_former(header, collection, begun) for collection in header.lists)
    return begun if acted else None


def replaced(source: Source, collection: str) -> Numbers:
    """Return the records of a collection whose documents acts have replaced, in order."""
    former = _former(_header(source), collection, 0)
    return united(lists.joined(_entries(former)).records, NOTHING)


def _former(header: lists.Listed, collection: str, begun: int | None) -> list[lists.Reference]:
    """Return the parts of what acts after `begun` replaced, the last act's first."""
    if begun is None:
        return []
    found = lists.references(header, collection, "former")
    return sorted((part for part in found if part[2] > begun), key=lambda part: -part[2])


def _asked(shows: List, former: list[lists.Reference]) -> tuple[Numbers, Numbers]:
    """Return documents and stamps as they were before the first of the acts."""
    if not former:
        return shows.documents, shows.stamps
    documents, stamps = shows.documents.copy(), shows.stamps.copy()
    for before in _entries(former):
        order = np.argsort(before.records)
        records = before.records[order]
        here = np.flatnonzero(among(records, shows.records))
        there = order[np.searchsorted(records, shows.records[here])]
        documents[here], stamps[here] = before.documents[there], before.stamps[there]
    return documents, stamps


def _header(source: Source) -> lists.Listed:
    """Return of which parts the lists of a publication are made, at its revision or a later one."""
    key = source.publication, source.revision
    found = _headers.get(key)
    if found is None:
        found = _headers.put(key, lists.listed(source.publication))
    return found


def _size_of(header: lists.Listed) -> int:
    """Return roughly the bytes of a header: a part that it names takes three numbers."""
    parts = [part for names in header.lists.values() for found in names.values() for part in found]
    return 1000 + 200 * len(parts)


def _entries(parts: list[lists.Reference]) -> list[List]:
    """Return the entries of parts, which never change."""
    found: dict[tuple[int, int], List] = {}
    for part, _, stamp in parts:
        if (entries := _parts.get((part, stamp))) is not None:
            found[part, stamp] = entries
    missing = [each for each in parts if (each[0], each[2]) not in found]
    if missing:
        for (part, _, stamp), entries in zip(missing, lists.fetch(missing), strict=True):
            found[part, stamp] = _parts.put((part, stamp), entries)
    return [found[part, stamp] for part, _, stamp in parts]
