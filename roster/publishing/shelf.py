"""The shelf: every finished document once, whoever reads it, found again by its bytes or by key.

A document is its bytes: a row that changed in a column which no reader sees gives the same one
again, and with it the same stamp. `Rendered` says which document the arguments of a dialect
function gave before, and spares rendering. Everything here may be done twice, and is done outside
of any lock: documents are there before anybody lists them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from django.db import IntegrityError, connection

from roster.database import bulk
from roster.database.parts import batches, in_parts
from roster.dialects.composing import Doc, parse, render
from roster.dialects.facts import NESTED_BY
from roster.dialects.tombstones import tombstone_doc
from roster.models import Document, Rendered, Status
from roster.publishing.ahead import Writer
from roster.publishing.comparing import Flags
from roster.publishing.lists import List, Numbers, Swept
from roster.publishing.variants import Variants

BATCH = 1_000
"""Documents written at once: larger ones keep SQLite's one writer busy for too long."""

FOLD = 2
"""Of so many batches a server makes one, which spares it transactions."""

MANY = 5_000
"""Documents of which only numbers and ids are asked at once."""

COLUMNS = (
    "id",
    "organization_id",
    "version",
    "collection",
    "record",
    "digest",
    "sourced_id",
    "status",
    "role",
    "school",
    "klass",
    "person",
    "body",
    "facts",
)


FOUND_BY = ("organization_id", "version", "collection", "record", "key", "document")


def cells_of(doc: Doc) -> tuple[Any, ...]:
    """Return the last of these columns' values: what a document says of itself."""
    return (
        doc.sourced_id, doc.status, doc.role, doc.school, doc.klass, doc.person,
        doc.body.decode(), doc.facts,
    )  # fmt: skip


REMEMBERED = frozenset(key.partition(".")[0] for keys in NESTED_BY.values() for key in keys)
"""Optional fields of which a tombstone keeps something."""


class Finished(NamedTuple):
    """A document to be kept, with the key of what it was rendered from if it may be found by it."""

    record: int
    digest: str
    doc: Doc
    key: int | None = None

    @classmethod
    def of(cls, record: int, doc: Doc, key: int | None = None) -> Finished:
        return cls(record, doc.digest(), doc, key)


