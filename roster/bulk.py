"""Many rows at once: COPY on PostgreSQL, `executemany` on SQLite; rows by a list of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Model
from numpy.typing import NDArray


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of database-ready values (JSON as text) in one short transaction.

    `columns` are column names; every column without a value in the database's own default
    must be among them.
    """
    if not rows:
        return
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(map(quote, columns))
    with transaction.atomic(), connection.cursor() as cursor:
        if _is_postgresql():
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def reserve(model: type[Model], count: int) -> list[int]:
    """Return keys that no other row of the model gets, now or later."""
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if _is_postgresql():
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [key for (key,) in cursor.fetchall()]
        # AUTOINCREMENT never gives a number again, and counts in this table.
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if not cursor.rowcount:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count]
            )
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = int(cursor.fetchone()[0])
        return list(range(last - count + 1, last + 1))


def numbers(sql: str, parameters: Sequence[Any], columns: int) -> NDArray[np.int64]:
    """Return the rows of a query of so many whole numbers, none of them null, as columns.

    PostgreSQL sends them as one value: a row of Python's for each would take ten times the memory.
    """
    with connection.cursor() as cursor:
        if not _is_postgresql():
            cursor.execute(sql, parameters)
            return np.fromiter(_flat(cursor), np.int64).reshape(-1, columns).T
        names = [f"c{n}" for n in range(columns)]
        sent = " || ".join(f"int8send({name}::bigint)" for name in names)
        cursor.execute(
            f"SELECT string_agg({sent}, ''::bytea)"  # noqa: S608
            f" FROM ({sql}) AS each ({', '.join(names)})",
            parameters,
        )
        data = cursor.fetchone()[0] or b""
    return np.frombuffer(data, ">i8").astype(np.int64).reshape(-1, columns).T


def _flat(rows: Iterable[Sequence[int]]) -> Iterable[int]:
    for row in rows:
        yield from row


def among(pks: Sequence[int]) -> tuple[str, list[Any]]:
    """Return SQL that follows a column and holds for these keys, and its parameters."""
    # The numbers come out of our own tables. As text they take a tenth of a parameter's time, and
    # SQLite bounds its parameters.
    keys = ",".join(map(str, pks))
    return (f"= ANY('{{{keys}}}'::bigint[])" if _is_postgresql() else f"IN ({keys})"), []


def _is_postgresql() -> bool:
    return bool(connection.vendor == "postgresql")
