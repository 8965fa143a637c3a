"""Where rows wait between reading and storing: temporary tables, one for each kind of row.

They are seen by this connection alone and are gone with it. Written outside of any transaction,
so that reading a large bundle holds no lock; memory stays bounded by a batch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection

from roster.importing import engine
from roster.importing.columns import Column, File
from roster.importing.engine import MANY, quote
from roster.importing.record import Record
from roster.models import Row

HEAD = ("row_number", "line", "sound", "sourced_id", "status", "metadata", "digest")


@dataclass(frozen=True, slots=True)
class Reference:
    """A staged column that names records of another file; `column` is its name in the CSV."""

    field: str
    column: str
    target: str
    many: bool = False


class Stage:
    """The staged rows of one kind. `file` is where they were read, `model` where they go."""

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
        self._waiting: list[tuple[Any, ...]] = []
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

    def add(self, record: Record, values: Sequence[Any]) -> None:
        self._waiting.append((record.row, record.line, int(record.sound), *record[2:6], *values))
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
        engine.drop([self.table])


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
