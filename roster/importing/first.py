"""Rows of a first load: with nothing to compare them with, they go where they belong at once.

So each is written once instead of twice, and PostgreSQL's work goes on beside the reading. All of
it is in the transaction of the import.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import numpy as np
from django.db import connection
from django.db.models import BooleanField, Field, JSONField

from roster.database import bulk
from roster.importing import engine
from roster.importing.columns import File
from roster.importing.engine import quote
from roster.importing.known import KnownRows
from roster.importing.record import HEAD
from roster.importing.staging import Reference, Stage
from roster.importing.values import as_json
from roster.models import Organization, Row

STORED = HEAD.index("sourced_id")
"""Where in a record that begins which is stored."""


class First(NamedTuple):
    """Whose first rows they are, and when they came."""

    organization: Organization
    moment: datetime

    def defaults(self, model: type[Row], *without: str) -> dict[str, Any]:
        """Return what a new row has in each column, ready for the database, but in some fields."""
        found = {}
        for field in model._meta.concrete_fields:
            if field.primary_key or field.generated or field.name in without:
                continue
            if field.name == "organization":
                value: Any = self.organization.pk
            else:
                value = self.moment if field.name == "last_modified" else field.get_default()
                value = (
                    as_json(value)
                    if isinstance(field, JSONField)
                    else field.get_db_prep_save(value, connection)
                )
            found[str(field.column)] = value
        return found


class FirstRows(Stage):
    """The rows of a kind of which there are none yet, stored as they come."""

    def __init__(
        self,
        first: First,
        name: str,
        file: File,
        model: type[Row],
        fields: Sequence[str],
        references: Sequence[Reference] = (),
    ) -> None:
        self.first = first
        self._read: tuple[array[int], array[int]] = array("q"), array("q")
        taken = (*HEAD[STORED:], *fields)
        defaults = first.defaults(model, *taken)
        self._constants = tuple(defaults.values())
        columns = [cast("Field[Any, Any]", model._meta.get_field(each)) for each in taken]
        self._columns = (*(str(each.column) for each in columns), *defaults)
        self._flags = [
            (at, each.get_default())
            for at, each in enumerate(columns)
            if isinstance(each, BooleanField) and not each.null
        ]
        super().__init__(name, file, model, fields, references)
        self.table = model._meta.db_table

    def _create(self, foreign: dict[str, str]) -> None:
        """Nothing is needed beside the model's own table."""

    def flush(self) -> None:
        sound = [record for record in self._waiting if record.sound]
        self._waiting.clear()
        if not sound:
            return
        self.sound += len(sound)
        for numbers, at in zip(self._read, (0, 1), strict=True):
            numbers.extend([record[at] for record in sound])
        rows = [record[STORED:] + self._constants for record in sound]
        for at, default in self._flags:
            rows = [row if row[at] is not None else (*row[:at], default, *row[at + 1 :])
                    for row in rows]  # fmt: skip
        engine.write(self.table, self._columns, rows)

    def finish(self, index: str = "") -> None:
        """Write what still waits, and find out under which keys all of it is stored."""
        self.flush()
        sql = f"SELECT id FROM {quote(self.table)} WHERE organization_id = %s"  # noqa: S608
        records = np.sort(bulk.numbers(sql, [self.first.organization.pk], 1)[0])
        rows, lines = (np.array(numbers, np.int64) for numbers in self._read)
        self._read = array("q"), array("q")
        if len(records) != len(rows):  # Keys are given in the order of the rows.
            raise RuntimeError("There are rows that this import hasn't stored.")
        self._keys = np.array((records, rows, lines))
        self.take(self.first.organization, KnownRows.of(records, rows))

    def void(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {quote(self.table)} WHERE organization_id = %s",  # noqa: S608
                [self.first.organization.pk],
            )

    def stored(self, organization: Organization) -> KnownRows:
        records, rows, _ = self.keys(organization)
        return KnownRows.of(records, rows)

    def _everything(self) -> str:
        return f"({self.known.select if self.known else ''}) AS s"
