"""Vendors who go on asking while processes die, and how long each had to wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from types import TracebackType

from django.db import connections

from roster import reading
from roster.api.reader import Reader
from roster.models import Line, Publication
from tests.connections.conftest import Vendor

LIMIT = 60


class Watcher:
    """Does one thing over and over in a thread of its own while something is going on."""

    def __init__(self, turn: Callable[[], None]) -> None:
        self.turn = turn
        self.turns = 0
        self.longest = 0.0
        self.error: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join(60)
        assert not self._thread.is_alive(), "It waits still."
        if error is None and self.error is not None:
            raise self.error

    def _watch(self) -> None:
        try:
            while not self._over.wait(0.01):
                began = time.perf_counter()
                self.turn()
                self.longest = max(self.longest, time.perf_counter() - began)
                self.turns += 1
        except BaseException as error:
            self.error = error
        finally:
            connections.close_all()


class Passes:
    """Reads whole lines, page by page at the publication that stood when it began, and keeps
    what each pass saw; `longest` is the longest that a page took.
    """

    def __init__(self, *lines: Line, together: bool = True) -> None:
        self.together = together
        self.lines = [line.pk for line in lines]
        self.seen: dict[tuple[int, int], set[str]] = {}
        self.longest = 0.0

    def __call__(self) -> None:
        heads = dict(Line.objects.filter(pk__in=self.lines).values_list("pk", "head"))
        # One transaction shows them all; a withdrawal shows one after the other.
        assert len(set(heads.values())) == 1 or not self.together, heads
        for line, number in heads.items():
            self.seen.setdefault((line, number), set()).add(self.read(line, number))

    def read(self, line: int, number: int) -> str:
        """Return the digest of all documents of a publication, in their order, with stamps."""
        reader = Reader(0, 0, "1.2", line, number, 0, 0, frozenset())
        seen = blake2b()
        for collection in sorted(Publication.objects.get(line=line, number=number).counts):
            read, total = 0, 1
            while read < total:
                began = time.perf_counter()
                page = reading.page(reader, collection, None, read, LIMIT)
                self.longest = max(self.longest, time.perf_counter() - began)
                total = page.total
                assert len(page.documents) == min(LIMIT, total - read), (collection, read)
                read += LIMIT
                for document in page.documents:
                    seen.update(document.encode())
        return seen.hexdigest()

    def unmixed(self) -> None:
        """Assert that each pass saw just what the publication holds now that all is quiet."""
        reading.forget()
        for (line, number), digests in self.seen.items():
            assert digests == {self.read(line, number)}, (line, number)


class Vendors:
    """Takes a token, which is written down, and reads a page with it: two requests a turn."""

    def __init__(self, vendor: Vendor, path: str) -> None:
        self.vendor, self.path = vendor, path
        self.statuses: set[int] = set()

    def __call__(self) -> None:
        from django.test import Client as Browser

        headers = {"Authorization": f"Bearer {self.vendor.token()}"}
        self.statuses.add(Browser().get(self.path, headers=headers).status_code)
