"""Keeps the lease of a running job alive, and writes down how far the work is.

It writes from a thread with a connection of its own: what a verb does in one long transaction
neither hides its progress nor lets its lease run out.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType

from django.db import DatabaseError, connection, connections

from roster.clock import clock
from roster.models import Job

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
BEAT = 10.0  # Seconds between two renewals, several of which may fail before the lease ends.
WRITTEN = 1.0  # Seconds between two notes of progress.
LONGEST = 3600.0  # After this many seconds the work counts as hung: its lease is let go.

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""


class LeaseLost(Exception):
    """Somebody else has the job now: whoever worked on it stops."""


class Heartbeat:
    """Renews the lease of `job` while its work runs inside `with`.

    Inside an outer transaction (of a test) there is no second connection that would see the job;
    `progress` writes then itself.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.noted = (job.percent, job.stage)
        self.lost = False
        self.began = time.monotonic()
        self.stop = threading.Event()
        self.thread = (
            None
            if connection.in_atomic_block
            else threading.Thread(target=self._beat, name=f"heartbeat-{job.pk}", daemon=True)
        )

    def __enter__(self) -> Heartbeat:
        if self.thread:
            self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop.set()
        if self.thread:
            self.thread.join()

    def progress(self, percent: int, stage: str) -> None:
        """Note how far the work is. Raises LeaseLost when the job isn't ours any more."""
        self.noted = (max(0, min(int(percent), 100)), stage[:120])
        if not self.thread:
            self._renew()
        if self.lost:
            raise LeaseLost

    def _beat(self) -> None:
        written, renewed = self.noted, time.monotonic()
        try:
            while not self.stop.wait(WRITTEN) and not self.lost:
                now = time.monotonic()
                if self.noted == written and now - renewed < BEAT:
                    continue
                try:
                    written = self._renew()
                    renewed = now
                except DatabaseError as error:  # Locked or restarting: the next beat may do.
                    log.warning("A lease wasn't renewed: %s", type(error).__name__)
                    connection.close()
        finally:
            connections.close_all()

    def _renew(self) -> tuple[int, str]:
        percent, stage = noted = self.noted
        fields: dict[str, object] = {"percent": percent, "stage": stage}
        if time.monotonic() - self.began < LONGEST:
            fields["lease_until"] = clock() + LEASE
        mine = Job.objects.filter(
            pk=self.job.pk, state=Job.State.RUNNING, worker=self.job.worker
        ).update(**fields)
        self.lost = not mine
        return noted
