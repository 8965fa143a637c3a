"""Worlds that take long to make: made once in a process, then laid into the database again."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connection, transaction

from tests import emptying

Made = TypeVar("Made")

_known: dict[Hashable, tuple[bytes, dict[str, Any]]] = {}


def once(key: Hashable, make: Callable[[], Made]) -> Made:
    """Return what `make` returned when it was called with this key, and lay down its rows.

    Only an empty database can be given a world's rows: beside others it is made anew.
    """
    if emptying.filled():
        return make()
    if key not in _known:
        made = make()
        _known[key] = pickle.dumps(made), {table: _rows(table) for table in emptying.filled()}
        return made
    pickled, tables = _known[key]
    _lay(tables)
    again: Made = pickle.loads(pickled)  # noqa: S301 - pickled above.
    return again


def _rows(table: str) -> Any:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT BINARY)') as copy:
                return b"".join(copy)
        # An expression has no declared type by which Django would read it: values stay as stored.
        cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
        plain = ", ".join(f'+"{name}"' for (name,) in cursor.fetchall())
        return cursor.execute(f'SELECT {plain} FROM "{table}"').fetchall()


def _lay(tables: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Keys held when the rows were made; to check each takes longer than to copy it.
            cursor.execute("SET session_replication_role = replica")
        for table, rows in tables.items():
            if connection.vendor == "postgresql":
                with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT BINARY)') as copy:
                    copy.write(rows)
            else:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = origin")
