"""Doing a job: takes it, runs the verb of its kind, and records what became of it."""

from __future__ import annotations

import io
import json
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from roster import arrivals, publishing
from roster.clock import clock
from roster.database import locks
from roster.jobs import incoming
from roster.jobs.attempts import ATTEMPTS, Later, organization_of
from roster.jobs.lanes import Lane
from roster.jobs.progress import Progress, Watch
from roster.models import Arrival, Feed, Finding, Import, Job, Organization, Refresh
from roster.refusal import Cancelled, Refused

log = logging.getLogger(__name__)

BACKOFF = timedelta(seconds=30)  # After the first failure; four times as long after each further.
GIVEN_UP = f"The worker ended {ATTEMPTS} times before the work was done."
KEPT = timedelta(days=90)  # How long one can look up what a job of no organization did,
SWEEPS_KEPT = timedelta(days=2)  # and what a sweep, a look or a forgotten password did: many.


def work(job_id: int, worker: str, progress: Progress | None = None) -> bool:
    """Do what is due in the job's lane, unless another process is at it; return whether the job
    was done by this call.

    What is refused fails at once, with the refusal's words; anything unexpected is tried again
    with growing pauses, five times in all. `progress` is called with what the job's row is told.
    """
    asked = Job.objects.filter(pk=job_id).first()
    if asked is None:
        return False
    lane, done = Lane.of(asked), False
    while lane.work(clock()).exists():
        with locks.lock(lane.name) as free:
            if not free:
                break
            while (job := lane.work(clock()).first()) is not None:
                if (taken := take(job, worker)) is not None:
                    done |= taken.pk == job_id
                    _do(taken, progress if taken.pk == job_id else None)
    return done


def take(job: Job, worker: str) -> Job | None:
    """Return a job of a lane that is ours, or None: who has killed so many workers is given up."""
    mine = Job.objects.filter(pk=job.pk, state=job.state, worker=job.worker)
    if job.state == Job.State.RUNNING and job.attempts >= ATTEMPTS:
        mine.update(state=Job.State.FAILED, reason=GIVEN_UP, worker="", finished=clock())
        return None
    name = f"{worker[:100]} {secrets.token_hex(4)}"  # Two takings by one worker differ.
    taken = mine.update(
        state=Job.State.RUNNING, worker=name, attempts=F("attempts") + 1, percent=0, stage=""
    )
    return Job.objects.select_related("organization").get(pk=job.pk) if taken else None


def _do(job: Job, shown: Progress | None) -> None:
    try:
        with Watch(job, shown) as watch:
            result = KINDS[job.kind](job, watch.note)
    except Cancelled:
        log.info("A job was cancelled.", extra={"job": job.pk})
    except Later as later:
        _put_back(job, str(later), later.due, attempts=F("attempts") - 1)
    except Refused as refusal:
        _fail(job, str(refusal))
    except Exception:
        log.exception("A job failed.", extra={"job": job.pk, "kind": job.kind})
        _try_again(job)
    else:
        plain = json.loads(json.dumps(result or {}, cls=DjangoJSONEncoder))
        _settle(job, state=Job.State.DONE, percent=100, result=plain, reason="", finished=clock())


def running_refresh(organization: Organization) -> Refresh | None:
    """Return the refresh of the organization that runs now, begun by a job or by a command."""
    return organization.refreshes.filter(state=Refresh.State.RUNNING).first()


def refresh(job: Job, progress: Progress) -> dict[str, Any]:
    """Refresh, after one that a command has begun."""
    organization, approve = organization_of(job), job.arguments.get("approve")
    done = publishing.refresh(
        organization, by=job.by_name, progress=progress, wait=True, approve=approve
    )
    return {**done, "difference": {}}  # Which has names, and is in the refresh's row.


def publish(job: Job, progress: Progress) -> dict[str, Any]:
    """Publish for a feed what the last refresh has shown, if it still waits for that."""
    feed = Feed.objects.filter(pk=job.arguments["feed"], state=Feed.State.FOLLOWING).first()
    if feed is not None and feed.publication_id is None:
        publishing.start_feed(feed, by=job.by_name, then=lambda: None)
    return {"feed": job.arguments["feed"]}


