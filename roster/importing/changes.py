"""What an import changes, noted while it is stored, record by record.

One temporary table: the file, what became of the record, its id and key, and for updated ones the
fields that differ. What is written afterwards, kept as former, weighed for a hold and told as the
difference all goes by it, so that they can't disagree.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from roster import bulk
from roster.importing import engine
from roster.importing.engine import MANY, column_of, quote
from roster.importing.staging import Stage
from roster.models import Enrollment, Klass, Organization, Status
from roster.parts import in_parts

TABLE = "import_changes"
CREATED, UPDATED, RETURNED, LEFT, GONE = "created", "updated", "returned", "left", "gone"
REMOVED = (LEFT, GONE)
"""Retired: the file says so, or no longer names it."""

SAME = "l.organization_id = %s AND l.sourced_id = s.sourced_id"


class Changes:
    """The changes of one import to one organization; `stage.name` says of which file they are."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self._create()

    def _create(self) -> None:
        self.drop()
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {TABLE} (file text, act text, record bigint,"
                " sourced_id text, fields text)"
            )

    def drop(self) -> None:
        engine.drop([TABLE])

    def note_rewritten(self, stage: Stage) -> int:
        """Note the stored rows that a stage says something else about."""
        live, staged = names(stage)
        fields = " || ".join(_differs(stage, field) for field in ("metadata", *stage.fields))
        return self._note(
            f"SELECT %s, CASE WHEN l.status = s.status THEN '{UPDATED}'"  # noqa: S608
            f" WHEN s.status = %s THEN '{LEFT}' ELSE '{RETURNED}' END,"
            f" l.id, l.sourced_id, CASE WHEN l.digest = s.digest THEN '' ELSE {fields} END"
            # In this order: else SQLite looks each stored row up among the staged ones.
            f" FROM {staged} CROSS JOIN {live} WHERE {SAME}"
            " AND s.sound = 1 AND (l.digest <> s.digest OR l.status <> s.status)",
            stage.name,
            Status.RETIRED.value,
            self.organization.pk,
        )

    def note_created(self, stage: Stage) -> int:
        live, staged = names(stage)
        return self._note(
            f"SELECT %s, '{CREATED}', NULL, s.sourced_id, '' FROM {staged}"  # noqa: S608
            f" WHERE s.sound = 1 AND NOT EXISTS (SELECT 1 FROM {live} WHERE {SAME})",
            stage.name,
            self.organization.pk,
        )

    def note_gone(self, stage: Stage, unless: str) -> int:
        """Note the live rows of bundles that a bulk file no longer names."""
        live, _ = names(stage)
        known = stage.known
        gone = known.gone if known else None
        if gone is None:
            [gone] = bulk.numbers(
                f"SELECT l.id FROM {live} WHERE l.organization_id = %s AND l.status = %s"  # noqa: S608
                f" AND l.digest <> '' AND {stage.lacks('l.sourced_id')}{unless}",
                [self.organization.pk, Status.ACTIVE.value],
                1,
            )
            gone = gone[known.rows.row_of(gone) == 0] if known else gone
        for some in in_parts(gone.tolist(), engine.BATCH):
            chosen, values = bulk.among(some)
            self._note(
                f"SELECT %s, '{GONE}', l.id, l.sourced_id, '' FROM {live} WHERE l.id {chosen}",  # noqa: S608
                stage.name,
                *values,
            )
        return len(gone)

    def note_filled(self, stage: Stage, word: str, tables: str, where: str, *values: Any) -> int:
        """Note the rows of which a file of links fills or clears one field."""
        return self._note(
            f"SELECT %s, '{UPDATED}', l.id, l.sourced_id, %s FROM {tables} WHERE {where}",  # noqa: S608
            stage.name,
            f" {word}",
            *values,
        )

    def rows(self, stage: Stage, *acts: str, fields: str = "") -> tuple[str, list[Any]]:
        """Return SQL for the keys of a stage's changed rows, of some acts, and its parameters."""
        sql = f"SELECT c.record FROM {TABLE} AS c WHERE c.file = %s"  # noqa: S608
        values: list[Any] = [stage.name]
        if acts:
            sql += f" AND c.act IN ({', '.join(['%s'] * len(acts))})"
            values += acts
        if fields:
            sql, values = f"{sql} AND c.fields = %s", [*values, f" {fields}"]
        return f"({sql})", values

    def created(self, stage: Stage) -> tuple[str, list[Any]]:
        """Return SQL for the ids of a stage's new rows, and its parameters."""
        sql = f"SELECT c.sourced_id FROM {TABLE} AS c WHERE c.file = %s AND c.act = %s"  # noqa: S608
        return f"({sql})", [stage.name, CREATED]

    def files(self) -> list[str]:
        """Return the names of the stages with changes."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT c.file FROM {TABLE} AS c")  # noqa: S608
            return [file for (file,) in cursor.fetchall()]

    def ids(self, file: str, *acts: str) -> list[str]:
        """Return the sourcedIds of a file's records of which one of these became."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT c.sourced_id FROM {TABLE} AS c WHERE c.file = %s"  # noqa: S608
                f" AND c.act IN ({', '.join(['%s'] * len(acts))}) ORDER BY 1",
                [file, *acts],
            )
            return [sourced_id for (sourced_id,) in cursor.fetchall()]

    def emptied_schools(self) -> list[tuple[str, int]]:
        """Return the schools whose last class enrollments are removed, and how many these are."""
        enrollments, classes = (quote(m._meta.db_table) for m in (Enrollment, Klass))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT k.school, count(*) FROM {TABLE} AS c"  # noqa: S608
                f" JOIN {enrollments} AS e ON e.id = c.record JOIN {classes} AS k"
                " ON k.organization_id = e.organization_id AND k.sourced_id = e.klass"
                f" WHERE c.file = 'enrollments' AND c.act IN ('{LEFT}', '{GONE}')"
                # By class, of which there are few: else SQLite looks through all enrollments.
                " GROUP BY k.school HAVING k.school NOT IN (SELECT at.school FROM"
                f" {classes} AS at WHERE at.organization_id = %s AND EXISTS (SELECT 1 FROM"
                f" {enrollments} AS kept WHERE kept.organization_id = at.organization_id"
                " AND kept.klass = at.sourced_id AND kept.status = %s))",
                [self.organization.pk, Status.ACTIVE.value],
            )
            return [(str(school), int(removed)) for school, removed in cursor.fetchall()]

    def count(self, stage: Stage, *acts: str) -> int:
        sql, values = self.rows(stage, *acts)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {sql} AS changed", values)  # noqa: S608
            return int(cursor.fetchone()[0])

    def _note(self, sql: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} {sql}", values)
            noted = int(cursor.rowcount)
        if noted > MANY:
            engine.analyze([TABLE])
        return noted


def names(stage: Stage) -> tuple[str, str]:
    """Return a stage's model and table as SQL calls them: `l` and `s`."""
    return f"{quote(stage.model._meta.db_table)} AS l", f"{quote(stage.table)} AS s"


def _differs(stage: Stage, field: str) -> str:
    column = column_of(stage.model, field)
    return f"CASE WHEN l.{column} IS NOT DISTINCT FROM s.{quote(field)} THEN '' ELSE ' {field}' END"
