"""The floors: what the same bytes cost without the product.

`Database` runs the recorded SQL over a plain psycopg or sqlite3 cursor; `Handler` asks a bare
application server (`bare.py`) for as many bytes. Their sum is what a server that fetches and
returns documents can't go below, on this machine in this minute.
"""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import psycopg
from django.db import connection

from portal import embedded
from portal.env import BASE
from tests import engines
from tests.benchmarks.asking import Request, Wire
from tests.benchmarks.recording import Statement


class Cursor(Protocol):
    """What the cursors of psycopg and sqlite3 have in common."""

    def execute(self, query: Any, params: Any = ..., /) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Database:
    """One plain connection to the product's database."""

    def __init__(self) -> None:
        self.is_postgresql = connection.vendor == "postgresql"
        self.connection = connected_to_postgresql() if self.is_postgresql else connected_to_sqlite()
        self.cursor: Cursor = self.connection.cursor()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        if not self.is_postgresql:
            sql = sql.replace("%s", "?").replace("%%", "%")
        self.cursor.execute(sql, values)
        return self.cursor.fetchall()

    def execute(self, sql: str) -> None:
        self.cursor.execute(sql)

    def fetch(self, statements: Sequence[Statement]) -> float:
        """Run the statements and fetch all of their rows; return the seconds."""
        began = time.perf_counter()
        for statement in statements:
            self.rows(statement.sql, statement.values)
        return time.perf_counter() - began

    def settle(self) -> None:
        """Do now what autovacuum does within minutes, so that it doesn't come in between."""
        if self.is_postgresql:
            self.execute("VACUUM (ANALYZE)")


def connected_to_postgresql() -> psycopg.Connection[Any]:
    given = connection.settings_dict
    options = {name: value for name, value in given["OPTIONS"].items() if name != "pool"}
    return psycopg.connect(
        dbname=given["NAME"], user=given["USER"], password=given["PASSWORD"],
        host=given["HOST"], port=given["PORT"], autocommit=True, **options,
    )  # fmt: skip


def connected_to_sqlite() -> sqlite3.Connection:
    found = sqlite3.connect(
        connection.settings_dict["NAME"], timeout=20, isolation_level=None, check_same_thread=False
    )
    found.executescript(embedded.PRAGMAS)
    return found


class Handler(Wire):
    """A connection to the bare application server."""

    def fetch(self, size: int) -> float:
        """Have it return so many bytes; return the seconds."""
        return self.ask(Request(f"/{size}")).seconds


@contextlib.contextmanager
def bare_server() -> Iterator[int]:
    """Run the bare application server; yields its port."""
    port = engines.free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bare", str(port)],
        cwd=BASE, stdin=subprocess.DEVNULL, preexec_fn=engines.bound_to_us(),
    )  # fmt: skip
    try:
        engines.wait_for(port, server, "The bare application server")
        yield port
    finally:
        server.terminate()
        server.wait(30)
