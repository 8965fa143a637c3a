"""Maps in the database: built once for each revision, kept as one compressed text of arrays.

What is kept are the tables; relations are made of them in a fraction of a second, so a release
that changes a relation needs no conversion. A release that changes a table raises `FORM`.
"""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db import connection, transaction
from django.db.models import QuerySet
from isal import igzip, isal_zlib
from numpy.typing import NDArray

from roster import bulk
from roster.caches import MEGABYTE, Cache
from roster.map.arrays import Words
from roster.map.columns import Values
from roster.map.map import Map
from roster.map.rows import Earlier, states_of, table_of
from roster.map.sources import WORDS
from roster.map.tables import Table
from roster.models import Organization, StoredMap
from roster.refusal import Refused

log = logging.getLogger(__name__)

FORM = 2
UNREADABLE = 0
"""The form of a map whose content isn't there yet, or is damaged."""
TRIES = 3
LEVEL = 1
PIECE = 1 << 20
KEY_BITS = 53
CHECKSUM = 4
"""Bytes in front of what is stored, by which damage is seen before any of it is interpreted."""
MOST_BYTES = 200 * MEGABYTE
"""Of the maps that a process keeps at hand: two of a district of 50,000 students."""


class Damaged(Exception):
    """What is stored of a map isn't what was written."""


class Outdated(Refused):
    """A map can't be read any more, and rows have changed since: nothing is decided by it."""

    def __init__(self) -> None:
        super().__init__("This release can't go on from the last refresh: refresh the cache first.")


_kept: Cache[Map] = Cache(MOST_BYTES, lambda m: m.size, whatever=True)

_reading = Lock()
"""Held by whoever reads a map: others who need it wait, instead of reading it too."""

forget = _kept.clear
"""Empty this process's cache of maps."""


def current(organization: Organization) -> tuple[StoredMap, Map]:
    """Return the map of the organization's rows as they are now, built if there is none yet."""
    for attempt in range(TRIES):
        organization.refresh_from_db(fields=["revision"])
        stored = _stored(organization)
        if stored is None:
            break
        try:
            return stored, load(stored)
        except StoredMap.DoesNotExist:  # Swept, since there is a later one.
            if attempt == TRIES - 1:
                raise
    with _snapshot():
        m = build(organization)
    stored = store(organization, m)
    return stored, _kept.put(stored.pk, m)


def shown(organization: Organization) -> StoredMap | None:
    """Return the map of the last refresh, without its content."""
    found = StoredMap.objects.filter(pk=organization.shown_map_id or 0)
    return found.defer("content", "built").first()


def store(organization: Organization, m: Map) -> StoredMap:
    """Store a map that was just built, for whoever asks for the rows of its revision next.

    Its key is drawn: after a rollback SQLite gives a number again, and processes may remember the
    map that had it. What can be read is never written anew: others may be in the middle of it.
    """
    content = pack(m)
    with transaction.atomic():
        stored, _ = StoredMap.objects.defer("content").get_or_create(
            organization=organization,
            revision=m.revision,
            defaults={"form": UNREADABLE, "pk": secrets.randbits(KEY_BITS)},
        )
        if StoredMap.objects.filter(pk=stored.pk).exclude(form=FORM).update(form=FORM):
            bulk.set_bytes(stored, "content", content)
    return stored


def build(organization: Organization) -> Map:
    """Return a map of the rows as this transaction sees them; tables that stand are taken over."""
    now = Organization.objects.values_list("revision", "school_year").get(pk=organization.pk)
    revision, year = now
    base = (
        StoredMap.objects.filter(organization=organization, revision__lt=revision, form=FORM)
        .defer("content")
        .order_by("-revision")
        .first()
    )
    names: dict[str, list[str]] = {name: [] for name in WORDS}
    bases: dict[str, Earlier] = {}
    with suppress(StoredMap.DoesNotExist, Damaged):  # Swept meanwhile, or of no use.
        if base is not None:
            _, names, known = _contents(base)
            bases = {kind: Earlier(known.pop(kind), base.built) for kind in [*known]}
    words = {name: Words(names[name]) for name in WORDS}
    words["roles"].add("student")
    tables = {  # Each takes the place of the one before: both of all kinds are twice the memory.
        kind: table_of(organization.pk, kind, words, bases.pop(kind, None), state)
        for kind, state in states_of(organization.pk).items()
    }
    return Map(organization.pk, revision, year, words, tables)


def load(stored: StoredMap | int) -> Map:
    """Return a stored map, from this process's cache where it is there.

    Instead of one of another release's form, or a damaged one, the map of the rows as they are
    now, as long as they are the same; else `Outdated`.
    """
    pk = stored if isinstance(stored, int) else stored.pk
    if (known := _kept.get(pk)) is not None:
        return known
    row = StoredMap.objects.select_related("organization").defer("content").get(pk=pk)
    m = _readable(row) or current(row.organization)[1]
    if m.revision != row.revision:
        raise Outdated
    return _kept.put(pk, m)


