"""What Celery calls when a worker or beat begins; it looks for a module of this name."""

from __future__ import annotations

from typing import Any

from celery import current_app
from celery.signals import beat_init, worker_ready

from portal import alerting
from portal.alerting import pulses
from roster import jobs


@worker_ready.connect
def take_over(**_: Any) -> None:
    """Do at once what a worker that died has left, and say from now on that this one is alive."""
    pulses.begin("worker", alerting.tell)
    jobs.sweep(at_once=True)


@beat_init.connect
def begin_to_beat(**_: Any) -> None:
    """Look at once for what came due while no beat was alive: its own first tick is later."""
    pulses.begin("beat", alerting.tell)
    current_app.send_task("roster.tasks.tick", expires=60, retry=False)
