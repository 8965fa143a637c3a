"""Asks for the jobs that bring bundles in: looks that are due, imports of what came, nights."""

from __future__ import annotations

import secrets
import time

from django.db.models import QuerySet

from roster import audit, fetching
from roster.clock import clock
from roster.jobs import queue, working
from roster.jobs.progress import Progress
from roster.models import Arrival, Import, Job, Organization, Source

BY = "schedule"
LOOK = 0.5  # Seconds between two looks at a job that another worker has.


def enqueue_fetches() -> list[Job]:
    """Queue the looks that are due; what was missed while nothing ran is made up for once."""
    now = clock()
    due = {}
    for source in Source.objects.filter(active=True).select_related("organization"):
        for moment in fetching.due(source, now):
            if moment >= source.created:
                due[f"{_prefix(source)}{moment:%Y-%m-%dT%H:%M}"] = source
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        _look(key, source, BY) for key, source in due.items() if key not in known and _idle(source)
    ]


def request_fetch(source: Source, by: audit.Actor) -> Job:
    """Queue a look at the source now; the one that is queued already, if there is one."""
    waiting = _open_looks(source).first()
    return waiting or _look(f"{_prefix(source)}{secrets.token_hex(8)}", source, by)


def enqueue_nights() -> list[Job]:
    """Queue today's made-up bundle of each sandbox, at the time of its refresh, which follows."""
    now = clock()
    due = {}
    for organization in Organization.objects.filter(sandbox_students__isnull=False):
        moment = fetching.last_daily(organization.refresh_at, organization.time_zone, now)
        if moment >= organization.created:
            due[f"night:{organization.slug}:{moment:%Y-%m-%d}"] = organization
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        queue.enqueue("night", organization=organization, key=key, by=BY)
        for key, organization in due.items()
        if key not in known
    ]


def enqueue_imports() -> list[Job]:
    """Queue the imports of what came in and has none yet; give up what failed too often."""
    waiting = Arrival.objects.waiting().select_related("organization")
    of_key = {_key(arrival): arrival for arrival in waiting.order_by("pk")}
    known = dict(Job.objects.filter(key__in=of_key).values_list("key", "state"))
    for key, state in known.items():
        if state == Job.State.FAILED:
            fetching.abandon(of_key[key], "Its import ended before it was done, again and again.")
    return [
        request_import(arrival, arrival.by_name)
        for key, arrival in of_key.items()
        if key not in known
    ]


def request_import(arrival: Arrival, by: audit.Actor) -> Job:
    """Queue the import of a bundle that waits; once, however often it is asked for."""
    return queue.enqueue(
        "import",
        organization=arrival.organization,
        key=_key(arrival),
        arguments={"arrival": arrival.pk},
        by=by,
    )


def request_approval(of_import: Import, by: audit.Actor) -> Job:
    """Queue the application of a held import; once, however often it is asked for."""
    organization = of_import.organization
    return queue.enqueue(
        "approve",
        organization=organization,
        key=f"approve:{organization.slug}:{of_import.pk}",
        arguments={"import": of_import.pk},
        by=by,
        again=True,
    )


def import_now(arrival: Arrival, by: audit.Actor, progress: Progress) -> Job:
    """Import a bundle that waits, here or by the worker that is faster; return the ended job.

    A job that failed and is to be tried again later is returned as it is.
    """
    job = request_import(arrival, by)
    while True:
        working.work(job.pk, f"command {secrets.token_hex(4)}", progress)
        job.refresh_from_db()
        if job.state not in queue.OPEN or (job.attempts and job.state == Job.State.QUEUED):
            return job
        progress(job.percent, job.stage)
        time.sleep(LOOK)


def _look(key: str, source: Source, by: audit.Actor) -> Job:
    return queue.enqueue(
        "fetch",
        organization=source.organization,
        key=key,
        arguments={"source": source.pk},
        by=by,
    )


def _idle(source: Source) -> bool:
    return not _open_looks(source).exists()


def _open_looks(source: Source) -> QuerySet[Job]:
    return Job.objects.filter(key__startswith=_prefix(source), state__in=queue.OPEN)


def _prefix(source: Source) -> str:
    return f"fetch:{source.organization.slug}:{source.pk}:"


def _key(arrival: Arrival) -> str:
    return f"import:{arrival.organization.slug}:{arrival.pk}"
