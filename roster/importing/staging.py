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

from roster.database import bulk
from roster.importing import engine
from roster.importing.columns import Column, File
from roster.importing.engine import MANY, column_of, quote
from roster.importing.findings import KEPT
from roster.importing.known import KnownRows, Numbers
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
    gone: Numbers | None = None


class Question(NamedTuple):
    """What may be wrong with the rows of a file, in SQL, in which each of them is `s`.

    `value` is what is told of it, `joins` what it is joined with.
    """

    code: str
    column: str
    value: str
    where: str
    joins: str = ""
    facts: dict[str, str] = {}


class Found(NamedTuple):
    """Rows that meet a condition: how many, and row, id and value of the first."""

    times: int
    kept: list[tuple[int, str, str]]


class Stage:
    """The staged rows of one kind. `file` is where they were read, `model` where they go.

    Of lines that are `known` nothing is staged. `dated` has by row days that stand where a moment
    belongs.
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
        self.sound = 0
        self.known: Known | None = None
        self.dated: dict[int, str] = {}
        self._keys: Numbers | None = None
        self._waiting: list[Record] = []
        self._create(foreign or {})

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
            self.sound += sum(record.sound for record in self._waiting)
            engine.write(self.table, (*HEAD, *self.fields), self._waiting)
            self._waiting.clear()

    def finish(self, index: str = "") -> None:
        """Write what still waits, and make ready for looking it up row by row by `index`."""
        self.flush()
        if index:
            with connection.cursor() as cursor:
                name = quote(f"{self.table}_by_{index}")
                cursor.execute(f"CREATE INDEX {name} ON {quote(self.table)} ({quote(index)})")
        if self.sound > MANY:
            engine.analyze([self.table])

    def forget(self) -> None:
        """Forget which rows there were."""
        self._keys = self.known = None

    def void(self) -> None:
        """Take back all that was added."""
        engine.drop([self.table])

    def take(
        self, organization: Organization, rows: KnownRows, gone: Numbers | None = None
    ) -> None:
        """Take the rows of lines that weren't read as they are stored."""
        self.known = Known(rows, self._live(organization), gone)

    def _live(self, organization: Organization) -> str:
        """Return SQL for the live rows of the model, as `find` takes them."""
        columns = ", ".join(
            f"l.{column_of(self.model, field)} AS {quote(field)}" for field in self.fields
        )
        return (
            f"SELECT l.id AS record, 0 AS row_number, l.sourced_id, l.status, {columns}"  # noqa: S608
            f" FROM {quote(self.model._meta.db_table)} AS l"
            f" WHERE l.organization_id = {organization.pk} AND l.status = '{Status.ACTIVE.value}'"
            " AND l.digest <> ''"
        )

    def keys(self, organization: Organization) -> Numbers:
        """Return, when all is stored, the keys of what was staged, its rows' numbers and lines."""
        if self._keys is None:
            self._keys = bulk.numbers(
                f"SELECT l.id, s.row_number, s.line FROM {quote(self.table)} AS s"  # noqa: S608
                f" CROSS JOIN {quote(self.model._meta.db_table)} AS l"
                " WHERE l.organization_id = %s AND l.sourced_id = s.sourced_id AND s.sound = 1",
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

    def find(self, questions: Sequence[Question], values: Any) -> Iterator[tuple[Question, Found]]:
        """Yield which live rows a question is about, when all is stored: one look for all."""
        if not questions:
            return
        every = f"FROM {self._everything()} {{}} WHERE s.status = 'active' AND {{}}"
        asked = [every.format(each.joins, each.where) for each in questions]
        numbered = [f"SELECT {n}, s.record, s.row_number {each}" for n, each in enumerate(asked)]
        numbers, *found = bulk.numbers(" UNION ALL ".join(numbered), values, 3)
        for n in bulk.distinct(numbers).tolist():
            records, rows = (each[numbers == n] for each in found)
            of = self._found(asked[n], questions[n].value, values, records, rows)
            if of.times:
                yield questions[n], of

    def _found(self, found: str, value: str, values: Any, records: Numbers, rows: Numbers) -> Found:
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


def plan_of(
    file: File, columns: Sequence[Column]
) -> tuple[str, File, type[Row], list[str], list[Reference]]:
    """Return what makes the stage of a file whose records are rows of its model."""
    own = [column for column in columns if not column.derived]
    references = references_of(own)
    if file.shares:
        references.append(Reference("sourced_id", "sourcedId", file.shares))
    return file.name, file, file.model, [column.field for column in own], references


def references_of(columns: Sequence[Column]) -> list[Reference]:
    return [
        Reference(column.field, column.name, column.target, many=column.blank == "[]")
        for column in columns
        if column.target
    ]


def drop(stages: Sequence[Stage]) -> None:
    """Drop the tables of stages; those of the models, which first rows are in, are none of them."""
    for stage in stages:
        stage.forget()
    engine.drop([stage.table for stage in stages])


@contextlib.contextmanager
def dropped(stages: list[Stage]) -> Iterator[list[Stage]]:
    """Drop the tables of a list of stages at the end, however it comes."""
    with engine.on_disk():
        try:
            yield stages
        finally:
            with contextlib.suppress(DatabaseError):
                drop(stages)
