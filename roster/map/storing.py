"""Maps in the database: built once for each revision, kept as compressed arrays in one text.

What is kept are the tables; relations are made of them in a fraction of a second, so a release
that changes a relation needs no conversion. A release that changes a table raises `FORM`.
"""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import reduce
from threading import Lock
from typing import NamedTuple

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet
from isal import isal_zlib

from roster.caches import MEGABYTE, Cache
from roster.database import bulk
from roster.map.arrays import Words
from roster.map.map import Map
from roster.map.models import WORDS
from roster.map.packed import LEVEL, Packed, Values
from roster.map.querying import Earlier, states_of, table_of
from roster.map.tables import Table
from roster.models import Organization, StoredMap
from roster.refusal import Refused

log = logging.getLogger(__name__)

FORM = 3
UNREADABLE = 0
"""The form of a map whose content isn't there yet, or is damaged."""
TRIES = 3
KEY_BITS = 53
HEAD = 8
"""Bytes that say how long the head is."""
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
    with transaction.atomic(savepoint=False):
        key = {"organization": organization, "revision": m.revision}
        mine = StoredMap(pk=secrets.randbits(KEY_BITS), form=UNREADABLE, **key)
        StoredMap.objects.bulk_create([mine], ignore_conflicts=True)
        stored = StoredMap.objects.defer("content").get(**key)
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


def pack(m: Map) -> list[bytes]:
    """Return a map's tables as they are stored, in pieces: what stands where, then the columns."""
    packed = {kind: [*table.values.packed()] for kind, table in m.tables.items()}
    head = {
        "year": m.year,
        "words": {name: words.words for name, words in m.words.items()},
        "tables": {
            kind: {
                "state": m.tables[kind].state,
                "columns": [
                    (name, each.dtype, each.length, len(each.data)) for name, each in columns
                ],
            }
            for kind, columns in packed.items()
        },
    }
    text = isal_zlib.compress(orjson.dumps(head), LEVEL)
    pieces = [len(text).to_bytes(HEAD, "little"), text]
    pieces += [each.data for columns in packed.values() for _, each in columns]
    return [reduce(_checked, pieces, 0).to_bytes(CHECKSUM, "little"), *pieces]


def _checked(checksum: int, piece: bytes | memoryview) -> int:
    return isal_zlib.crc32(piece, checksum)


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
    """Return what is stored of a map, its columns still packed.

    Raises `Damaged` where its checksum is wrong.
    """
    whole = bulk.get_bytes(stored, "content")
    if whole is None:
        raise StoredMap.DoesNotExist
    if _checked(0, memoryview(whole)[CHECKSUM:]).to_bytes(CHECKSUM, "little") != whole[:CHECKSUM]:
        raise Damaged
    content = io.BytesIO(whole)
    content.seek(CHECKSUM)
    head = orjson.loads(
        isal_zlib.decompress(content.read(int.from_bytes(content.read(HEAD), "little")))
    )
    tables = {
        kind: Table(
            table["state"],
            Values(
                {
                    name: Packed(content.read(size), dtype, length)
                    for name, dtype, length, size in table["columns"]
                }
            ),
        )
        for kind, table in head["tables"].items()
    }
    return Contents(head["year"], head["words"], tables)


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
