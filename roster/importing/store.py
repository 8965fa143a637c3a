"""Brings the stored rows of one kind in step with the staged ones, by three set-wise statements.

New ones are inserted, changed ones (by digest or status) updated, those that a bulk file no
longer names retired; what didn't change isn't touched. Only rows that a bundle brought are ever
retired: one that a vendor wrote has no digest.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from roster.importing.engine import column_of, quote
from roster.importing.former import keep_rows
from roster.importing.staging import Stage
from roster.models import Organization, Status

ACTIVE, RETIRED = Status.ACTIVE.value, Status.RETIRED.value
MANY = 1_000
SAME = "l.organization_id = %s AND l.sourced_id = s.sourced_id"


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

    `grown` are the tables of which the database's planner would have a wrong idea now.
    """

    def __init__(self, organization: Organization, now: datetime) -> None:
        self.organization = organization
        self.now = now
        self.grown: set[str] = set()

    def merge(self, stage: Stage, unless: str = "") -> Counts:
        """Bring the rows of a stage's model in step; `unless` (SQL) keeps rows from retiring."""
        live = f"{quote(stage.model._meta.db_table)} AS l"
        staged = f"{quote(stage.table)} AS s"
        pk = self.organization.pk
        sound = self._count(f"SELECT count(*) FROM {staged} WHERE s.sound = 1")  # noqa: S608
        left = self._count(
            f"SELECT count(*) FROM {staged} JOIN {live} ON {SAME}"  # noqa: S608
            " WHERE s.sound = 1 AND s.status = %s AND l.status = %s",
            pk,
            RETIRED,
            ACTIVE,
        )
        changed = self._update(stage, live, staged)
        created = self._insert(stage, live, staged)
        gone = self._retire(stage, live, staged, unless)
        if created > MANY:
            self.grown.add(stage.model._meta.db_table)
        return Counts(
            created=created,
            updated=changed - left,
            unchanged=sound - created - changed,
            retired=left + gone,
        )

    def _update(self, stage: Stage, live: str, staged: str) -> int:
        columns = {field: column_of(stage.model, field) for field in ("metadata", *stage.fields)}
        settings = ", ".join(f"{column} = s.{quote(f)}" for f, column in columns.items())
        changed = f"{SAME} AND s.sound = 1 AND (l.digest <> s.digest OR l.status <> s.status)"
        pk = self.organization.pk
        keep_rows(self.organization, stage.model, f"{live}, {staged}", changed, pk)
        return self._run(
            f"UPDATE {live} SET status = s.status, digest = s.digest, last_modified = %s,"  # noqa: S608
            f" {settings} FROM {staged} WHERE {changed}",
            self._moment(stage),
            pk,
        )

    def _insert(self, stage: Stage, live: str, staged: str) -> int:
        """Insert the rows that aren't stored yet; fields that the file lacks get their defaults."""
        taken = ("sourced_id", "status", "metadata", "digest", *stage.fields)
        names = [column_of(stage.model, field) for field in taken]
        sources = [f"s.{quote(field)}" for field in taken]
        values: list[Any] = []
        for field in stage.model._meta.concrete_fields:
            if field.primary_key or field.name in taken:
                continue
            names.append(column_of(stage.model, field.name))
            sources.append("%s")
            values.append(self._constant(stage, field))
        return self._run(
            f"INSERT INTO {quote(stage.model._meta.db_table)} ({', '.join(names)})"  # noqa: S608
            f" SELECT {', '.join(sources)} FROM {staged} WHERE s.sound = 1 AND NOT EXISTS"
            f" (SELECT 1 FROM {live} WHERE {SAME}) ORDER BY s.row_number",
            *values,
            self.organization.pk,
        )

    def _retire(self, stage: Stage, live: str, staged: str, unless: str) -> int:
        gone = (
            "l.organization_id = %s AND l.status = %s AND l.digest <> '' AND NOT EXISTS"  # noqa: S608
            f" (SELECT 1 FROM {staged} WHERE s.sourced_id = l.sourced_id){unless}"
        )
        values = self.organization.pk, ACTIVE
        keep_rows(self.organization, stage.model, live, gone, *values)
        return self._run(
            f"UPDATE {live} SET status = %s, last_modified = %s WHERE {gone}",  # noqa: S608
            RETIRED,
            self._moment(stage),
            *values,
        )

    def fill(self, stage: Stage, field: str, clear: bool) -> Counts:
        """Bring one field of the rows that a stage's rows name as `owner` in step with `value`.

        With `clear`, it is blanked in the rows that the stage doesn't name. Counted are the rows
        whose field changed.
        """
        live = f"{quote(stage.model._meta.db_table)} AS l"
        staged = f"{quote(stage.table)} AS s"
        column = column_of(stage.model, field)
        moment, pk = self._moment(stage), self.organization.pk
        blank = self._constant(stage, stage.model._meta.get_field(field))
        owned = (
            "l.organization_id = %s AND l.sourced_id = s.owner AND s.sound = 1"
            f" AND l.{column} <> s.value"
        )
        keep_rows(self.organization, stage.model, f"{live}, {staged}", owned, pk)
        updated = self._run(
            f"UPDATE {live} SET {column} = s.value, last_modified = %s FROM {staged}"  # noqa: S608
            f" WHERE {owned}",
            moment,
            pk,
        )
        unowned = (
            f"l.organization_id = %s AND l.{column} <> %s AND l.digest <> '' AND NOT EXISTS"  # noqa: S608
            f" (SELECT 1 FROM {staged} WHERE s.owner = l.sourced_id)"
        )
        if clear:
            keep_rows(self.organization, stage.model, live, unowned, pk, blank)
        retired = clear and self._run(
            f"UPDATE {live} SET {column} = %s, last_modified = %s WHERE {unowned}",  # noqa: S608
            blank,
            moment,
            pk,
            blank,
        )
        return Counts(updated=updated, retired=int(retired))

    def _moment(self, stage: Stage) -> Any:
        field = stage.model._meta.get_field("last_modified")
        return field.get_db_prep_save(self.now, connection)

    def _constant(self, stage: Stage, field: Any) -> Any:
        if field.name == "organization":
            return self.organization.pk
        value = self.now if field.name == "last_modified" else field.get_default()
        return field.get_db_prep_save(value, connection)

    def _run(self, sql: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    def _count(self, sql: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.fetchone()[0])
