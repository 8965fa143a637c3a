"""Fair shares: how many records of a process one connection, and all, may have in hand at once.

A page of 50,000 records takes a process a third of a second and a hundred megabytes. Whoever asks
for forty of them at a time gets one after the other, and 429 for the rest; pages of usual size
never meet these bounds. They are counted in each process by itself, without asking anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rest_framework.exceptions import Throttled

from roster.api.parameters import MOST_LIMIT

AT_ONCE = MOST_LIMIT
"""Records; one page is always given, however large."""

IN_ALL = MOST_LIMIT * 3 // 2
"""Records of all connections: what a process has memory for."""

LARGE = 10_000
"""Records of a page that waits for others' large ones."""

WAIT = 2
"""Seconds after which a process will have finished the page that it is at."""

_taken: dict[int, int] = {}
_lock = Lock()


@contextmanager
def share(connection: int, records: int) -> Iterator[None]:
    """Take so many records' share inside `with`; `Throttled` where it would be too much."""
    with _lock:
        before = _taken.get(connection, 0)
        mine = before and before + records > AT_ONCE
        if mine or (records > LARGE and sum(_taken.values()) + records > IN_ALL):
            raise Throttled(WAIT)
        _taken[connection] = before + records
    try:
        yield
    finally:
        with _lock:
            _taken[connection] -= records
            if not _taken[connection]:
                del _taken[connection]
