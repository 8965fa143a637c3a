"""Lets one process at a time fetch from a source, however it was asked to: by job or by command."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from typing import Any

from roster import locks
from roster.fetching.failing import NotYet, Stopped
from roster.models import Source

LONGEST = 3000.0  # Seconds after which a fetch is given up: less than a job may take.


@contextlib.contextmanager
def alone(source: Source) -> Iterator[Fetch]:
    """Have the source inside `with`; raises `NotYet` while another process does."""
    with locks.lock(f"source-{source.pk}") as free:
        if not free:
            raise NotYet("This source is being fetched from already. Wait until that has finished.")
        yield Fetch(source)


class Fetch:
    """One fetch, which goes on as long as the source is its own."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mine = secrets.token_hex(8)
        self.began = time.monotonic()
        Source.objects.filter(pk=source.pk).update(worker=self.mine)
        source.refresh_from_db()

    def tick(self) -> None:
        """Raise `Stopped` if the fetch takes too long."""
        if time.monotonic() - self.began > LONGEST:
            raise Stopped(
                f"The server took more than {LONGEST // 60:.0f} minutes and was hung up on."
                " Nothing was changed; it is tried again at the next turn."
            )

    def save(self, **fields: Any) -> None:
        """Write to the source, unless its address was changed meanwhile: then raise `Stopped`."""
        if not Source.objects.filter(pk=self.source.pk, worker=self.mine).update(**fields):
            raise Stopped("Another process has taken over this source. Nothing was changed here.")
