"""Many rows at once: COPY on PostgreSQL, `executemany` on SQLite; rows by a list of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


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


def among(pks: Sequence[int]) -> tuple[str, list[Any]]:
    """Return SQL that follows a column and holds for these keys, and its parameters."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(pks)]
    # The numbers come out of our own tables, and SQLite bounds its parameters.
    return f"IN ({','.join(map(str, pks))})", []
