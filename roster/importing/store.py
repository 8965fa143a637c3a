"""Brings the stored rows of one kind in step with the staged ones, by a few set-wise statements.

First is noted what changes, then it is written: new rows are inserted, changed ones (by digest or
status) updated, those that a bulk file no longer names retired; what didn't change isn't touched.
Only rows that a bundle brought are ever retired: one that a vendor wrote has no digest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from roster.importing.changes import (
    CREATED,
    GONE,
    LEFT,
    RETURNED,
    TABLE,
    UPDATED,
    Changes,
    names,
)
from roster.importing.engine import MANY, column_of, quote
from roster.importing.first import First
from roster.importing.former import keep_rows
from roster.importing.staging import Stage
from roster.models import Organization, Status

ACTIVE, RETIRED = Status.ACTIVE.value, Status.RETIRED.value
FILLED, CLEARED = "filled", "cleared"


@dataclass(slots=True)
class Counts:
    """What became of a file's rows. `read` is the sum of the others, but for rows retired
    because the file no longer names them."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    left_out: int = 0

    @property
    def changed(self) -> int:
        return self.created + self.updated + self.retired

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Store:
    """Stores the stages of one import: for one organization, at one moment.

    `grown` are the tables of which the database's planner would have a wrong idea now. `weigh` is
    called for each stage when its changes are noted and not written yet.
    """

    def __init__(
        self,
        organization: Organization,
        now: datetime,
        changes: Changes,
        weigh: Callable[[Stage], None] = lambda stage: None,
        *,
        first: bool = False,
    ) -> None:
        self.organization = organization
        self.now = now
        self.changes = changes
        self.weigh = weigh
        self.first = first
        self.grown: set[str] = set()

    def merge(self, stage: Stage, unless: str = "", *, retire: bool = True) -> Counts:
        """Bring the rows of a stage's model in step.

        Without `retire`, rows that the stage doesn't name stay; `unless` (SQL) keeps some of them.
        """
        if self.first:
            if stage.sound > MANY:
                self.grown.add(stage.table)
            return Counts(created=stage.sound)
        live, staged = names(stage)
        if stage.sound:
            self.changes.note(stage)
        gone = self.changes.note_gone(stage, unless) if retire else 0
        count = partial(self.changes.count, stage.name)
        created, changed, left = count(CREATED), count(UPDATED, LEFT, RETURNED), count(LEFT)
        known = len(stage.known.rows.records) if stage.known else 0
        if changed or gone:
            self.weigh(stage)
            keep_rows(self.organization, stage.model, *self.changes.rows(stage))
        if changed:
            self._update(stage, live, staged)
        if created:
            self._insert(stage, staged, everything=created == stage.sound)
        if gone:
            self._retire(stage, live)
        if created > MANY:
            self.grown.add(stage.model._meta.db_table)
        return Counts(
            created=created,
            updated=changed - left,
            unchanged=stage.sound + known - created - changed,
            retired=left + gone,
        )

    def _update(self, stage: Stage, live: str, staged: str) -> None:
        columns = {field: column_of(stage.model, field) for field in ("metadata", *stage.fields)}
        settings = ", ".join(f"{column} = s.{quote(f)}" for f, column in columns.items())
        self._run(
            f"UPDATE {live} SET status = s.status, digest = s.digest, last_modified = %s,"  # noqa: S608
            # By key: SQLite may look through all that is staged for each row else.
            f" {settings} FROM {staged}, {TABLE} AS c WHERE c.file = %s AND l.id = c.record"
            " AND s.sourced_id = c.sourced_id AND s.sound = 1",
            self._moment(stage),
            stage.name,
        )

    def _insert(self, stage: Stage, staged: str, *, everything: bool) -> None:
        """Insert the rows that aren't stored yet; fields that the file lacks get their defaults."""
        taken = ("sourced_id", "status", "metadata", "digest", *stage.fields)
        defaults = First(self.organization, self.now).defaults(stage.model, *taken)
        columns = [*(column_of(stage.model, field) for field in taken), *map(quote, defaults)]
        sources = [*(f"s.{quote(field)}" for field in taken), *["%s"] * len(defaults)]
        chosen, ids = self.changes.created(stage)
        some = "" if everything else f" AND s.sourced_id IN {chosen}"
        self._run(
            f"INSERT INTO {quote(stage.model._meta.db_table)} ({', '.join(columns)})"  # noqa: S608
            f" SELECT {', '.join(sources)} FROM {staged} WHERE s.sound = 1{some}"
            " ORDER BY s.row_number",
            *defaults.values(),
            *([] if everything else ids),
        )

    def _retire(self, stage: Stage, live: str) -> None:
        chosen, values = self.changes.rows(stage, GONE)
        self._run(
            f"UPDATE {live} SET status = %s, last_modified = %s WHERE l.id IN {chosen}",  # noqa: S608
            RETIRED,
            self._moment(stage),
            *values,
        )

    def fill(self, stage: Stage, field: str, clear: bool) -> Counts:
        """Bring one field of the rows that a stage's rows name as `owner` in step with `value`.

        With `clear`, it is blanked in the rows that the stage doesn't name. Counted are the rows
        whose field changed.
        """
        live, staged = names(stage)
        column = column_of(stage.model, field)
        moment, pk = self._moment(stage), self.organization.pk
        filled: Any = stage.model._meta.get_field(field)
        blank = filled.get_db_prep_save(filled.get_default(), connection)
        owned = (
            "l.organization_id = %s AND l.sourced_id = s.owner AND s.sound = 1"
            f" AND l.{column} <> s.value"
        )
        unowned = (
            f"l.organization_id = %s AND l.{column} <> %s AND l.digest <> '' AND NOT EXISTS"  # noqa: S608
            f" (SELECT 1 FROM {staged} WHERE s.owner = l.sourced_id)"
        )
        note = self.changes.note_filled
        updated = note(stage, FILLED, f"{live}, {staged}", owned, pk)
        retired = note(stage, CLEARED, live, unowned, pk, blank) if clear else 0
        if updated or retired:
            keep_rows(self.organization, stage.model, *self.changes.rows(stage))
        if updated:
            chosen, values = self.changes.rows(stage, fields=FILLED)
            self._run(
                f"UPDATE {live} SET {column} = s.value, last_modified = %s FROM {staged}"  # noqa: S608
                f" WHERE l.id IN {chosen} AND l.sourced_id = s.owner AND s.sound = 1",
                moment,
                *values,
            )
        if retired:
            chosen, values = self.changes.rows(stage, fields=CLEARED)
            self._run(
                f"UPDATE {live} SET {column} = %s, last_modified = %s WHERE l.id IN {chosen}",  # noqa: S608
                blank,
                moment,
                *values,
            )
        return Counts(updated=updated, retired=retired)

    def _moment(self, stage: Stage) -> Any:
        field = stage.model._meta.get_field("last_modified")
        return field.get_db_prep_save(self.now, connection)

    def _run(self, sql: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)
