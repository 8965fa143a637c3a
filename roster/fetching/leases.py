"""Lets one process at a time fetch from a source, however it was asked to: by job or by command."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from types import TracebackType
from typing import Any

from django.db.models import Q

from roster.clock import clock
from roster.fetching.failing import NotYet, Stopped
from roster.models import Source

LEASE = timedelta(minutes=5)
BEAT = 20.0  # Seconds between two renewals.
LONGEST = 3000.0  # Seconds after which a fetch is given up: less than a job may take.


class Lease:
    """Holds the source inside `with`; raises `NotYet` while another process does."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mine = secrets.token_hex(8)
        self.began = self.renewed = time.monotonic()

    def __enter__(self) -> Lease:
        now = clock()
        free = Q(busy_until__isnull=True) | Q(busy_until__lt=now)
        taken = Source.objects.filter(free, pk=self.source.pk).update(
            busy_until=now + LEASE, worker=self.mine
        )
        if not taken:
            raise NotYet("This source is being fetched from already. Wait until that has finished.")
        self.source.refresh_from_db()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._mine().update(busy_until=None, worker="")

    def tick(self) -> None:
        """Renew the lease now and then. Raises `Stopped` if the fetch takes too long."""
        now = time.monotonic()
        if now - self.began > LONGEST:
            raise Stopped(
                f"The server took more than {LONGEST // 60:.0f} minutes and was hung up on."
                " Nothing was changed; it is tried again at the next turn."
            )
        if now - self.renewed > BEAT:
            self.renewed = now
            self.save(busy_until=clock() + LEASE)

    def save(self, **fields: Any) -> None:
        """Write to the source, as long as it is ours; else raise `Stopped`."""
        if not self._mine().update(**fields):
            raise Stopped("Another process has taken over this source. Nothing was changed here.")

    def _mine(self) -> Any:
        return Source.objects.filter(pk=self.source.pk, worker=self.mine)
