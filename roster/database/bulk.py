"""Many rows at once: COPY on PostgreSQL, `executemany` on SQLite; many numbers at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from types import NoneType
from typing import Any, Self, TypeVar

import numpy as np
import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Model
from numpy.typing import NDArray

from roster.database import prepared

PIECE = 1 << 20
NULL = r"\N"
ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
"""What COPY reads instead of signs that would end a cell or a row."""
_ESCAPED = str.maketrans(ESCAPES)

Whole = TypeVar("Whole", np.int64, np.uint64)
Part = TypeVar("Part")


def distinct(values: NDArray[Whole]) -> NDArray[Whole]:
    """Return each value once, in order.

    By sorting: `np.unique`, which hashes whole numbers, takes some fifty times as long.
    """
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]


@contextmanager
def unhurried() -> Iterator[None]:
    """Do what is within in a transaction that doesn't wait for the disk.

    For what may be lost with the server, as progress, or isn't used before a later transaction
    names it: when that one is on the disk, so is this. Part of another one, it waits as that does.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            never_wait()
        yield


def never_wait() -> None:
    """Have the transaction of now not wait for the disk: a crash may take what it has done."""
    if _is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


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
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if _is_postgresql():
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
            ):
                copy.write(copied(rows))
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def copied(rows: Sequence[Sequence[Any]]) -> str:
    """Return some rows as PostgreSQL's COPY reads them.

    Column by column, in two thirds of the time that its driver takes for one cell after the other.
    """
    columns = map(_cells, zip(*rows, strict=True))
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _cells(column: Sequence[Any]) -> Sequence[str]:
    kinds = {*map(type, column)}
    if kinds == {str}:
        whole = "".join(column)
        if not any(sign in whole for sign in ESCAPES):
            return column
    elif kinds <= {str, bool, datetime, NoneType}:
        cells = {each: _cell(each) for each in {*column}}
        return [cells[each] for each in column]
    return [*map(_cell, column)]


def _cell(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bytes | memoryview):
        return rf"\\x{value.hex()}"
    return str(value).translate(_ESCAPED)


def set_bytes(row: Model, column: str, pieces: Sequence[bytes | memoryview]) -> None:
    """Write a long value, given in pieces, into a column of a stored row.

    Piece by piece: as one value each driver would have it in memory once more, or several times,
    and PostgreSQL's never gives back what the longest took.
    """
    name = connection.ops.quote_name
    statement = f"UPDATE {name(row._meta.db_table)} SET {name(column)} = {{}} WHERE id = %s"  # noqa: S608
    if not _is_postgresql():
        size = sum(map(len, pieces))
        with connection.cursor() as cursor:
            cursor.execute(statement.format("zeroblob(%s)"), [size, row.pk])
            with connection.connection.blobopen(row._meta.db_table, column, row.pk) as blob:
                for piece in pieces:
                    blob.write(piece)
        return
    whole = "(SELECT string_agg(piece, ''::bytea ORDER BY place) FROM pieces)"
    with (
        transaction.atomic(savepoint=False),
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as plain,  # Django's writes bytes out as text.
    ):
        plain.execute("CREATE TEMPORARY TABLE pieces (place integer, piece bytea) ON COMMIT DROP")
        for place, piece in enumerate(_cut(pieces)):
            plain.execute("INSERT INTO pieces VALUES (%s, %b)", [place, piece])
        plain.execute(statement.format(whole), [row.pk])
        plain.execute("DROP TABLE pieces")


def _cut(pieces: Sequence[bytes | memoryview]) -> Iterator[bytes]:
    """Yield a value, given in pieces, in some that are neither small nor long."""
    waiting = bytearray()
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            waiting += piece[start : start + PIECE]
            if len(waiting) >= PIECE:
                yield bytes(waiting)
                waiting.clear()
    yield bytes(waiting)


def get_bytes(row: Model, column: str) -> bytes | None:
    """Return a long value of a stored row, None where the row is gone.

    PostgreSQL's piece by piece, as its driver never gives back the memory that its longest answer
    took, and by a cursor that doesn't read bytes as text; SQLite reads all of it for each piece.
    """
    name = connection.ops.quote_name
    table, column = name(row._meta.db_table), name(column)
    if not _is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [row.pk])  # noqa: S608
            found = cursor.fetchone()
        return bytes(found[0]) if found else None
    sql = f"SELECT substr({column}, %s, {PIECE}) FROM {table} WHERE id = %s"  # noqa: S608
    whole = bytearray()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as plain:
        while len(whole) % PIECE == 0:
            found = plain.execute(sql, [len(whole) + 1, row.pk], binary=True).fetchone()
            if found is None:
                return None
            whole += found[0]
            if not found[0]:
                break
    return bytes(whole)


