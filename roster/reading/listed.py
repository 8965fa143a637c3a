"""The lists of a publication, from the database or from this process's cache.

A page of a whole list needs one or two of its parts. What is narrowed, ordered or looked up
needs the list whole, and beside what it shows what it is *asked by*: a list begun before an act
goes on asking the documents that the act replaced, so that it keeps its length and its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from roster.caches import MEGABYTE, Cache
from roster.models import Publication
from roster.publishing import lists
from roster.publishing.lists import List, Numbers
from roster.reading.numbers import NOTHING, Mask, among, united
from roster.reading.source import Source
from roster.written import Records, records, superseded


class Unlisted(Exception):
    """A publication's lists are gone, or a document that they name is."""


@dataclass(frozen=True)
class Listed:
    """A whole list, live records or tombstones: what it `shows`, and what it is asked by."""

    shows: List
    documents: Numbers
    stamps: Numbers
    tombstones: bool

    def find(self, documents: Numbers) -> Numbers:
        """Return where these documents stand, in the order of the list; others are left out."""
        ids, positions = self._by_document
        if not ids.size:
            return ids
        places = np.searchsorted(ids, documents)
        places[places == ids.size] = 0
        return np.sort(positions[places[ids[places] == documents]])

    def has(self, documents: Numbers) -> Mask:
        """Return of each of these documents whether it is in the list."""
        return among(self._by_document[0], documents)

    @cached_property
    def _by_document(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.documents, kind="stable")
        return self.documents[order], order


ENTRY = 24
"""Bytes of an entry; one of a whole list takes two more numbers, to be found by."""

_headers: Cache[lists.Listed] = Cache(8 * MEGABYTE, lambda header: _size_of(header))
_parts: Cache[List] = Cache(64 * MEGABYTE, lambda part: ENTRY * len(part))
_whole: Cache[Listed] = Cache(96 * MEGABYTE, lambda listed: 2 * ENTRY * len(listed.shows))


def total(source: Source, collection: str) -> int:
    """Return how many live entries there are; `Unlisted` where the publication is gone."""
    if written(source, collection):
        return len(listed(source, collection).shows)
    return sum(size for _, size, _ in lists.references(_header(source), collection, "live"))


def written(source: Source, collection: str) -> Records | None:
    """Return what of a collection the reader has from its vendor's writes; None for nothing."""
    found = records(source, collection)
    return found if len(found.live) or len(found.tombstones) else None


def piece(source: Source, collection: str, offset: int, limit: int) -> List:
    """Return so many live entries from an offset on."""
    if written(source, collection):
        return listed(source, collection).shows.take(slice(offset, offset + limit))
    some: list[lists.Reference] = []
    start = at = 0
    for reference in lists.references(_header(source), collection, "live"):
        if at < offset + limit and at + reference[1] > offset:
            start = at if not some else start
            some.append(reference)
        at += reference[1]
    return lists.joined(_entries(some)).take(slice(offset - start, offset - start + limit))


def listed(
    source: Source,
    collection: str,
    *,
    tombstones: bool = False,
    begun: int | None = None,
    with_written: bool = True,
) -> Listed:
    """Return a whole list, asked as it was at the number by which it had `begun`, else as it is.

    What vendors wrote stands in it too, but for a look at what is published alone.
    """
    header = _header(source)
    parts = lists.references(header, collection, "tombstones" if tombstones else "live")
    former = _former(header, collection, begun)
    key = tuple(map(tuple, parts)), tuple(map(tuple, former)), tombstones
    found = _whole.get(key)
    if found is None:
        shows = lists.joined(_entries(parts))
        documents, stamps = _asked(shows, former)
        found = _whole.put(key, Listed(shows, documents, stamps, tombstones))
    more = written(source, collection) if with_written else None
    return found if more is None else _with(found, more, source, collection, key)


def _with(
    published: Listed, more: Records, source: Source, collection: str, key: tuple[object, ...]
) -> Listed:
    """Return what is published and, behind it, what was written.

    A record that a vendor wrote takes the place of a bundle's of the same id.
    """
    whole = (
        collection,
        *key,
        source.feed,
        source.publication,
        source.revision,
        source.acts,
        source.written,
    )
    found = _whole.get(whole)
    if found is None:
        rows = more.tombstones if published.tombstones else more.live
        kept, under = published.shows, superseded(source, collection)
        if under.size:
            kept = kept.take(~among(under, kept.records))
        shows = lists.joined([kept, rows]) if len(kept) else rows
        found = _whole.put(
            whole, Listed(shows, shows.documents, shows.stamps, published.tombstones)
        )
    return found


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
        there = Publication.objects.filter(pk=source.publication, listed=True)
        row = there.values_list("revision", "lists").first()
        if row is None:
            raise Unlisted(f"The lists of publication {source.publication} are gone.")
        found = _headers.put(key, lists.Listed(*row))
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
        try:
            fetched = lists.fetch(missing)
        except KeyError:
            raise Unlisted("A part of a publication's lists is gone.") from None
        for (part, _, stamp), entries in zip(missing, fetched, strict=True):
            found[part, stamp] = _parts.put((part, stamp), entries)
    return [found[part, stamp] for part, _, stamp in parts]
