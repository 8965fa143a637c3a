"""A full sync: all collections in pages of 1,000, one after the other or four at a time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from tests.benchmarks import recording
from tests.benchmarks.asking import Broken, Request, Wire
from tests.benchmarks.floors import Database, Handler
from tests.benchmarks.measuring import Measured
from tests.benchmarks.recording import Statement
from tests.benchmarks.scene import READING_ON, Scene

LIMIT = 1000
LOGGED = 2
"""Seconds after which the request log has written what came."""


@dataclass(frozen=True)
class Page:
    """One request of the sync, what its answer weighs, and the SQL behind it."""

    request: Request
    records: int
    size: int
    statements: list[Statement]


Doer = Callable[[Page], object]


def survey(scene: Scene, wire: Wire) -> list[Page]:
    """Read everything once and check it: every record exactly once, totals as published."""
    pages = []
    for collection, total in scene.totals.items():
        seen: set[str] = set()
        for offset in range(0, max(total, 1), LIMIT):
            request = scene.get(collection, READING_ON, limit=LIMIT, offset=offset)
            answer = wire.ask(request)
            found = answer.records()
            seen.update(record["sourcedId"] for record in found)
            statements = recording.of_documents(recording.statements(request))
            pages.append(Page(request, len(found), len(answer.body), statements))
            if answer.header("X-Total-Count") != str(total):
                raise Broken(f"{collection}: {total} were published, not what the answer says.")
        if len(seen) != total:
            raise Broken(f"{collection}: {len(seen)} different records came, not {total}.")
    return pages


def measure(scene: Scene, port: int, bare: int, times: int) -> list[Measured]:
    """Return the two rows: one after the other, four at a time."""
    with Wire(port) as wire:
        pages = survey(scene, wire)
    rows = []
    for title, workers in (("one after the other", 1), ("four at a time", 4)):
        row = Measured("sync", f"full sync, {len(pages)} pages of {LIMIT:,}, {title}")
        row.records = sum(page.records for page in pages)
        row.size = sum(page.size for page in pages)
        for _ in range(times):
            a_night_passes()
            row.seconds.append(by_vendors(pages, port, workers))
            with ExitStack() as stack:
                databases = [stack.enter_context(Database()) for _ in range(workers)]
                row.sql.append(spread(pages, [_replaying(each) for each in databases]))
            with ExitStack() as stack:
                handlers = [stack.enter_context(Handler(bare)) for _ in range(workers)]
                row.bare.append(spread(pages, [_returning(each) for each in handlers]))
        rows.append(row)
    return rows


def a_night_passes() -> None:
    """Have former syncs be over: while two go on, each page notes at once to which it belongs."""
    from django.db.models import F

    from connections.models import Run

    time.sleep(LOGGED)
    ago = timedelta(hours=1)
    Run.objects.update(began=F("began") - ago, last=F("last") - ago)


def by_vendors(pages: Sequence[Page], port: int, workers: int) -> float:
    """Have the pages read over so many fresh connections; return the seconds."""
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port)) for _ in range(workers)]
        return spread(pages, [_asking(wire) for wire in wires])


def spread(pages: Sequence[Page], doers: Sequence[Doer]) -> float:
    """Let each doer take the next page until none is left; return the seconds."""
    waiting: queue.SimpleQueue[Page] = queue.SimpleQueue()
    for page in pages:
        waiting.put(page)
    failed: list[Exception] = []

    def work(doer: Doer) -> None:
        try:
            while not failed:
                doer(waiting.get_nowait())
        except queue.Empty:
            pass
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[doer]) for doer in doers]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failed:
        raise failed[0]
    return seconds


def _asking(wire: Wire) -> Doer:
    def ask(page: Page) -> None:
        answer = wire.ask(page.request)
        if answer.status != 200 or len(answer.body) != page.size:
            raise Broken(f"{page.request.path}: another answer ({answer.status}) than at first.")

    return ask


def _replaying(database: Database) -> Doer:
    return lambda page: database.fetch(page.statements)


def _returning(handler: Handler) -> Doer:
    return lambda page: handler.fetch(page.size)
