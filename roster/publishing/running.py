"""A running refresh: one at a time in an organization, with progress, and a row as its history."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from roster.audit import Actor, name_of
from roster.clock import clock
from roster.models import Organization, Refresh
from roster.publishing.numbers import Counted
from roster.refusal import Refused

LEASE = timedelta(minutes=5)
"""Longer than the one step that notes nothing: a map of a large district is read."""

OFTEN = 0.5
"""Seconds between two notes of progress."""

Progress = Callable[[int, str], None]
"""Called with percent (0 to 100) and the stage in words."""


class AlreadyRunning(Refused):
    """Another refresh of the organization is at work; this one's turn comes when it has ended."""


class Running:
    """The one running refresh of an organization, from its making on.

    Raises AlreadyRunning where there is one.

    Its lease keeps a second one from doing the same work. Nothing that is shown rests on it.
    """

    def __init__(self, organization: Organization, by: Actor, progress: Progress | None) -> None:
        self.watcher = progress
        self.began = time.monotonic()
        self.noted = 0.0
        self.percent = 0
        running = Refresh.objects.filter(organization=organization, state=Refresh.State.RUNNING)
        running.filter(lease_until__lt=clock()).update(
            state=Refresh.State.FAILED, reason="It stopped before it was done.", finished=clock()
        )
        try:
            with transaction.atomic():
                self.row = Refresh.objects.create(
                    organization=organization,
                    by_name=name_of(by)[:200],
                    lease_until=clock() + LEASE,
                )
        except IntegrityError as error:
            raise AlreadyRunning("A refresh of this organization is already running.") from error

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)

    def note(self, percent: int, stage: str) -> None:
        """Note how far the work is, now and then, and renew the lease with it."""
        now = time.monotonic()
        if now - self.noted < OFTEN:
            return
        self.noted, self.percent = now, percent
        self._update(percent=percent, stage=stage[:120], lease_until=clock() + LEASE)
        if self.watcher:
            self.watcher(percent, stage)

    def done(self, number: int | None, totals: dict[str, int], counted: Counted) -> None:
        """Note the end, in the transaction that shows the result."""
        self._update(
            state=Refresh.State.PUBLISHED,
            number=number,
            percent=100,
            finished=clock(),
            lease_until=None,
            **counted._asdict(),
            **totals,
        )

    def failed(self, error: BaseException) -> None:
        """Note why it came to nothing, for Ctrl-C too: the next one must not wait."""
        reason = str(error) if isinstance(error, Refused) else "It failed unexpectedly."
        Refresh.objects.filter(pk=self.row.pk, state=Refresh.State.RUNNING).update(
            state=Refresh.State.FAILED, reason=reason, finished=clock(), lease_until=None
        )

    def _update(self, **values: Any) -> None:
        """Write, unless another was begun meanwhile because this one hadn't been heard of."""
        mine = Refresh.objects.filter(pk=self.row.pk, state=Refresh.State.RUNNING)
        if not mine.update(**values):
            raise Refused("This refresh was given up because it had not been heard of for long.")