def sweep(job: Job, progress: Progress) -> dict[str, Any]:
    """Delete lists, documents and maps that nobody reads any more."""
    return publishing.sweep(organization_of(job))


def tidy(job: Job, progress: Progress) -> dict[str, Any]:
    """Delete what has expired: tokens, sessions, history, bundles that nobody needs."""
    for command in ("cleartokens", "clearsessions"):
        call_command(command, stdout=io.StringIO(), stderr=io.StringIO())
    now = clock()
    many = Q(kind="sweep", state=Job.State.DONE) | Q(kind__in=("fetch", "deliver", "password"))
    found = {"jobs": Job.objects.filter(many, finished__lt=now - SWEEPS_KEPT).delete()[0]}
    of_nobody = Job.objects.filter(organization=None, finished__lt=now - KEPT)
    found["jobs"] += of_nobody.delete()[0]
    for organization in Organization.objects.all():
        before = now - timedelta(days=organization.history_kept_days)
        for name, rows in _history(organization, before).items():
            found[name] = found.get(name, 0) + rows.delete()[0]
    return {**found, "files": arrivals.clear_left_behind()}


def _history(organization: Organization, before: datetime) -> dict[str, QuerySet[Any]]:
    """Return what is old enough to go. What is open stays, and the last refresh that was shown,
    and that was discarded: the schedule goes by them.
    """
    old = {"finished__lt": before}
    states = (Refresh.State.PUBLISHED, Refresh.State.DISCARDED)
    last = [organization.refreshes.filter(state=each).first() for each in states]
    imports = organization.imports.exclude(state__in=(Import.State.RUNNING, Import.State.HELD))
    return {
        "jobs": organization.jobs.filter(**old),
        "refreshes": organization.refreshes.filter(**old)
        .exclude(state=Refresh.State.HELD)
        .exclude(pk__in=[each.pk for each in last if each]),
        "findings": Finding.objects.filter(of_import__in=imports.filter(**old)),
        "unchanged": organization.arrivals.filter(
            state=Arrival.State.UNCHANGED, received__lt=before
        ),
        "refused writes": organization.refused_writes.filter(last__lt=before),
    }


def _elsewhere(name: str) -> Callable[[Job, Progress], dict[str, Any]]:
    """Return a verb that an upper storey has, which is imported when it is first needed."""
    return lambda job, progress: import_string(name)(job, progress)


KINDS: dict[str, Callable[[Job, Progress], dict[str, Any]]] = {
    "refresh": refresh,
    "publish": publish,
    "fetch": incoming.fetch,
    "import": incoming.import_arrival,
    "approve": incoming.approve_import,
    "night": incoming.night,
    "sweep": sweep,
    "tidy": tidy,
    **{kind: _elsewhere(name) for kind, name in settings.JOBS.items()},
}


def _try_again(job: Job) -> None:
    if job.attempts >= ATTEMPTS:
        _fail(job, f"It failed {job.attempts} times; the reason is in the log.")
        return
    pause = BACKOFF * 4 ** (job.attempts - 1)
    reason = f"Attempt {job.attempts} of {ATTEMPTS} failed; it will be tried again."
    _put_back(job, reason, clock() + pause)


def _put_back(job: Job, reason: str, due: datetime, **fields: Any) -> None:
    _settle(job, state=Job.State.QUEUED, reason=reason, due=due, **fields)


def _fail(job: Job, reason: str) -> None:
    _settle(job, state=Job.State.FAILED, reason=reason, finished=clock())


def _settle(job: Job, **fields: Any) -> None:
    """Write what became of the job, unless somebody has cancelled it or taken it over."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, worker=job.worker)
    try:
        mine.update(send_again=None, worker="", **fields)
    except DatabaseError:
        if connection.in_atomic_block:
            raise
        connection.close()  # The database was restarted meanwhile; it is connected to anew.
        mine.update(send_again=None, worker="", **fields)
