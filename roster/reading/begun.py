"""Gradebook lists that were begun: later pages go on as the list was when its first was asked.

Others write while a vendor pages, so a list with further pages is kept as it stood at offset 0, by
token and list. Of a whole list the parts are kept of which its published records were listed, as
of which write it is, and which records could be read then: the log of writes tells the rest. Of a
narrowed list its entries are kept. Where the token has changed, the last one that the connection
began counts. What can't be read any more is a tombstone in its place, and after an act documents
are taken as they are now; length and order stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import orjson
from django.db import connection
from django.db.models import Min
from isal import isal_zlib

from roster.caches import MEGABYTE, Cache
from roster.clock import clock
from roster.database import prepared
from roster.dialects.composing import parse
from roster.dialects.tombstones import tombstone
from roster.models import BegunList, Status
from roster.publishing import lists
from roster.publishing.lists import EMPTY, List
from roster.reading.listed import now, published
from roster.reading.source import Source
from roster.written import Stretch

LONGEST = timedelta(hours=24)
IDLE = timedelta(minutes=15)
"""So long may pass after a list's last page until the vendor calls its reading done."""
NOTED = timedelta(minutes=1)
"""How exactly it is known when a list's last page was asked."""


class Name(NamedTuple):
    """By what a list that was begun is found again: the mark of its token, and its own."""

    program: str
    key: str


@dataclass(frozen=True)
class Begun:
    """A list as it was begun: the parts of what was published and what was `written`, or the
    `entries` of a narrowed one; `stand` is where publication and acts stood.
    """

    parts: list[lists.Reference]
    entries: List
    written: Stretch
    stand: str

    def piece(self, source: Source, collection: str, offset: int, limit: int) -> tuple[List, int]:
        """Return so many of its entries from an offset on, and how many it has."""
        some, size = published(source, collection, self.parts, offset, limit)
        start, rest = max(offset - size, 0), limit - len(some)
        more = slice(start, start + rest)
        if self.entries:
            return self.entries.take(more), len(self.entries)
        every = size + self.written.size
        if not rest or offset >= every:
            return some, every
        return lists.joined([some, self.written.piece(source, collection, more)]), every


_kept: Cache[Begun] = Cache(
    64 * MEGABYTE, lambda found: 500 + 24 * len(found.entries) + 8 * found.written.known
)


def stand_of(source: Source) -> str:
    return f"{source.publication}/{source.revision}/{source.acts}"


def keep(source: Source, name: Name, parts: list[lists.Reference], written: Stretch) -> None:
    """Keep a whole list that was begun; a list has one beginning for each token."""
    _keep(source, name, Begun(parts, EMPTY, written, stand_of(source)))


def keep_narrowed(source: Source, name: Name, shows: List) -> None:
    """Keep a narrowed list that was begun."""
    _keep(source, name, Begun([], shows, Stretch(), stand_of(source)))


def _keep(source: Source, name: Name, begun: Begun) -> None:
    moment = connection.ops.adapt_datetimefield_value(clock())
    shows, written = begun.entries, begun.written
    values = [
        source.feed,
        name.program,
        name.key,
        moment,
        moment,
        begun.stand,
        orjson.dumps(begun.parts).decode(),
        len(shows),
        lists.encode(shows) if shows else b"",
        written.upto,
        written.known,
        written.last,
        isal_zlib.compress(written.bits, lists.LEVEL),
    ]
    with prepared.cursor() as cursor:
        cursor.execute(KEEP[connection.vendor], values)


COLUMNS = (
    "feed_id",
    "program",
    "key",
    "at",
    "last",
    "stand",
    "parts",
    "entries",
    "content",
    "upto",
    "known",
    "newest",
    "bits",
)
MARKS = ", ".join("%s" for _ in COLUMNS)
# No page waits for the disk: what a crash loses is a list that breaks off with it.
UNHURRIED = "(SELECT set_config('synchronous_commit', 'off', true)) unhurried"
ROW = {
    "postgresql": f"SELECT {MARKS} FROM {UNHURRIED}",  # noqa: S608
    "sqlite": f"VALUES ({MARKS})",
}
KEEP = {
    engine: f"INSERT INTO {BegunList._meta.db_table} ({', '.join(COLUMNS)}) {row}"
    " ON CONFLICT (feed_id, program, key)"
    f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[3:])}"
    for engine, row in ROW.items()
}


def begun_since(source: Source, moment: datetime, skew: timedelta) -> datetime | None:
    """Return when the first of the lists was begun that were being read at a moment, if any was.

    The clock that says the moment may be wrong by `skew`.
    """
    try:
        begun, still = moment + skew, moment - skew - IDLE
    except OverflowError:
        return None
    rows = BegunList.objects.filter(feed=source.feed or 0, at__lte=begun, last__gte=still)
    return rows.aggregate(first=Min("at"))["first"]


class Beginning(NamedTuple):
    """Which list was begun, and when, as text; whether a page asked now is to be noted."""

    pk: int
    at: str
    idle: bool


FIND = (
    f"SELECT id, CAST(at AS text), last < %s FROM {BegunList._meta.db_table}"  # noqa: S608
    " WHERE feed_id = %s AND key = %s AND at > %s ORDER BY program = %s DESC, at DESC LIMIT 1"
)


def _beginning(source: Source, name: Name) -> Beginning | None:
    """Return the beginning of a list for a token, else the connection's last one."""
    now = clock()
    noted, begun = (
        connection.ops.adapt_datetimefield_value(now - each) for each in (NOTED, LONGEST)
    )
    with prepared.cursor() as cursor:
        cursor.execute(FIND, [noted, source.feed or 0, name.key, begun, name.program])
        row = cursor.fetchone()
    return Beginning(*row) if row else None


def begun(source: Source, name: Name) -> Begun | None:
    """Return a list as it was begun; None where nobody knows of it."""
    found = _beginning(source, name)
    if found is None:
        return None
    if found.idle:
        now = clock()
        BegunList.objects.filter(pk=found.pk, last__lt=now).update(last=now)
    known = _kept.get((found.pk, found.at))
    if known is None:
        row = BegunList.objects.filter(pk=found.pk).first()
        if row is None:
            return None
        shows = lists.decode(bytes(row.content), row.entries) if row.entries else EMPTY
        bits = isal_zlib.decompress(bytes(row.bits)) if row.bits else b""
        written = Stretch(row.upto, row.known, row.newest, bits)
        begun = Begun(row.parts, shows, written, row.stand)
        known = _kept.put((found.pk, found.at), begun)
    return known


class Standing(NamedTuple):
    """Entries of a list that was begun, and which of them can't be read any more."""

    shows: List
    withdrawn: list[bool]


def as_readable(source: Source, collection: str, some: List, stand: str) -> Standing:
    """Return entries of a list as they may be read now, in their places."""
    live, there = now(source, collection, some.records)
    if stand != stand_of(source):
        some = some.take(np.arange(len(some)))
        some.documents[live], some.stamps[live] = there.documents, there.stamps
    return Standing(some, [not each for each in live.tolist()])


def in_place(version: str, collection: str, text: bytes) -> bytes:
    """Return what stands for a document that can't be read any more; a tombstone stays."""
    document = parse(text)
    if document["status"] != Status.ACTIVE:
        return text
    stone = tombstone(version, collection, document)
    return stone[:-1] + f',"dateLastModified":"{document["dateLastModified"]}"}}'.encode()
