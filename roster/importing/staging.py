"""Where rows wait between reading and storing: temporary tables, one for each kind of row.

They are seen by this connection alone and are gone with it. Written outside of any transaction,
so that reading a large bundle holds no lock; memory stays bounded by a batch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db import DatabaseError, connection
from numpy.typing import NDArray

from roster import bulk
from roster.importing import engine
from roster.importing.columns import Column, File
from roster.importing.engine import MANY, column_of, quote
from roster.importing.findings import KEPT
from roster.importing.known import KnownRows
from roster.importing.record import HEAD, Record
from roster.models import Organization, Row, Status


@dataclass(frozen=True, slots=True)
class Reference:
    """A staged column that names records of another file; `column` is its name in the CSV."""

    field: str
    column: str
    target: str
    many: bool = False


class Known(NamedTuple):
    """Stored rows of lines that weren't read: which, and SQL for the rows, these among them.

    `select` is of columns like those of `Stage._everything`, of live rows, whatever line they are
    of: to look each of them up among the staged ones would take longer than all else. `gone` are
    the keys of those that the file no longer names, where that was seen on the way.
    """

    rows: KnownRows
    select: str
    gone: NDArray[np.int64] | None = None


class Found(NamedTuple):
    """Rows that meet a condition: how many, and row, id and value of the first."""

    times: int
    kept: list[tuple[int, str, str]]


class Stage:
    """The staged rows of one kind. `file` is where they were read, `model` where they go.

    Of lines that are `known` nothing is staged.
    """

    def __init__(
        self,
        name: str,
        file: File,
        model: type[Row],
        fields: Sequence[str],
        references: Sequence[Reference] = (),
        *,
        foreign: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.table = f"staged_{name.lower()}"
        self.file = file
        self.model = model
        self.fields = list(fields)
        self.references = list(references)
        self.rows = 0
        self.known: Known | None = None
        self._keys: NDArray[np.int64] | None = None
        self._waiting: list[Record] = []
        self._create(foreign or {})

    @classmethod
    def of(cls, file: File, columns: Sequence[Column]) -> Stage:
        """Stage the rows of a file whose records are rows of its model."""
        own = [column for column in columns if not column.beside]
        references = references_of(own)
        if file.shares:
            references.append(Reference("sourced_id", "sourcedId", file.shares))
        return cls(file.name, file, file.model, [c.field for c in own], references)

    def _create(self, foreign: dict[str, str]) -> None:
        """Make the table with the types of the model's columns, `foreign` ones as given in SQL."""
        meta = self.model._meta
        typed = [
            f"{foreign.get(field) or engine.column_of(self.model, field)} AS {quote(field)}"
            for field in ("sourced_id", "status", "metadata", "digest", *self.fields)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {quote(self.table)} AS SELECT"  # noqa: S608
                " CAST(0 AS bigint) AS row_number, CAST(0 AS bigint) AS line,"
                " CAST(1 AS integer) AS sound, "
                f"{', '.join(typed)} FROM {quote(meta.db_table)} WHERE 1 = 0"
            )

    def add(self, *records: Record) -> None:
        self._waiting += records
        if len(self._waiting) >= engine.BATCH:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self.rows += len(self._waiting)
            engine.write(self.table, (*HEAD, *self.fields), self._waiting)
            self._waiting.clear()

    def finish(self, index: str = "sourced_id") -> None:
        """Write what still waits, and make ready for comparing by `index`."""
        self.flush()
        with connection.cursor() as cursor:
            name = quote(f"{self.table}_by_id")
            cursor.execute(f"CREATE INDEX {name} ON {quote(self.table)} ({quote(index)})")
        if self.rows > MANY:
            engine.analyze([self.table])

    def drop(self) -> None:
        self._keys = None
        engine.drop([self.table])

    def take(
        self, organization: Organization, rows: KnownRows, gone: NDArray[np.int64] | None = None
    ) -> None:
        """Take the rows of lines that weren't read as they are stored."""
        columns = ", ".join(f"l.{column_of(self.model, field)}" for field in self.fields)
        self.known = Known(
            rows,
            f"SELECT l.id, 0, l.sourced_id, l.status, {columns}"  # noqa: S608
            f" FROM {quote(self.model._meta.db_table)} AS l"
            f" WHERE l.organization_id = {organization.pk} AND l.status = '{Status.ACTIVE.value}'"
            " AND l.digest <> ''",
            gone,
        )

    def lacks(self, sourced_id: str) -> str:
        """Return SQL for whether no row that was read has an id."""
        return (
            f"NOT EXISTS (SELECT 1 FROM {quote(self.table)} AS r WHERE r.sourced_id = {sourced_id})"  # noqa: S608
        )

    def keys(self, organization: Organization) -> NDArray[np.int64]:
        """Return, when all is stored, the keys of what was staged, its rows' numbers and lines."""
        if self._keys is None:
            self._keys = bulk.numbers(
                f"SELECT l.id, s.row_number, s.line FROM {quote(self.table)} AS s"  # noqa: S608
                f" JOIN {quote(self.model._meta.db_table)} AS l"
                " ON l.organization_id = %s AND l.sourced_id = s.sourced_id WHERE s.sound = 1",
                [organization.pk],
                3,
            )
        return self._keys

    def stored(self, organization: Organization) -> KnownRows:
        """Return the keys of the file's rows, when all is stored."""
        records, rows, _ = self.keys(organization)
        if self.known is None:
            return KnownRows.of(records, rows)
        both = zip((records, rows), self.known.rows, strict=True)
        return KnownRows.of(*map(np.concatenate, both))

    def find(self, value: str, joins: str, where: str, values: Any) -> Found:
        """Return the live rows that meet a condition, when all is stored; in SQL each is `s`."""
        found = f"FROM {self._everything()} {joins} WHERE s.status = 'active' AND {where}"
        records, rows = bulk.numbers(f"SELECT s.record, s.row_number {found}", values, 2)
        if self.known is not None:
            rows = np.where(records > 0, self.known.rows.row_of(records), rows)
            records, rows = records[rows > 0], rows[rows > 0]
        if not len(rows):
            return Found(0, [])
        first = np.argsort(rows, kind="stable")[:KEPT]
        numbers = dict(zip(records[first].tolist(), rows[first].tolist(), strict=True))
        read = rows[first][records[first] == 0].tolist()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT s.record, s.row_number, s.sourced_id, {value} {found} AND"
                f" (s.record IN ({_listed(numbers.keys() - {0})})"
                f" OR s.record = 0 AND s.row_number IN ({_listed(read)}))",
                values,
            )
            kept = [
                (numbers[record] if record else row, sourced_id, said)
                for record, row, sourced_id, said in cursor.fetchall()
            ]
        return Found(len(rows), sorted(kept)[:KEPT])

    def _everything(self) -> str:
        """Return SQL for all rows that the file has, but for those that couldn't be read.

        `record` is the key of a row that wasn't read, whose `row_number` isn't known here.
        """
        fields = ", ".join(quote(field) for field in ("sourced_id", "status", *self.fields))
        sql = f"SELECT 0 AS record, row_number, {fields} FROM {quote(self.table)} WHERE sound = 1"  # noqa: S608
        return f"({sql}{f' UNION ALL {self.known.select}' if self.known else ''}) AS s"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "NULL"


def references_of(columns: Sequence[Column]) -> list[Reference]:
    return [
        Reference(column.field, column.name, column.target, many=column.blank == "[]")
        for column in columns
        if column.target
    ]


@contextlib.contextmanager
def dropped(stages: list[Stage]) -> Iterator[list[Stage]]:
    """Drop the tables of a list of stages at the end, however it comes."""
    with engine.on_disk():
        try:
            yield stages
        finally:
            with contextlib.suppress(DatabaseError):
                engine.drop([stage.table for stage in stages])