def reserve(model: type[Model], count: int) -> list[int]:
    """Return keys that no other row of the model gets, now or later."""
    table = model._meta.db_table
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        if _is_postgresql():
            # Materialized, else the sequence is looked up for each number, which takes ten times.
            cursor.execute(
                "WITH known AS MATERIALIZED"
                " (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence)"
                " SELECT nextval(sequence) FROM known, generate_series(1, %s)",
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


class Binary(psycopg.Cursor[Any]):
    """A cursor that is sent bytes as they are: as text they are twice as long.

    Parameters are written into the statement, as Django's cursor does it, and none is remembered.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        whole = psycopg.ClientCursor(self.connection).mogrify(query, params)
        return super().execute(whole, binary=True, prepare=False, **options)


def numbers(sql: str, parameters: Sequence[Any], columns: int) -> NDArray[np.int64]:
    """Return the rows of a query of so many whole numbers, none of them null, as columns."""
    return columns_of(sql, parameters, columns)[0]


def columns_of(
    sql: str, parameters: Sequence[Any], numbers: int, texts: int = 0
) -> tuple[NDArray[np.int64], list[list[bytes]]]:
    """Return a query's rows as columns: first its whole numbers, then the UTF-8 of its texts.

    Nothing may be null, and no text hold a NUL. PostgreSQL sends each column as one value: a row
    of Python's for each would take ten times the memory.
    """
    names = [f"c{n}" for n in range(numbers + texts)]
    rows = f"WITH each ({', '.join(names)}) AS ({sql})"
    with prepared.cursor(Binary) as cursor:
        if not _is_postgresql():
            cells = [*names[:numbers], *(f"CAST({name} AS blob)" for name in names[numbers:])]
            cursor.execute(f"{rows} SELECT {', '.join(cells)} FROM each", parameters)  # noqa: S608
            if not texts:  # Of these there are many, and a row is gone when the next is fetched.
                flat = np.fromiter(chain.from_iterable(cursor), np.int64)
                return flat.reshape(-1, numbers).T, []
            found = [*zip(*cursor.fetchall(), strict=True)] or [()] * len(names)
            flat = np.array(found[:numbers], np.int64).reshape(numbers, -1)
            return flat, [[*each] for each in found[numbers:]]
        sent = (f"string_agg(int8send({name}::bigint), ''::bytea)" for name in names[:numbers])
        joined = (f"string_agg(textsend({name}::text), '\\x00'::bytea)" for name in names[numbers:])
        cursor.execute(f"{rows} SELECT {', '.join([*sent, *joined])} FROM each", parameters)  # noqa: S608
        sums = cursor.fetchone()
    flat = np.array([np.frombuffer(each or b"", ">i8") for each in sums[:numbers]], np.int64)
    return flat, [each.split(b"\0") if each is not None else [] for each in sums[numbers:]]


def ahead(parts: Iterator[Part]) -> Iterator[Part]:
    """Yield what is asked of the database part by part, the next of them while one is used.

    A thread asks for it by this thread's connection, which nobody else may use meanwhile.
    """
    mine = connections[DEFAULT_DB_ALIAS]
    share = partial(connections.__setitem__, DEFAULT_DB_ALIAS, mine)
    mine.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1, "asking", share) as thread:
            asked = thread.submit(next, parts, None)
            while (part := asked.result()) is not None:
                asked = thread.submit(next, parts, None)
                yield part
    finally:
        mine.dec_thread_sharing()


def ordinal(column: str) -> str:
    """Return SQL for the number that Python gives the date in a column."""
    if _is_postgresql():
        return f"({column} - DATE '0001-01-01' + 1)"
    return f"CAST(julianday({column}) - 1721424.5 AS integer)"


def milliseconds(column: str) -> str:
    """Return SQL for the milliseconds since 1970 of the moment in a column."""
    if _is_postgresql():
        return f"floor(extract(epoch FROM {column}) * 1000)"
    # Moments are kept as text; one of a whole second has no fraction.
    fraction = f"CAST(substr({column} || '.000', 21, 3) AS integer)"
    return f"(CAST(strftime('%%s', {column}) AS integer) * 1000 + {fraction})"


def among(pks: Sequence[int]) -> tuple[str, list[Any]]:
    """Return SQL that follows a column and holds for these keys, and its parameters."""
    # The numbers come out of our own tables. As text they take a tenth of a parameter's time, and
    # SQLite bounds its parameters.
    keys = ",".join(map(str, pks))
    return (f"= ANY('{{{keys}}}'::bigint[])" if _is_postgresql() else f"IN ({keys})"), []


def _is_postgresql() -> bool:
    return bool(connection.vendor == "postgresql")
