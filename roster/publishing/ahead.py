"""Works ahead: a batch is written by a thread while the next one is being made.

Rendering is Python's work and writing mostly the database's, so that two cores do both at once.
Only where there is a second connection to write by: not within a transaction, and not on SQLite,
which has one writer and no server.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from typing import TypeVar

from django.db import connection, connections

Batch = TypeVar("Batch")
Result = TypeVar("Result")

AHEAD = 1
"""Batches that may wait while one is written."""


def ahead(
    batches: Iterable[Batch], write: Callable[[Batch], Result]
) -> Iterator[tuple[Batch, Result]]:
    """Yield each batch with what writing it returns, in order."""
    waiting = iter(batches)
    first = list(islice(waiting, 2))
    alone = len(first) < 2 or connection.in_atomic_block or connection.vendor != "postgresql"
    every = chain(first, waiting)
    yield from ((each, write(each)) for each in every) if alone else _by_a_thread(every, write)


def _by_a_thread(
    batches: Iterable[Batch], write: Callable[[Batch], Result]
) -> Iterator[tuple[Batch, Result]]:
    with ThreadPoolExecutor(1, "writing") as writer:
        waiting: deque[tuple[Batch, Future[Result]]] = deque()
        try:
            for batch in batches:
                waiting.append((batch, writer.submit(write, batch)))
                if len(waiting) > AHEAD:
                    done, written = waiting.popleft()
                    yield done, written.result()
            for done, written in waiting:
                yield done, written.result()
        finally:
            writer.submit(connections.close_all)
