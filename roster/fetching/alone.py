"""Lets one process at a time visit a source or destination, asked to by job or by command."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from typing import Any

from roster.database import locks
from roster.fetching.failing import NotYet, Stopped
from roster.models import Endpoint

LONGEST = 3000.0  # Seconds after which a visit is given up: less than a job may take.


@contextlib.contextmanager
def alone(endpoint: Endpoint) -> Iterator[Visit]:
    """Have the endpoint inside `with`; raises `NotYet` while another process does."""
    with locks.lock(f"{endpoint._meta.model_name}-{endpoint.pk}") as free:
        if not free:
            raise NotYet(
                "Another process is at this address already. Wait until that has finished."
            )
        yield Visit(endpoint)


class Visit:
    """One visit, which goes on as long as the endpoint is its own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.mine = secrets.token_hex(8)
        self.began = time.monotonic()
        self.rows = type(endpoint)._default_manager.filter(pk=endpoint.pk)
        self.rows.update(worker=self.mine)
        endpoint.refresh_from_db()

    def tick(self) -> None:
        """Raise `Stopped` if the visit takes too long."""
        if time.monotonic() - self.began > LONGEST:
            raise Stopped(
                f"The server took more than {LONGEST // 60:.0f} minutes and was hung up on."
                " Nothing was changed; it is tried again at the next turn."
            )

    def save(self, **fields: Any) -> None:
        """Write to the endpoint, unless its address was changed meanwhile: then raise `Stopped`."""
        if not self.rows.filter(worker=self.mine).update(**fields):
            raise Stopped("Another process has taken over this address. Nothing was changed here.")
