"""Gradebook lists that were begun: later pages go on as the list was when its first was asked.

Others write while a vendor pages, so a list with further pages is kept as it stood at offset 0, by
token and list: as what differs from a base, which is kept whole once an hour. Where the token has
changed, the last one that the connection began counts. What can't be read any more is a tombstone
in its place, and after an act documents are taken as they are now; length and order stay.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import orjson
from django.db.models import Min, Q

from roster.caches import MEGABYTE, Cache
from roster.clock import clock
from roster.dialects.tombstones import tombstone
from roster.models import BegunList, Status
from roster.publishing import lists
from roster.publishing.lists import List
from roster.reading.differing import Difference, difference, unpacked
from roster.reading.listed import listed
from roster.reading.source import Source

LONGEST = timedelta(hours=24)
IDLE = timedelta(minutes=15)
"""So long may pass after a list's last page until the vendor calls its reading done."""
SHARED = timedelta(hours=1)
"""So long lists are kept by what differs from a base."""
NOTED = timedelta(minutes=1)
"""How exactly it is known when a list's last page was asked."""
BASES = Q(program__startswith="@")
"""The mark of a token never starts so."""


class Name(NamedTuple):
    """By what a list that was begun is found again: the mark of its token, and its own."""

    program: str
    key: str


class Begun(NamedTuple):
    """A list as it was begun: its size, its base, and where publication and acts stood."""

    size: int
    base: int
    difference: Difference
    stand: str

    def piece(self, offset: int, limit: int) -> List:
        """Return so many of its entries from an offset on."""
        some = slice(min(offset, self.size), min(offset + limit, self.size))
        return self.difference.piece(_base(self.base), some)


_kept: Cache[Begun] = Cache(8 * MEGABYTE, lambda found: 500 + 32 * found.difference.places.size)
_bases: Cache[List] = Cache(64 * MEGABYTE, lambda base: 500 + 24 * len(base))


def stand_of(source: Source) -> str:
    return f"{source.publication}/{source.revision}/{source.acts}"


def keep(source: Source, name: Name, shows: List) -> None:
    """Keep a list that was begun; a list has one beginning for each token."""
    feed, now = source.feed, clock()
    assert feed is not None  # noqa: S101 - who reads a publication has a feed.
    bases = BegunList.objects.filter(BASES, feed_id=feed, key=name.key, at__gt=now - SHARED)
    base = bases.order_by("-at").values_list("pk", flat=True).first()
    differs = difference(_base(base), shows) if base else None
    values = {"at": now, "last": now, "stand": stand_of(source), "entries": len(shows)}
    if differs is None:
        made = BegunList.objects.create(
            feed_id=feed,
            program=f"@{uuid4().hex}",
            key=name.key,
            content=lists.encode(shows),
            **values,
        )
        base, differs = made.pk, Difference()
        _bases.put(base, shows)
    BegunList.objects.update_or_create(
        feed_id=feed,
        program=name.program,
        key=name.key,
        defaults={**values, "base_id": base, "content": differs.packed()},
    )
    BegunList.objects.filter(feed_id=feed, at__lt=now - LONGEST - SHARED).delete()


def _base(pk: int) -> List:
    found = _bases.get(pk)
    if found is None:
        row = BegunList.objects.get(pk=pk)
        found = _bases.put(pk, lists.decode(bytes(row.content), row.entries))
    return found


def begun_since(source: Source, moment: datetime, skew: timedelta) -> datetime | None:
    """Return when the first of the lists was begun that were being read at a moment, if any was.

    The clock that says the moment may be wrong by `skew`.
    """
    try:
        begun, still = moment + skew, moment - skew - IDLE
    except OverflowError:
        return None
    rows = BegunList.objects.filter(feed=source.feed or 0, at__lte=begun, last__gte=still)
    return rows.exclude(BASES).aggregate(first=Min("at"))["first"]


def begun(source: Source, name: Name) -> Begun | None:
    """Return a list as it was begun; None where nobody knows of it."""
    rows = BegunList.objects.filter(key=name.key, at__gt=clock() - LONGEST)
    rows = rows.filter(feed__pk=source.feed or 0).exclude(BASES)
    every = list(rows.order_by("-at").values_list("program", "pk", "at", "last")[:50])
    if not every:
        return None
    _, pk, at, last = next((row for row in every if row[0] == name.program), every[0])
    if (now := clock()) - last > NOTED:
        BegunList.objects.filter(pk=pk, last__lt=now).update(last=now)
    known = _kept.get((pk, at))
    if known is None:
        row = BegunList.objects.filter(pk=pk, at=at).first()
        if row is None:
            return None
        # Of an earlier release a list is whole: it differs in nothing from itself.
        differs = unpacked(bytes(row.content)) if row.base_id else Difference()
        known = _kept.put((pk, at), Begun(row.entries, row.base_id or pk, differs, row.stand))
    return known


class Standing(NamedTuple):
    """Entries of a list that was begun, and which of them can't be read any more."""

    shows: List
    fallen: list[bool]


def as_it_stands(source: Source, collection: str, some: List, stand: str) -> Standing:
    """Return entries of a list as they may be read now, in their places."""
    now = listed(source, collection)
    live = np.isin(some.records, now.shows.records)
    if stand != stand_of(source):
        order = np.argsort(now.shows.records, kind="stable")
        places = order[np.searchsorted(now.shows.records[order], some.records[live])]
        some.documents[live] = now.shows.documents[places]
        some.stamps[live] = now.shows.stamps[places]
    return Standing(some, [not each for each in live.tolist()])


def in_place(version: str, collection: str, text: str) -> str:
    """Return what stands for a document that can't be read any more; a tombstone stays."""
    document = orjson.loads(text)
    if document["status"] != Status.ACTIVE:
        return text
    stone = tombstone(version, collection, document).decode()
    return f'{stone[:-1]},"dateLastModified":"{document["dateLastModified"]}"}}'
