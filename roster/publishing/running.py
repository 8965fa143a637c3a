"""A running refresh: one at a time in an organization, with progress, and a row as its history."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from roster.audit import Actor, name_of
from roster.clock import clock
from roster.database import bulk, locks
from roster.models import Organization, Refresh
from roster.publishing.counting import Counted
from roster.refusal import Cancelled, Refused

OFTEN = 0.5
"""Seconds between two notes of progress."""

DIED = "It stopped before it was done."

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""


class AlreadyRunning(Refused):
    """Another refresh of the organization is at work."""


@contextmanager
def running(
    organization: Organization, by: Actor, progress: Progress | None, *, wait: bool
) -> Iterator[Running]:
    """Have the one refresh that runs inside `with`; its row says what became of it.

    While another one runs, it waits for its end, or raises AlreadyRunning.
    """

    def waiting() -> None:
        if not wait:
            raise AlreadyRunning("A refresh of this organization is already running.")
        if progress:
            progress(0, "Waiting for the refresh that is running")

    with locks.alone(_name(organization.pk), waiting):
        _close(organization.pk)
        found = Running(organization, by, progress)
        try:
            yield found
        except BaseException as error:
            found.failed(error)
            raise


def close_dead() -> int:
    """Close the rows of refreshes whose process died; return how many."""
    rows = Refresh.objects.filter(state=Refresh.State.RUNNING)
    closed = 0
    for organization in rows.values_list("organization", flat=True):
        with locks.lock(_name(organization)) as free:
            closed += _close(organization) if free else 0
    return closed


def _name(organization: int) -> str:
    return f"refresh-{organization}"


def _close(organization: int) -> int:
    dead = Refresh.objects.filter(organization=organization, state=Refresh.State.RUNNING)
    return dead.update(state=Refresh.State.FAILED, reason=DIED, finished=clock())


class Running:
    """The running refresh of an organization, from its making on."""

    def __init__(self, organization: Organization, by: Actor, progress: Progress | None) -> None:
        self.watcher = progress
        self.began = time.monotonic()
        self.noted = 0.0
        self.percent = 0
        self.row = Refresh.objects.create(organization=organization, by_name=name_of(by)[:200])

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)

    def note(self, percent: int, stage: str) -> None:
        """Note how far the work is, now and then."""
        now = time.monotonic()
        if now - self.noted < OFTEN:
            return
        self.noted, self.percent = now, percent
        with bulk.unhurried():
            self._update(percent=percent, stage=stage[:120])
        if self.watcher:
            self.watcher(percent, stage)

    def done(self, counted: Counted, **facts: Any) -> None:
        """Note the end, in the transaction that shows the result."""
        self._end(Refresh.State.PUBLISHED, counted, facts)

    def held(self, counted: Counted, **facts: Any) -> None:
        """Note that it waits for a person."""
        self._end(Refresh.State.HELD, counted, facts)

    def _end(self, state: str, counted: Counted, facts: dict[str, Any]) -> None:
        self._update(state=state, percent=100, finished=clock(), **counted._asdict(), **facts)

    def failed(self, error: BaseException) -> None:
        """Note why it came to nothing, for Ctrl-C too."""
        state, reason = Refresh.State.FAILED, "It failed unexpectedly."
        if isinstance(error, Cancelled):
            state, reason = Refresh.State.CANCELLED, "It was cancelled."
        elif isinstance(error, Refused):
            reason = str(error)
        Refresh.objects.filter(pk=self.row.pk, state=Refresh.State.RUNNING).update(
            state=state, reason=reason, finished=clock()
        )

    def _update(self, **values: Any) -> None:
        """Write, unless the row was closed: a session that broke has let its lock go."""
        mine = Refresh.objects.filter(pk=self.row.pk, state=Refresh.State.RUNNING)
        if not mine.update(**values):
            raise Refused("This refresh was given up, as its connection to the database broke.")
