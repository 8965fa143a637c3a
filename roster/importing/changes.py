"""What an import changes, noted while it is stored, record by record.

One temporary table: the file, what became of the record, its id and key, and for updated ones the
fields that differ. What is written afterwards, kept as former, weighed for a hold and told as the
difference all goes by it, so that they can't disagree.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

from roster.database import bulk
from roster.database.parts import in_parts
from roster.importing import engine
from roster.importing.engine import MANY, column_of, quote
from roster.importing.staging import Stage
from roster.models import Enrollment, Klass, Organization, Status

TABLE = "import_changes"
CREATED, UPDATED, RETURNED, LEFT, GONE = "created", "updated", "returned", "left", "gone"
REMOVED = (LEFT, GONE)
"""Retired: the file says so, or no longer names it."""

SAME = "l.organization_id = %s AND l.sourced_id = s.sourced_id"


class Changes:
    """The changes of one import to one organization; `stage.name` says of which file they are."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.acts: dict[str, Counter[str]] = {}
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

    def note(self, stage: Stage) -> None:
        """Note the rows that a stage has and the database hasn't, and those that differ."""
        live, staged = names(stage)
        fields = " || ".join(_differs(stage, field) for field in ("metadata", *stage.fields))
        noted = self._note(
            stage,
            f"SELECT %s, CASE WHEN l.id IS NULL THEN '{CREATED}'"  # noqa: S608
            f" WHEN l.status = s.status THEN '{UPDATED}'"
            f" WHEN s.status = %s THEN '{LEFT}' ELSE '{RETURNED}' END, l.id, s.sourced_id,"
            f" CASE WHEN l.id IS NULL OR l.digest = s.digest THEN '' ELSE {fields} END"
            f" FROM {staged} LEFT JOIN {live} ON {SAME} WHERE s.sound = 1"
            " AND (l.id IS NULL OR l.digest <> s.digest OR l.status <> s.status)",
            Status.RETIRED.value,
            self.organization.pk,
        )
        if noted:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT c.act, count(*) FROM {TABLE} AS c WHERE c.file = %s GROUP BY c.act",  # noqa: S608
                    [stage.name],
                )
                self.acts.setdefault(stage.name, Counter()).update(dict(cursor.fetchall()))

    def note_gone(self, stage: Stage, unless: str) -> int:
        """Note the live rows of bundles that a bulk file no longer names."""
        live, staged = names(stage)
        known = stage.known
        gone = known.gone if known else None
        if gone is None:
            [gone] = bulk.numbers(
                f"SELECT l.id FROM {live} LEFT JOIN {staged} ON s.sourced_id = l.sourced_id"  # noqa: S608
                " WHERE l.organization_id = %s AND l.status = %s AND l.digest <> ''"
                " AND s.sourced_id IS NULL",
                [self.organization.pk, Status.ACTIVE.value],
                1,
            )
            gone = gone[known.rows.row_of(gone) == 0] if known else gone
        noted = 0
        for some in in_parts(gone.tolist(), engine.BATCH):
            chosen, values = bulk.among(some)
            noted += self._note(
                stage,
                f"SELECT %s, '{GONE}', l.id, l.sourced_id, '' FROM {live}"  # noqa: S608
                f" WHERE l.id {chosen}{unless}",
                *values,
            )
        if noted:
            self.acts.setdefault(stage.name, Counter())[GONE] += noted
        return noted

    def note_filled(self, stage: Stage, word: str, tables: str, where: str, *values: Any) -> int:
        """Note the rows of which a file of links fills or clears one field."""
        noted = self._note(
            stage,
            f"SELECT %s, '{UPDATED}', l.id, l.sourced_id, %s FROM {tables} WHERE {where}",  # noqa: S608
            f" {word}",
            *values,
        )
        if noted:
            self.acts.setdefault(stage.name, Counter())[UPDATED] += noted
        return noted

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
        return [*self.acts]

    def ids(self, file: str, *acts: str) -> list[str]:
        """Return the sourcedIds of a file's records of which one of these became."""
        if not self.count(file, *acts):
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT c.sourced_id FROM {TABLE} AS c WHERE c.file = %s"  # noqa: S608
                f" AND c.act IN ({', '.join(['%s'] * len(acts))}) ORDER BY 1",
                [file, *acts],
            )
            return [sourced_id for (sourced_id,) in cursor.fetchall()]

    def emptied_schools(self) -> list[tuple[str, int]]:
        """Return the schools whose last class enrollments are removed, and how many these are."""
        if not self.count("enrollments", *REMOVED):
            return []
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

    def count(self, file: str, *acts: str) -> int:
        """Return of how many of a file's records one of these became."""
        noted = self.acts.get(file, Counter())
        return sum(noted[act] for act in acts)

    def _note(self, stage: Stage, sql: str, *values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} {sql}", [stage.name, *values])
            noted = int(cursor.rowcount)
        if noted > MANY:
            engine.analyze([TABLE])
        return noted


def names(stage: Stage) -> tuple[str, str]:
    """Return a stage's model and table as SQL calls them: `l` and `s`."""
    return f"{quote(stage.model._meta.db_table)} AS l", f"{quote(stage.table)} AS s"


def updated(stage: Stage) -> str:
    """Return SQL for the rows that change, as they are (`l`) and as they were sent (`s`), of the
    file and the act that are given to it.
    """
    live, staged = names(stage)
    return (
        f"{TABLE} AS c JOIN {live} ON l.id = c.record"
        f" JOIN {staged} ON s.sourced_id = c.sourced_id AND s.sound = 1"
        " WHERE c.file = %s AND c.act = %s"
    )


def _differs(stage: Stage, field: str) -> str:
    column = column_of(stage.model, field)
    return f"CASE WHEN l.{column} IS NOT DISTINCT FROM s.{quote(field)} THEN '' ELSE ' {field}' END"
