"""Whether worker and beat are alive: each says so, and looks whether the other one does.

A thread in both processes, because a dead one can't tell of itself, and what hangs on the
schedule isn't asked when the schedule stands still.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, connections

from portal.models import Pulse
from roster.clock import clock
from roster.models import Job

log = logging.getLogger(__name__)

EVERY = 30.0  # Seconds between two pulses.
SILENCE = timedelta(minutes=3)
"""After so long somebody should look: a process that ended is started again within a minute."""

NAMES = ("worker", "beat")


def begin(name: str, then: Callable[[], object]) -> threading.Thread:
    """Give a pulse until the process ends, and call `then` after each."""
    thread = threading.Thread(target=_go_on, args=(name, then), name=f"{name} pulse", daemon=True)
    thread.start()
    return thread


def _go_on(name: str, then: Callable[[], object]) -> None:
    pause = threading.Event()
    while True:
        try:
            pulse(name)
            then()
        except DatabaseError as error:  # Locked, restarting, or lacking a migration.
            log.warning("A pulse wasn't written: %s", type(error).__name__)
        except Exception:
            log.exception("Looking for alerts failed.")
        finally:
            connections.close_all()  # Processes that are forked meanwhile must not share it.
        pause.wait(EVERY)


def pulse(name: str) -> None:
    Pulse.objects.update_or_create(name=name, defaults={"at": clock()})


def silent(now: datetime) -> list[tuple[str, datetime]]:
    """Return who isn't heard of any more, and since when.

    Where none ever was, jobs that nobody takes are what tells.
    """
    known = dict(Pulse.objects.values_list("name", "at"))
    if not known:
        waiting = Job.objects.filter(state=Job.State.QUEUED).order_by("due").first()
        known = {"worker": waiting.due} if waiting else {}
    return [(name, known[name]) for name in NAMES if name in known and now - known[name] > SILENCE]
