"""One import of an organization at a time, and the traces of those that died."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from roster.clock import clock
from roster.database import locks
from roster.models import Import, Organization

DIED = "The import stopped before it was done. Nothing was changed."


@contextlib.contextmanager
def alone(organization: Organization, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; while another one has it, wait and call `waiting` again and again.

    Rows of imports that died are closed first.
    """
    with locks.alone(_name(organization), waiting):
        _close(organization)
        yield


def close_killed() -> int:
    """Close the rows of imports that died, in all organizations; return how many."""
    closed = 0
    running = Import.objects.filter(state=Import.State.RUNNING)
    for organization in Organization.objects.filter(imports__in=running).distinct():
        with locks.lock(_name(organization)) as free:
            closed += _close(organization) if free else 0
    return closed


def _name(organization: Organization) -> str:
    return f"import-{organization.pk}"


def _close(organization: Organization) -> int:
    """Close what says "running"; one that was held before it was approved is held again."""
    again = return_to_hold(organization)
    dead = organization.imports.filter(state=Import.State.RUNNING)
    return again + dead.update(state=Import.State.REFUSED, reason=DIED, finished=clock())


def return_to_hold(organization: Organization) -> int:
    """Return to hold what was held, and whose approval ended before it was applied."""
    running = organization.imports.filter(state=Import.State.RUNNING)
    return running.exclude(holds=[]).update(state=Import.State.HELD, finished=clock())
