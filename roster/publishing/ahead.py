"""Works ahead: what was made is written by a thread while more of it is being made.

Making is Python's work and writing mostly the database's, so that two cores do both at once. Only
where there is a second connection to write by: not within a transaction, and not on SQLite, which
has one writer and no server.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

from django.db import connection, connections

Batch = TypeVar("Batch")
Result = TypeVar("Result")

AHEAD = 1
"""Batches that may wait while one is written, where what writing returns is asked for."""

WAITING = 8
"""Where it isn't."""


class Writer:
    """A thread that writes, in order; all is written when the block is left without an error.

    `is_alone` where there is none, and whatever is to be written is written at once.
    """

    def __enter__(self) -> Self:
        self.is_alone = connection.in_atomic_block or connection.vendor != "postgresql"
        self._thread = ThreadPoolExecutor(1, "writing")
        self._waiting: deque[Future[Any]] = deque()
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        try:
            while self._waiting and not error:
                self._waiting.popleft().result()
        finally:
            for each in self._waiting:
                each.cancel()
            if not self.is_alone:
                self._thread.submit(connections.close_all)
            self._thread.shutdown()

    def give(self, write: Callable[[], Any]) -> None:
        """Have something written later. What goes wrong with it is raised later too."""
        self._waiting.append(self._thread.submit(write))
        if len(self._waiting) > WAITING:
            self._waiting.popleft().result()

    def ahead(
        self, batches: Iterable[Batch], write: Callable[[Batch], Result]
    ) -> Iterator[tuple[Batch, Result]]:
        """Yield each batch with what writing it returns, in order."""
        if self.is_alone:
            yield from ((each, write(each)) for each in batches)
            return
        waiting: deque[tuple[Batch, Future[Result]]] = deque()
        for batch in batches:
            waiting.append((batch, self._thread.submit(write, batch)))
            if len(waiting) > AHEAD:
                done, written = waiting.popleft()
                yield done, written.result()
        for done, written in waiting:
            yield done, written.result()
