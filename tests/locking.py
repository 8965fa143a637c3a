"""Locks that another process has, as far as the one under test can tell."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from django.db import connection

from roster.database import locks


@contextlib.contextmanager
def held_by_another(name: str) -> Iterator[None]:
    """Have a lock held by a session of its own inside `with`."""
    taken, free = threading.Event(), threading.Event()

    def hold() -> None:
        with locks.lock(name):
            taken.set()
            free.wait(60)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(60)
    try:
        yield
    finally:
        free.set()
        thread.join()
