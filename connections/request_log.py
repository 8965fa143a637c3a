"""Who read what: one row for every request of a vendor, written behind its back.

An answer must neither wait for the log nor fail with it. So rows go to a bounded queue, and a
thread writes them in batches; a full queue drops its oldest rows and counts them. The thread
is started by the process that answers, at its first row, and what is queued when that process
ends is written then. What was weighed: a row per request inside the request (a commit each,
on SQLite a write lock), a log file (the district can't read it).
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.util import Finalize
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from connections import masking, tallies
from connections.models import Connection
from connections.models import Request as Row
from connections.progress import later
from connections.runs import heard_of
from roster.api.tracing import PREFIX, Trace, trace_of
from roster.clock import clock
from roster.database import bulk

log = logging.getLogger(__name__)

CAPACITY = 20_000
BATCH = 200
EVERY = 1.0
"""Rows that wait at most; rows that are written at once; seconds between two writings."""

LONGEST_QUERY, LONGEST_REASON = 2000, 400
"""Characters of them that are kept: an address may have 60,000, in every request."""

COLUMNS = (
    "connection_id",
    "at",
    "method",
    "endpoint",
    "query",
    "status",
    "records",
    "size",
    "milliseconds",
    "reason",
)

SEEN = 400
"""Below this status an answer counts as a reading by the vendor (`last_seen`)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request, as it will stand in the log; `run` is what it is part of."""

    connection: int
    at: datetime
    method: str
    endpoint: str
    query: str
    status: int
    records: int | None
    size: int
    milliseconds: float
    reason: str
    run: int | None = None

    def row(self) -> tuple[Any, ...]:
        """Return the values of `COLUMNS`."""
        return (
            self.connection,
            database.ops.adapt_datetimefield_value(self.at),
            self.method[:8],
            _storable(self.endpoint)[:120],
            self.query[:LONGEST_QUERY],
            self.status,
            self.records,
            self.size,
            self.milliseconds,
            _storable(self.reason)[:LONGEST_REASON],
        )


def _storable(text: str) -> str:
    """Return a text without what PostgreSQL can't keep; vendors may ask for anything."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class RequestLog:
    """Middleware: logs each answer to a request that is traced (`roster/api/tracing.py`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        at, began = clock(), time.perf_counter()
        response = self.get_response(request)
        traced = trace_of(request)
        if traced is None:
            return response

        def note(size: int) -> None:
            milliseconds = (time.perf_counter() - began) * 1000
            try:
                queue.put(_entry(request, response, traced, at, milliseconds, size))
            except Exception:
                log.exception("A request could not be logged.")

        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _counted(response.streaming_content, note)  # type: ignore[arg-type]
        else:
            note(len(response.content))  # type: ignore[attr-defined]
        return response


def _counted(pieces: Iterable[bytes], note: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the pieces of an answer, and note how many bytes were sent, whole or broken off."""
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            yield piece
    finally:
        note(size)


class Queue:
    """Entries on their way to the database. Putting one never waits and never fails."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.entries: deque[Entry] = deque()
        self.capacity = capacity
        self.dropped = 0
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._process: int | None = None

    def put(self, entry: Entry) -> None:
        """Take an entry; without a delay (`REQUEST_LOG_DELAY = 0`) it is written here and now."""
        with self._lock:
            self.entries.append(entry)
            if len(self.entries) > self.capacity:
                self.entries.popleft()
                self.dropped += 1
        if not getattr(settings, "REQUEST_LOG_DELAY", EVERY):
            self.flush()
            return
        if self._process != os.getpid():
            self._begin()
        if len(self.entries) >= BATCH:
            self._wake.set()

    def flush(self) -> None:
        """Write what waits now.

        What comes meanwhile waits for the next time: a busy process would write one by one, without
        end. While the database can't be reached, entries wait on; those that it refuses are
        dropped, counted and logged.
        """
        with self._writing:
            for _ in range(0, len(self.entries), BATCH):
                batch = self._take()
                try:
                    write(batch)
                except (OperationalError, InterfaceError):
                    self._put_back(batch)
                    log.exception("The database doesn't take the request log; it waits.")
                    return
                except Exception:
                    self.dropped += len(batch)
                    log.exception("%d requests could not be logged.", len(batch))
                    return

    def _take(self) -> list[Entry]:
        with self._lock:
            return [self.entries.popleft() for _ in range(min(BATCH, len(self.entries)))]

    def _put_back(self, batch: list[Entry]) -> None:
        with self._lock:
            self.entries.extendleft(reversed(batch))
            while len(self.entries) > self.capacity:
                self.entries.popleft()
                self.dropped += 1

    def _begin(self) -> None:
        """Start this process's thread, and have its end write what waits then."""
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        # Runs when a worker of multiprocessing ends, and at the exit of any other process.
        Finalize(None, self.flush, exitpriority=10)
        threading.Thread(target=self._run, name="request-log", daemon=True).start()

    def _run(self) -> None:
        delay = getattr(settings, "REQUEST_LOG_DELAY", EVERY)
        while True:
            self._wake.wait(delay)
            self._wake.clear()
            if self.entries:
                self.flush()
                database.close()


def write(batch: list[Entry]) -> None:
    """Store the rows, and count them; on each connection when its vendor was last served, on each
    run its last request and how far it has come.
    """
    there = set(
        Connection.objects.filter(pk__in={entry.connection for entry in batch}).values_list(
            "pk", flat=True
        )
    )
    seen = {entry.connection: entry.at for entry in batch if entry.status < SEEN}
    lasts: dict[int, datetime] = {}
    for entry in batch:
        if entry.run is not None:
            lasts[entry.run] = max(entry.at, lasts.get(entry.run, entry.at))
    # Before the rows: where it fails the whole batch is written again, and this may be noted twice.
    # Each by itself, since a refresh that flips holds many publications.
    for pk, at in sorted(lasts.items()):
        heard_of(pk, at)
    later.write()
    with transaction.atomic():
        logged = [entry for entry in batch if entry.connection in there]
        bulk.insert(Row, COLUMNS, [entry.row() for entry in logged])
        tallies.add((each.connection, each.status, each.milliseconds) for each in logged)
        # In one order, so that two processes that write at once wait for each other's rows.
        for pk, at in sorted(seen.items()):
            Connection.objects.filter(pk=pk).update(last_seen=at)


queue = Queue()


def _endpoint(request: HttpRequest) -> str:
    """Return what the view that was asked calls itself; never what stood in its address."""
    view: Any = request.resolver_match.func if request.resolver_match else None
    if not hasattr(getattr(view, "cls", None), "endpoint"):
        return ""
    return str(view.cls(**view.initkwargs).endpoint())


def _another_address(request: HttpRequest) -> str:
    """Return by what old host or path a vendor came, where it isn't the public one."""
    if not settings.PUBLIC_URL:
        return ""
    came = f"{request.scheme}://{request.get_host()}{request.META.get(PREFIX, '')}"
    return "" if came == settings.PUBLIC_URL else f"Came by {came}"


def _entry(
    request: HttpRequest,
    response: HttpResponseBase,
    traced: Trace,
    at: datetime,
    milliseconds: float,
    size: int,
) -> Entry:
    pairs = [(name, value) for name, values in request.GET.lists() for value in values]
    return Entry(
        connection=traced.connection,
        at=at,
        method=request.method or "",
        endpoint=traced.endpoint or _endpoint(request),
        query=masking.masked(pairs),
        status=response.status_code,
        records=traced.records,
        size=size,
        milliseconds=round(milliseconds, 2),
        reason=traced.reason or _another_address(request),
        run=traced.run,
    )
