"""Writes down how far a running job is, and notices that it was cancelled.

It does so from a thread with a connection of its own: what a verb does in one long transaction
hides neither its progress nor that nobody wants it any more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType

from django.db import DatabaseError, connection, connections

from roster.models import Job
from roster.refusal import Cancelled

log = logging.getLogger(__name__)

LOOK = 1.0  # Seconds between two looks at the job's row.

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""


class Watch:
    """Follows the work on `job` inside `with`; `note` is the work's Progress.

    Inside an outer transaction (of a test) there is no second connection that would see the job;
    `note` writes then itself.
    """

    def __init__(self, job: Job, shown: Progress | None = None) -> None:
        self.job = job
        self.shown = shown
        self.noted = (job.percent, job.stage)
        self.cancelled = False
        self.stop = threading.Event()
        self.thread = (
            None
            if connection.in_atomic_block
            else threading.Thread(target=self._follow, name=f"job-{job.pk}", daemon=True)
        )

    def __enter__(self) -> Watch:
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

    def note(self, percent: int, stage: str) -> None:
        """Note how far the work is. Raises Cancelled when the job isn't ours any more."""
        self.noted = (max(0, min(int(percent), 100)), stage[:120])
        if not self.thread:
            self._write()
        if self.cancelled:
            raise Cancelled
        if self.shown:
            self.shown(percent, stage)

    def _follow(self) -> None:
        try:
            while not self.stop.wait(LOOK) and not self.cancelled:
                try:
                    self._write()
                except DatabaseError as error:  # Locked or restarting: the next look may do.
                    log.warning("A job's progress wasn't written: %s", type(error).__name__)
                    connection.close()
        finally:
            connections.close_all()

    def _write(self) -> None:
        percent, stage = self.noted
        mine = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, worker=self.job.worker)
        behind = mine.exclude(percent=percent, stage=stage)
        self.cancelled = not (behind.update(percent=percent, stage=stage) or mine.exists())
