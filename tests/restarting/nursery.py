"""Forks workers and beats from a process that has started Django and Celery, and has no
connections: `worker` or `beat` on a line in is answered by the number of a new process.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

import django

django.setup()

from portal import children  # noqa: E402
from portal.alerting import pulses  # noqa: E402
from portal.celery import app  # noqa: E402
from roster.jobs import queue, working  # noqa: E402

OFTEN = 1.0
"""Seconds between two ticks of a beat."""


def hurry() -> None:
    """Let everything that waits for a while wait as short as these processes live.

    A job whose workers die five times is given up, as it may be what kills them: here it isn't.
    """
    queue.PATIENCE = timedelta(seconds=2)
    working.ATTEMPTS = 1_000
    pulses.EVERY = OFTEN
    app.conf.beat_schedule = {
        name: {**entry, "schedule": OFTEN} for name, entry in app.conf.beat_schedule.items()
    }


def main() -> None:
    hurry()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            children.end_with(os.getppid())
            {"worker": children.worker, "beat": children.beat}[line.strip()]()
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