class Shelf:
    """The documents of one collection of an organization, in one version."""

    def __init__(self, organization: int, version: str, collection: str, writer: Writer) -> None:
        self.writer = writer
        self.organization = organization
        self.version = version
        self.collection = collection
        self.stones: dict[frozenset[str], dict[int, int]] = {}
        self.made: dict[tuple[int, str], int] = {}
        self.ids: dict[int, str] = {}
        self.statuses: dict[int, str] = {}
        self.is_bare = False
        self.is_alone = True

    @cached_property
    def variants(self) -> list[Variants]:
        """What is known by key, read when it is first asked for."""
        rendered = bulk.numbers(
            f"SELECT record, key, document FROM {Rendered._meta.db_table}"  # noqa: S608
            " WHERE organization_id = %s AND version = %s AND collection = %s",
            [self.organization, self.version, self.collection],
            columns=3,
        )
        return [Variants(*rendered)]

    def find(self, records: Numbers, keys: Numbers) -> Numbers:
        """Return the documents that records gave with these keys, 0 where it isn't known."""
        found = np.zeros(len(records), np.int64)
        for variants in self.variants:
            variants.find(records, keys, found)
        return found

    def learn(self, rendered: Iterable[Finished]) -> None:
        """Keep documents and find them by their keys from now on."""
        columns = array("q"), array("q"), array("q")
        # Of what was never rendered nobody has to be asked; a conflict tells of forgotten keys.
        self.is_bare = not any(len(each.records) for each in self.variants)
        for each, document in self.put(rendered):
            for column, value in zip(columns, (each.record, each.key or 0, document), strict=True):
                column.append(value)
        self.is_bare = False
        if columns[0]:
            self.variants.append(Variants(*(np.frombuffer(each, np.int64) for each in columns)))

    def put(self, finished: Iterable[Finished]) -> Iterator[tuple[Finished, int]]:
        """Keep documents; yield each with its number, which is old where its bytes are."""
        for batch, numbers in self.writer.ahead(batches(finished, _size()), self._put):
            yield from zip(batch, numbers, strict=True)

    def put_once(self, finished: Iterable[Finished]) -> list[int]:
        """Keep documents of which many are alike; return the number of each.

        What was kept so before is remembered, and the database isn't asked about it. Others may
        have to wait until all is written: where somebody else has kept the same meanwhile, as an
        act or a refresh does, that fails, and what is to be shown is prepared again.
        """
        names: list[tuple[int, str]] = []
        waiting: set[tuple[int, str]] = set()

        def fresh() -> Iterator[Finished]:
            for each in finished:
                names.append(name := each[:2])
                if name not in self.made and name not in waiting:
                    waiting.add(name)
                    yield each

        put = self.put if self.writer.is_alone else self._put_later
        for each, number in put(fresh()):
            self.made[each[:2]] = number
            self.ids[number] = each.doc.sourced_id
        return [self.made[name] for name in names]

    def _put_later(self, finished: Iterable[Finished]) -> Iterator[tuple[Finished, int]]:
        """Yield documents, of which each is there once, with the numbers that they will have."""
        for batch in batches(finished, _size()):
            known, rows = self._numbered(batch)
            if rows:
                self.writer.give(partial(_written, rows))
            yield from ((each, known[each[:2]]) for each in batch)

    def _put(self, batch: Sequence[Finished]) -> list[int]:
        for _ in range(3):
            try:
                with bulk.unhurried():
                    return self._insert(batch)
            except IntegrityError:  # Somebody else keeps the same this moment.
                self.is_bare = self.is_alone = False
        with bulk.unhurried():
            return self._insert(batch)

    def _insert(self, batch: Sequence[Finished]) -> list[int]:
        known, rows = self._numbered(batch)
        bulk.insert(Document, COLUMNS, rows)
        found = [known[each[:2]] for each in batch]
        self._remember(
            [
                (each.record, each.key, document)
                for each, document in zip(batch, found, strict=True)
                if each.key is not None
            ]
        )
        return found

    def _numbered(
        self, batch: Sequence[Finished]
    ) -> tuple[dict[tuple[int, str], int], list[tuple[Any, ...]]]:
        """Return the numbers of documents, and the rows of those that aren't there yet."""
        known = {} if self.is_bare else self._known(sorted({each.record for each in batch}))
        fresh: dict[tuple[int, str], Finished] = {}
        for each in batch:
            name = each[:2]
            if name not in known:
                fresh.setdefault(name, each)
        known |= zip(fresh, bulk.reserve(Document, len(fresh)) if fresh else (), strict=True)
        return known, [self._row(known[name], each) for name, each in fresh.items()]

    def _known(self, records: Sequence[int]) -> dict[tuple[int, str], int]:
        chosen, values = bulk.among(records)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT record, digest, id FROM {Document._meta.db_table}"  # noqa: S608
                f" WHERE version = %s AND collection = %s AND record {chosen}",
                [self.version, self.collection, *values],
            )
            return {(record, digest): key for record, digest, key in cursor.fetchall()}

    def _row(self, key: int, each: Finished) -> tuple[Any, ...]:
        of = self.organization, self.version, self.collection, each.record, each.digest
        return (key, *of, *cells_of(each.doc))

    def _remember(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Let documents be found by their keys, which weren't known when it was last looked."""
        own = self.organization, self.version, self.collection
        every = [(*own, *row) for row in rows]
        if self.is_alone:
            # By COPY, which takes a quarter of the time.
            bulk.insert(Rendered, FOUND_BY, every)
        elif every:
            with connection.cursor() as cursor:
                cursor.executemany(
                    f"INSERT INTO {Rendered._meta.db_table} ({', '.join(FOUND_BY)})"  # noqa: S608
                    " VALUES (%s, %s, %s, %s, %s, %s)"
                    " ON CONFLICT (organization_id, version, collection, record, key)"
                    " DO UPDATE SET document = excluded.document",
                    every,
                )

    def docs(self, documents: Iterable[int]) -> Iterator[tuple[int, int, Doc]]:
        """Yield the documents with these numbers, once each: number, record, and the document.

        Without its facts: what is made of it has facts of its own.
        """
        columns = "id, record, sourced_id, body, role, school, klass, person, status"
        for number, record, sourced_id, body, *rest in self._fetch(documents, columns, BATCH):
            role, school, klass, person, status = rest
            tags = {"role": role, "school": school, "klass": klass, "person": person}
            yield number, record, Doc(sourced_id, body.encode(), status=status, **tags)

    def entomb(self, entries: List, cut: Iterable[str] = ()) -> Numbers:
        """Return the tombstones of what these entries list, less the fields that are cut."""
        fields = frozenset(cut) & REMEMBERED
        stones = self.stones.setdefault(fields, {})
        numbers: list[int] = []

        def finished() -> Iterator[Finished]:
            missing = [each for each in entries.documents.tolist() if each not in stones]
            for number, record, doc in self.docs(missing):
                numbers.append(number)
                left = without(doc, fields)
                # Documents of other fields leave the same one.
                yield Finished.of(record, tombstone_doc(self.version, self.collection, left))

        made = self.put_once(finished())
        stones.update(zip(numbers, made, strict=True))
        return np.array(_of(stones, entries.documents), np.int64)

    def ids_of(self, documents: Numbers) -> list[str]:
        """Return the sourcedIds of documents."""
        return self._known_of(documents, self.ids, "sourced_id")

    def retired(self, documents: Numbers) -> Flags:
        """Return for each of these documents whether it is a tombstone."""
        found = self._known_of(documents, self.statuses, "status")
        return np.array([each == Status.RETIRED for each in found], bool)

    def _known_of(self, documents: Numbers, known: dict[int, str], column: str) -> list[str]:
        """Return a column of documents, of which so many are known already."""
        missing = [each for each in documents.tolist() if each not in known]
        known.update(self._fetch(missing, f"id, {column}", MANY))
        return _of(known, documents)

    def having(self, documents: Numbers, fields: Iterable[str]) -> Numbers:
        """Return which of these documents have any of the fields, or say so in some text."""
        position = "strpos" if connection.vendor == "postgresql" else "instr"
        columns = "id, " + " + ".join(f"{position}(body, '\"{name}\":')" for name in sorted(fields))
        found = self._fetch(documents.tolist(), columns, MANY)
        return np.array([number for number, at in found if at], np.int64)

    def _fetch(self, documents: Iterable[int], columns: str, size: int) -> Iterator[Any]:
        for batch in in_parts(sorted(set(documents)), size):
            chosen, values = bulk.among(batch)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {columns} FROM {Document._meta.db_table}"  # noqa: S608
                    f" WHERE id {chosen} ORDER BY id",
                    values,
                )
                rows = cursor.fetchall()
            yield from rows


class Shelves:
    """The shelves of an organization, each made when it is asked for.

    What was put there is there when the block is left; what is shown must be prepared within it.
    """

    def __init__(self, organization: int) -> None:
        self.organization = organization
        self._writer = Writer()
        self._made: dict[tuple[str, str], Shelf] = {}

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._writer.__exit__(*error)

    def of(self, version: str, collection: str) -> Shelf:
        name = version, collection
        if name not in self._made:
            self._made[name] = Shelf(self.organization, *name, self._writer)
        return self._made[name]


def _size() -> int:
    return BATCH if connection.vendor == "sqlite" else BATCH * FOLD


def _written(rows: Sequence[tuple[Any, ...]]) -> None:
    with bulk.unhurried():
        bulk.insert(Document, COLUMNS, rows)


def without(doc: Doc, fields: frozenset[str]) -> Doc:
    """Return a document without these fields."""
    if not fields:
        return doc
    said = parse(doc.body)
    return doc._replace(body=render({name: said[name] for name in said if name not in fields}))


Value = TypeVar("Value")


def _of(values: Mapping[int, Value], documents: Numbers) -> list[Value]:
    try:
        return [values[each] for each in documents.tolist()]
    except KeyError:
        raise Swept from None
