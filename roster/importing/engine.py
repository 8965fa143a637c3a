"""The little in which PostgreSQL and SQLite differ for an import: bulk writing, lists, locks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Field, Model

from roster.database import bulk
from roster.models import Organization

BATCH = 2_000
ROOM = {"temp_store": "FILE", "cache_size": "-8192"}
"""Where SQLite keeps what an import stages, and how much of the database it has at hand (KiB)."""
MANY = 1_000
"""Rows of a table from which on it is worth while to tell the planner of them."""


@cache
def quote(name: str) -> str:
    return connection.ops.quote_name(name)


@cache
def column_of(model: type[Model], field: str) -> str:
    """Return the name of a field's column, quoted for SQL."""
    return quote(str(cast("Field[Any, Any]", model._meta.get_field(field)).column))


def prepared(model: type[Model], moment: datetime) -> Any:
    """Return a moment as it is compared with a model's `last_modified` in SQL."""
    field = cast("Field[Any, Any]", model._meta.get_field("last_modified"))
    return field.get_db_prep_save(moment, connection)


def write(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Append rows to a table: by COPY in PostgreSQL, else by one prepared statement."""
    names = ", ".join(map(quote, columns))
    if connection.vendor == "postgresql":
        copying.begin(f"COPY {quote(table)} ({names}) FROM STDIN", bulk.copied(rows))
        return
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(columns))
        # One transaction for the batch. It touches temporary tables only, so it is begun by hand:
        # Django's would take SQLite's one write lock, and keep everybody else from writing.
        with _batch(cursor):
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)  # noqa: S608


class Copying(threading.local):
    """Sends rows to PostgreSQL: inside `in_background` by a thread, so that others
    are read meanwhile.

    Every other statement waits there until they are in. One for each thread, as connections are.
    """

    worker: ThreadPoolExecutor | None = None
    sent: Future[None] | None = None

    @contextlib.contextmanager
    def in_background(self) -> Iterator[None]:
        with ThreadPoolExecutor(1) as worker, connection.execute_wrapper(self._after):
            self.worker = worker
            try:
                yield
                self.wait()
            finally:
                self.worker = self.sent = None

    def begin(self, sql: str, text: str) -> None:
        self.wait()
        connection.ensure_connection()
        if self.worker:
            self.sent = self.worker.submit(_copy, connection.connection, sql, text)
            return
        with connection.wrap_database_errors:
            _copy(connection.connection, sql, text)

    def wait(self) -> None:
        """Wait until what was sent is in; raises what was wrong with it."""
        sent, self.sent = self.sent, None
        if sent:
            with connection.wrap_database_errors:
                sent.result()

    def _after(self, execute: Any, *statement: Any) -> Any:
        self.wait()
        return execute(*statement)


copying = Copying()


def _copy(raw: Any, sql: str, text: str) -> None:
    with raw.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write(text)


@contextlib.contextmanager
def _batch(cursor: Any) -> Iterator[None]:
    """Hold a transaction of our own, unless there is one already."""
    if connection.in_atomic_block:
        yield
        return
    cursor.execute("BEGIN")
    try:
        yield
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    cursor.execute("COMMIT")


@contextlib.contextmanager
def on_disk() -> Iterator[None]:
    """Keep SQLite's temporary tables on disk for a while: a district's rows are large.

    Changing it drops the temporary tables there are, and can't be done within a transaction.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        kept = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ROOM}
        for name, value in ROOM.items():
            cursor.execute(f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for name, value in kept.items():
                cursor.execute(f"PRAGMA {name} = {int(value)}")


def elements(column: str) -> str:
    """Return the SQL that joins a row with the elements of its JSON list, as `e.value`."""
    function = "jsonb_array_elements_text" if connection.vendor == "postgresql" else "json_each"
    return f"{function}({column}) AS e{'(value)' if connection.vendor == 'postgresql' else ''}"


def analyze(tables: Iterable[str]) -> None:
    """Let PostgreSQL's planner know what was just written; nobody else would within a transaction.

    SQLite's goes by its unique indexes and needs no statistics here. It looks at a tenth of the
    rows that it usually would, which is enough to know small tables from large ones.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET default_statistics_target = 10")
        for table in tables:
            cursor.execute(f"ANALYZE {quote(table)}")
        cursor.execute("RESET default_statistics_target")


def drop(tables: Sequence[str]) -> None:
    """Drop those of the temporary tables that there are; PostgreSQL takes them all at once."""
    if not tables:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(f"pg_temp.{quote(table)}" for table in tables)
            cursor.execute(f"DROP TABLE IF EXISTS {names}")
            return
        cursor.execute("SELECT name FROM sqlite_temp_master WHERE type = 'table'")
        for name in {name for (name,) in cursor.fetchall()}.intersection(tables):
            cursor.execute(f"DROP TABLE temp.{quote(name)}")


def lock(organization: Organization) -> Organization:
    """Return the organization's row, held until the transaction ends: one import at a time.

    Without a change of the key, so that rows which merely point at it can still be written. In
    SQLite the transaction itself is the lock.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A lock is held by a transaction.")
    return Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
