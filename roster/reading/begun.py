"""Gradebook lists that were begun: later pages go on as the list was when its first was asked.

Others write while a vendor pages, so a list with further pages is kept as it stood at offset 0, by
token and list. Of a whole list it is kept as of which write it is, and which records could be read
then: the log of writes tells the rest. Of what is published, and of a narrowed list, its entries
are, as what differs from a base, which is kept whole once an hour. Where the token has
changed, the last one that the connection began counts. What can't be read any more is a tombstone
in its place, and after an act documents are taken as they are now; length and order stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import orjson
from django.db import connection
from django.db.models import Min, Q
from isal import isal_zlib

from roster import prepared
from roster.caches import MEGABYTE, Cache
from roster.clock import clock
from roster.dialects.tombstones import tombstone
from roster.models import BegunList, Status
from roster.publishing import lists
from roster.publishing.lists import List, Numbers
from roster.reading.differing import Difference, difference, unpacked
from roster.reading.listed import Unlisted, now
from roster.reading.source import Source
from roster.written import NOBODYS, Records, as_of, record_at

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


@dataclass(frozen=True)
class Begun:
    """A list as it was begun: how many entries were kept of it, by their base, and what was
    `written`; `stand` is where publication and acts stood.
    """

    entries: int
    base: int
    difference: Difference
    written: Stretch
    stand: str

    @property
    def size(self) -> int:
        return self.entries + self.written.size

    def piece(self, source: Source, collection: str, offset: int, limit: int) -> List:
        """Return so many of its entries from an offset on."""
        some = slice(min(offset, self.entries), min(offset + limit, self.entries))
        kept = self.difference.piece(_base(self.base), some)
        start = max(offset - self.entries, 0)
        more = slice(start, start + limit - len(kept))
        if start >= self.written.size or not limit - len(kept):
            return kept
        return lists.joined([kept, self.written.piece(source, collection, more)])


@dataclass(frozen=True)
class Stretch:
    """The records of the log that a reader could read: as of the write `upto`, so many of the first
    `known`, the last of which is `last`.
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

    def piece(self, source: Source, collection: str, some: slice) -> List:
        if record_at(source, collection, self.known - 1) != self.last:
            raise Unlisted("The log of writes isn't the one by which a list was begun.")
        return as_of(source, collection, self.places[some], self.upto)


_kept: Cache[Begun] = Cache(
    64 * MEGABYTE, lambda found: 500 + 32 * found.difference.places.size + 8 * found.written.known
)
_bases: Cache[List] = Cache(64 * MEGABYTE, lambda base: 500 + 24 * len(base))


_newest: Cache[tuple[int, datetime]] = Cache(MEGABYTE, lambda known: 400)
"""The base of a list by feed and key, and when it was made."""


def stand_of(source: Source) -> str:
    return f"{source.publication}/{source.revision}/{source.acts}"


def keep(source: Source, name: Name, shows: List, written: Records = NOBODYS) -> None:
    """Keep a list that was begun: its entries, and behind them what was written; a list has one
    beginning for each token.
    """
    feed, now = source.feed, clock()
    assert feed is not None  # noqa: S101 - who reads a publication has a feed.
    base = _base_of(feed, name, now)
    differs = difference(_base(base), shows) if base else None
    if differs is None:
        made = BegunList.objects.create(
            feed_id=feed,
            program=f"@{uuid4().hex}",
            key=name.key,
            content=lists.encode(shows),
            entries=len(shows),
            at=now,
            last=now,
        )
        BegunList.objects.filter(feed_id=feed, at__lt=now - LONGEST - SHARED).delete()
        base, differs = made.pk, Difference()
        _bases.put(base, shows)
        _newest.put((feed, name.key), (base, now))
    moment = connection.ops.adapt_datetimefield_value(now)
    values = {
        "at": moment,
        "last": moment,
        "stand": stand_of(source),
        "base_id": base,
        "entries": len(shows),
        "content": differs.packed(),
        "upto": written.upto,
        "known": written.known,
        "newest": written.last,
        "bits": isal_zlib.compress(written.bits(), lists.LEVEL),
    }
    with prepared.cursor() as cursor:
        cursor.execute(KEEP, [feed, name.program, name.key, *values.values()])


COLUMNS = (
    "at",
    "last",
    "stand",
    "base_id",
    "entries",
    "content",
    "upto",
    "known",
    "newest",
    "bits",
)
KEEP = (
    f"INSERT INTO {BegunList._meta.db_table} (feed_id, program, key, {', '.join(COLUMNS)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * (3 + len(COLUMNS)))}) ON CONFLICT (feed_id, program, key)"
    f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS)}"
)


def _base_of(feed: int, name: Name, now: datetime) -> int | None:
    """Return the newest base of a list that is young enough."""
    known = _newest.get((feed, name.key))
    if known is None or known[1] <= now - SHARED:
        bases = BegunList.objects.filter(BASES, feed_id=feed, key=name.key, at__gt=now - SHARED)
        found = bases.order_by("-at").values_list("pk", "at").first()
        if found is None:
            return None
        known = _newest.put((feed, name.key), found)
    return known[0]


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
        bits = isal_zlib.decompress(bytes(row.bits)) if row.bits else b""
        written = Stretch(row.upto, row.known, row.newest, bits)
        known = _kept.put(
            (pk, at), Begun(row.entries, row.base_id or pk, differs, written, row.stand)
        )
    return known


class Standing(NamedTuple):
    """Entries of a list that was begun, and which of them can't be read any more."""

    shows: List
    fallen: list[bool]


def as_it_stands(source: Source, collection: str, some: List, stand: str) -> Standing:
    """Return entries of a list as they may be read now, in their places."""
    live, there = now(source, collection, some.records)
    if stand != stand_of(source):
        some.documents[live], some.stamps[live] = there.documents, there.stamps
    return Standing(some, [not each for each in live.tolist()])


def in_place(version: str, collection: str, text: str) -> str:
    """Return what stands for a document that can't be read any more; a tombstone stays."""
    document = orjson.loads(text)
    if document["status"] != Status.ACTIVE:
        return text
    stone = tombstone(version, collection, document).decode()
    return f'{stone[:-1]},"dateLastModified":"{document["dateLastModified"]}"}}'
