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
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def reserve(model: type[Model], count: int) -> list[int]:
    """Return keys that no other row of the model gets, now or later."""
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
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

    PostgreSQL sends them as they are; a million takes a third of a second.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(sql, parameters)
            rows = np.fromiter(_flat(cursor), np.int64)
            return rows.reshape(-1, columns).T
        row = np.dtype([("fields", ">i2"), *((f"{n}", ">i4,>i8") for n in range(columns))])
        with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT binary)", parameters) as copy:
            data = b"".join(copy)
    rows = np.frombuffer(
        data, row, offset=HEADER, count=(len(data) - HEADER - TRAILER) // row.itemsize
    )
    return np.array([rows[f"{n}"]["f1"] for n in range(columns)], np.int64)


HEADER, TRAILER = 19, 2
"""Bytes before and after the rows in PostgreSQL's binary format of COPY."""


def _flat(rows: Iterable[Sequence[int]]) -> Iterable[int]:
    for row in rows:
        yield from row


def among(pks: Sequence[int]) -> tuple[str, list[Any]]:
    """Return SQL that follows a column and holds for these keys, and its parameters."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(pks)]
    # The numbers come out of our own tables, and SQLite bounds its parameters.
    return f"IN ({','.join(map(str, pks))})", []
