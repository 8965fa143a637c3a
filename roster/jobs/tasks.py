"""What Celery calls: an id in, one verb called, safe to run twice."""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime, timedelta

from celery import shared_task
from django.db.models import Exists, OuterRef

from roster import fetching, importing
from roster.clock import clock
from roster.importing import traces
from roster.jobs import arriving, queue, working
from roster.models import Import, Job, Organization, Publication

BY = "schedule"

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
    """Ask the database what is due: jobs that nobody took, daily refreshes, looks at sources,
    imports of what came in, sweeps, tidying up; and close the imports that died."""
    queue.sweep()
    importing.close_killed()
    enqueue_daily_refreshes()
    enqueue_refreshes_after_imports()
    enqueue_sweeps()
    arriving.enqueue_fetches()
    arriving.enqueue_imports()
    key = f"tidy:{clock().date()}"
    queue.enqueue("tidy", organization=None, key=key, by=BY)


def enqueue_daily_refreshes() -> list[Job]:
    """Queue the refreshes whose time has passed and whose day has none yet.

    What was missed while nothing ran is made up for once. Organizations that never imported
    anything have nothing to refresh.
    """
    now = clock()
    imported = Import.objects.filter(organization=OuterRef("pk"), state=Import.State.APPLIED)
    due = {}
    for organization in Organization.objects.filter(Exists(imported)):
        moment = last_refresh_time(organization, now)
        if moment >= organization.created:
            due[f"refresh:{organization.slug}:{moment.date()}"] = organization
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        queue.enqueue("refresh", organization=organization, key=key, by=BY)
        for key, organization in due.items()
        if key not in known
    ]


def enqueue_refreshes_after_imports() -> list[Job]:
    """Queue a refresh for each organization that wants one after an import, once for each."""
    due = {}
    for organization in Organization.objects.filter(refresh_after_import=True).select_related(
        "shown_map"
    ):
        last = traces.last_applied(organization)
        shown = organization.shown_map
        if last and (shown is None or shown.revision < organization.revision):
            due[f"refresh:{organization.slug}:import-{last.pk}"] = organization
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        queue.enqueue("refresh", organization=organization, key=key, by=BY)
        for key, organization in due.items()
        if key not in known
    ]


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
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        queue.enqueue("sweep", organization=organization, key=key, by=BY)
        for key, organization in due.items()
        if key not in known
    ]


def last_refresh_time(organization: Organization, now: datetime) -> datetime:
    """Return the latest moment, in its own time zone, at which the daily refresh was due."""
    return fetching.last_daily(organization.refresh_at, organization.time_zone, now)
