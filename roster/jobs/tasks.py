"""What Celery calls: an id in, one verb called, safe to run twice."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta

from celery import shared_task
from django.db.models import Exists, OuterRef

from roster import importing, publishing
from roster.clock import clock
from roster.jobs import arriving, queue, refreshes, working
from roster.models import Job, Organization, Publication

SWEPT_FOR = timedelta(days=3)
"""How long after a publication was superseded something of it may be left to delete."""


@shared_task(name="roster.tasks.work")
def work(job_id: int) -> None:
    """Do one job, if nobody else does it."""
    me = f"{socket.gethostname()} {os.getpid()} {threading.current_thread().name}"
    if working.work(job_id, me):
        arriving.enqueue_imports()


@shared_task(name="roster.tasks.tick")
def tick() -> None:
    """Ask the database what is due: jobs that nobody took, refreshes, visits of sources and
    destinations, imports of what came in, nights of sandboxes, sweeps, tidying up; and close the
    imports that died."""
    queue.sweep()
    importing.close_killed()
    publishing.close_dead()
    refreshes.enqueue_due()
    refreshes.enqueue_after_imports()
    enqueue_sweeps()
    arriving.enqueue_visits()
    arriving.enqueue_nights()
    arriving.enqueue_imports()
    key = f"tidy:{clock().date()}"
    queue.enqueue("tidy", organization=None, key=key, by=queue.SCHEDULE)


def enqueue_sweeps() -> list[Job]:
    """Queue this hour's sweep for organizations of which something was superseded lately."""
    now = clock()
    superseded = Publication.objects.filter(
        feed__organization=OuterRef("pk"), superseded__gt=now - SWEPT_FOR
    )
    due = {
        f"sweep:{organization.slug}:{now:%Y-%m-%dT%H}": organization
        for organization in Organization.objects.filter(Exists(superseded))
    }
    return queue.enqueue_new("sweep", due)
