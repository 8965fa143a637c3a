"""Locks that end with their holder, however that ends: one process at a time does a piece of work.

PostgreSQL's advisory lock, which belongs to the session; beside the embedded database a locked
file. So a row that says "running" while its lock is free is a dead worker's, and that is known at
once. Weighed against a lease in the row: it must be longer than the longest transaction, which
on SQLite keeps every renewal waiting, and makes the next one wait that long after each death.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

from django.db import DatabaseError, connection

LOOK = 0.2  # Seconds between two looks whether the holder has finished.

GONE = 2
"""Seconds after which PostgreSQL notices in a long statement that its client has died."""

# A machine that lost its power says nothing: its session ends when it hasn't answered for 30 s.
TAKE = (
    "SELECT pg_try_advisory_lock(%s),"
    f" set_config('client_connection_check_interval', '{GONE}s', false),"
    " set_config('tcp_keepalives_idle', '10', false),"
    " set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '4', false)"
)


@contextlib.contextmanager
def lock(name: str) -> Iterator[bool]:
    """Hold the lock of that name inside `with`, or say that another one does.

    On PostgreSQL a session may take a lock again that it holds already.
    """
    if connection.vendor != "postgresql":
        with _file_lock(name) as mine:
            yield mine
        return
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            # A connection that broke has let it go already.
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextlib.contextmanager
def alone(name: str, waiting: Callable[[], object]) -> Iterator[None]:
    """Hold the lock; while another one has it, call `waiting` again and again, which may raise."""
    while True:
        with lock(name) as free:
            if free:
                yield
                return
        waiting()
        time.sleep(LOOK)


def is_free(name: str) -> bool:
    with lock(name) as free:
        return free


@contextlib.contextmanager
def _file_lock(name: str) -> Iterator[bool]:
    folder = Path(f"{connection.settings_dict['NAME']}.locks")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
