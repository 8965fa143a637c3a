"""One import of an organization at a time, and the traces of those that died.

A lock that ends with its holder, however that ends: PostgreSQL's advisory one, in the session;
beside the embedded database a locked file. So a row that says "running" while nobody holds the
lock is a dead import's. Weighed against a lease, which has to be longer than the longest
transaction, and makes the next import wait that long.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from roster.clock import clock
from roster.models import Import, Organization

LOOK = 0.2  # Seconds between two looks whether the other one has finished.
SPACE = 0x494D5054 << 32  # Keeps our advisory locks apart from anybody else's.
DIED = "The import stopped before it was done. Nothing was changed."


@contextlib.contextmanager
def alone(organization: Organization, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock; while another one has it, wait and call `waiting` again and again.

    Rows of imports that died are closed first.
    """
    while True:
        with _lock(organization.pk) as free:
            if free:
                _close(organization)
                yield
                return
        waiting()
        time.sleep(LOOK)


def close_killed() -> int:
    """Close the rows of imports that died, in all organizations; return how many."""
    closed = 0
    running = Import.objects.filter(state=Import.State.RUNNING)
    for organization in Organization.objects.filter(imports__in=running).distinct():
        with _lock(organization.pk) as free:
            closed += _close(organization) if free else 0
    return closed


def _close(organization: Organization) -> int:
    """Close what says "running"; one that was held before it was approved is held again."""
    held = hold_again(organization)
    dead = organization.imports.filter(state=Import.State.RUNNING)
    return held + dead.update(state=Import.State.REFUSED, reason=DIED, finished=clock())


def hold_again(organization: Organization) -> int:
    """Hold again what was held, and whose approval ended before it was applied."""
    running = organization.imports.filter(state=Import.State.RUNNING)
    return running.exclude(holds=[]).update(state=Import.State.HELD, finished=clock())


@contextlib.contextmanager
def _lock(key: int) -> Iterator[bool]:
    """Hold the lock of an organization, or say that somebody else does."""
    if connection.vendor != "postgresql":
        with _file_lock(Path(settings.ROSTERDESK_DATA) / f"import-{key}.lock") as mine:
            yield mine
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SPACE | key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            # A connection that broke has let it go already.
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SPACE | key])


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    with path.open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