def _readable(stored: StoredMap) -> Map | None:
    """Return a stored map; None if it has another form, which a damaged one has from now on."""
    if stored.form != FORM:
        return None
    try:
        with _reading:
            return _kept.get(stored.pk) or _kept.put(stored.pk, unpack(stored))
    except Damaged:
        log.warning("A stored map is damaged.", extra={"organization": stored.organization_id})
        StoredMap.objects.filter(pk=stored.pk).update(form=UNREADABLE)
        return None


def outdated(organization: Organization) -> QuerySet[StoredMap]:
    """Return the maps of an organization that can't be read, nor be made again of its rows."""
    maps = StoredMap.objects.filter(organization=organization)
    return maps.exclude(form=FORM).exclude(revision=organization.revision)


class Pieces(io.RawIOBase):
    """A file to write into, whose content is kept in pieces: as one it would be copied to grow."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.checksum = 0
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, some: Any) -> int:
        self.checksum = isal_zlib.crc32(some, self.checksum)
        self._waiting += some
        if len(self._waiting) >= PIECE:
            self.finish()
        return len(some)

    def finish(self) -> None:
        self.written.append(bytes(self._waiting))
        self._waiting.clear()


def pack(m: Map) -> list[bytes]:
    """Return a map's tables as they are stored, in pieces."""
    head = {
        "year": m.year,
        "words": {name: words.words for name, words in m.words.items()},
        "tables": {
            kind: {
                "state": table.state,
                "ids": len(table.ids.encode()),
                "columns": _described(table.values),
            }
            for kind, table in m.tables.items()
        },
    }
    out = Pieces()
    # Array by array, so that all of them are never in memory a second time.
    with igzip.GzipFile(fileobj=out, mode="wb", compresslevel=LEVEL, mtime=0) as file:
        text = orjson.dumps(head)
        file.write(len(text).to_bytes(8, "little") + text)
        for table in m.tables.values():
            file.write(table.ids.encode())
            for values in table.values.values():
                file.write(values.data)
    out.finish()
    return [out.checksum.to_bytes(CHECKSUM, "little"), *out.written]


def unpack(stored: StoredMap) -> Map:
    """Return the map of a stored row."""
    year, names, tables = read(stored)
    words = {name: Words(known) for name, known in names.items()}
    return Map(stored.organization_id, stored.revision, year, words, tables)


class Contents(NamedTuple):
    """What is stored of a map: its school year, words and tables."""

    year: str
    words: dict[str, list[str]]
    tables: dict[str, Table]


def read(stored: StoredMap) -> Contents:
    """Return what is stored of a map, which takes half of its memory and a third of the time.

    Raises `Damaged` where its checksum is wrong.
    """
    content = _content(stored)
    with content.getbuffer() as told:
        if _checksum(told[CHECKSUM:]) != told[:CHECKSUM]:
            raise Damaged
    content.seek(CHECKSUM)
    with igzip.GzipFile(fileobj=content) as file:
        head = orjson.loads(file.read(int.from_bytes(file.read(8), "little")))
        tables = {
            kind: Table(
                file.read(told["ids"]).decode(),
                told["state"],
                {name: _array(file, *of) for name, *of in told["columns"]},
            )
            for kind, told in head["tables"].items()
        }
    return Contents(head["year"], head["words"], tables)


def _described(values: Values) -> list[tuple[str, str, int]]:
    """Return each column's name, type and length: all of them are flat."""
    return [(name, column.dtype.str, len(column)) for name, column in values.items()]


def _array(file: io.BufferedIOBase, dtype: str, length: int) -> NDArray[Any]:
    values = np.empty(length, dtype)
    file.readinto(values.data)
    return values


def _checksum(content: memoryview) -> bytes:
    return isal_zlib.crc32(content).to_bytes(CHECKSUM, "little")


def _content(stored: StoredMap) -> io.BytesIO:
    """Fetch what is stored: from PostgreSQL piece by piece, as its driver never gives back the
    memory that its longest answer took; SQLite reads all of it for each piece."""
    size = PIECE if connection.vendor == "postgresql" else 2**30
    found = io.BytesIO()
    table = connection.ops.quote_name(StoredMap._meta.db_table)
    with connection.cursor() as cursor:
        while found.tell() % size == 0:
            sql = f"SELECT substr(content, %s, %s) FROM {table} WHERE id = %s"  # noqa: S608
            cursor.execute(sql, [found.tell() + 1, size, stored.pk])
            row = cursor.fetchone()
            if row is None:
                raise StoredMap.DoesNotExist
            if not found.write(bytes(row[0])):
                break
    found.seek(0)
    return found


def _contents(stored: StoredMap) -> Contents:
    """Return the same, of the map at hand where it is."""
    if (m := _kept.get(stored.pk)) is None:
        return read(stored)
    return Contents(m.year, {name: words.words for name, words in m.words.items()}, dict(m.tables))


def _stored(organization: Organization) -> StoredMap | None:
    """Return the map of the rows as they are now, without its content.

    And without the column behind that, which SQLite finds by going through all of the content.
    """
    found = StoredMap.objects.filter(
        organization=organization, revision=organization.revision, form=FORM
    )
    return found.defer("content", "built").first()


@contextmanager
def _snapshot() -> Iterator[None]:
    """See one state of the database throughout, and keep nobody from writing meanwhile."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Django's own transactions take SQLite's write lock at once.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("COMMIT")
