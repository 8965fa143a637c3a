"""Asks for the jobs that bring bundles in and grades out: visits that are due, imports, nights."""

from __future__ import annotations

import secrets
import time

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from roster import audit, fetching
from roster.clock import clock
from roster.fetching.sources import Visited
from roster.jobs import queue, working
from roster.jobs.attempts import ATTEMPTS
from roster.jobs.progress import Progress
from roster.models import Arrival, Destination, Endpoint, Import, Job, Organization, Source

LOOK = 0.5  # Seconds between two looks at a job that another worker has.


VISITS: dict[type[Endpoint], str] = {Source: "fetch", Destination: "deliver"}
"""The kind of job that visits each."""


def enqueue_visits() -> list[Job]:
    """Queue the looks and deliveries that are due; what was missed is made up for once."""
    now = clock()
    due: dict[str, Endpoint] = {}
    for model in VISITS:
        for each in model._default_manager.filter(active=True).select_related("organization"):
            for moment in fetching.due(each, now):
                if moment >= each.created:
                    due[f"{_prefix(each)}{moment:%Y-%m-%dT%H:%M}"] = each
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        _visit(key, each, queue.SCHEDULE)
        for key, each in due.items()
        if key not in known and not _open_visits(each).exists()
    ]


def request_visit(endpoint: Endpoint, by: audit.Actor) -> Job:
    """Queue a look or a delivery now; the one that is queued already, if there is one."""
    waiting = _open_visits(endpoint).first()
    return waiting or _visit(f"{_prefix(endpoint)}{secrets.token_hex(8)}", endpoint, by)


def enqueue_nights() -> list[Job]:
    """Queue today's made-up bundle of each sandbox, at the time of its refresh, which follows."""
    now = clock()
    due = {}
    for organization in Organization.objects.filter(sandbox_students__isnull=False):
        moment = fetching.last_daily(organization.refresh_at, organization.time_zone, now)
        if moment >= organization.created:
            due[f"night:{organization.slug}:{moment:%Y-%m-%d}"] = organization
    return queue.enqueue_new("night", due)


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


def _visit(key: str, endpoint: Endpoint, by: audit.Actor) -> Job:
    return queue.enqueue(
        VISITS[type(endpoint)],
        organization=endpoint.organization,
        key=key,
        arguments={str(endpoint._meta.model_name): endpoint.pk},
        by=by,
    )


def _open_visits(endpoint: Endpoint) -> QuerySet[Job]:
    return visits_of(endpoint).filter(state__in=queue.OPEN)


def visits_of(endpoint: Endpoint) -> QuerySet[Job]:
    """Return the jobs that visited a source or destination, or will."""
    return Job.objects.filter(key__startswith=_prefix(endpoint))


def failed_visits(endpoints: QuerySet[Visited]) -> dict[int, Job]:
    """Return the last visit of each, where it failed and nothing was visited or mended since.

    What was refused is the endpoint's problem until then; of anything else only the job knows,
    which was tried to the last.
    """
    prefix = [Value(f"{VISITS[endpoints.model]}:"), OuterRef("organization__slug"), Value(":")]
    ended = Job.objects.filter(
        organization=OuterRef("organization"),
        finished__isnull=False,
        key__startswith=Concat(*prefix, Cast(OuterRef("pk"), CharField()), Value(":")),
    )
    lasts = endpoints.annotate(visit=Subquery(ended.order_by("-finished", "-pk").values("pk")[:1]))
    failed = Job.objects.filter(pk__in=lasts.values("visit"), state=Job.State.FAILED)
    of_key = {job.arguments[str(endpoints.model._meta.model_name)]: job for job in failed}
    return {
        each.pk: job
        for each in endpoints
        if (job := of_key.get(each.pk)) and (each.problem or _unexpected(job, each))
    }


def open_visits(organization: Organization, model: type[Endpoint]) -> dict[int, Job]:
    """Return the visits that go on, or will in a moment, by what is visited."""
    jobs = organization.jobs.filter(kind=VISITS[model], state__in=queue.OPEN)
    return {job.arguments[str(model._meta.model_name)]: job for job in jobs}


def _unexpected(job: Job, endpoint: Endpoint) -> bool:
    since = endpoint.visited and job.finished and endpoint.visited > job.finished
    return job.attempts >= ATTEMPTS and not since


def _prefix(endpoint: Endpoint) -> str:
    return f"{VISITS[type(endpoint)]}:{endpoint.organization.slug}:{endpoint.pk}:"


def _key(arrival: Arrival) -> str:
    return f"import:{arrival.organization.slug}:{arrival.pk}"
