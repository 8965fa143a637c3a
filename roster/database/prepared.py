"""Statements of every request: planned once per database connection, and asked without a knock.

PostgreSQL plans the look at a token anew in a millisecond and runs it in a third of one. SQLite's
driver keeps its plans by itself. Behind a pooler this needs one that keeps a session together, as
the locks that end with their holder do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.utils import CursorWrapper
from psycopg.types.string import ByteaBinaryLoader

T = TypeVar("T")


class Planned(psycopg.Cursor[Any]):
    """A cursor whose statements keep their plan, with their values beside them."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, prepare=True, **options)


class Unread(Planned):
    """One that gives texts as the bytes in which they come, for whoever sends them on."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.format = psycopg.pq.Format.BINARY
        self.adapters.register_loader("text", ByteaBinaryLoader)


def cursor(kind: type[psycopg.Cursor[Any]] = Planned) -> CursorWrapper:
    """Return Django's cursor; on PostgreSQL of a kind, which else keeps the plans of statements."""
    # Django's `connection` looks for this one whenever it is named.
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    link = connection.connection
    # Django forbids it for poolers. Nothing else is planned ahead, however often it is asked.
    link.prepare_threshold = sys.maxsize
    planned: Any = kind(link)
    if connection.queries_logged:
        return connection.make_debug_cursor(planned)
    return connection.make_cursor(planned)


def rows(statement: str, values: Sequence[Any]) -> list[Any]:
    """Return what a statement gives."""
    with cursor() as found:
        found.execute(statement, values)
        return found.fetchall()


def value(statement: str, values: Sequence[Any]) -> Any:
    """Return the one value that a statement gives; None where it gives no row."""
    found = rows(statement, values)
    return found[0][0] if found else None


def first(read: Callable[[], T]) -> T:
    """Return what the first statement of a request reads, on another connection if need be.

    It shows by itself whether the database is there still, so nothing is asked before it.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return read()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        return read()
