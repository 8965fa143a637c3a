"""Doing a job: takes its lease, runs the verb of its kind, and records what became of it."""

from __future__ import annotations

import io
import json
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import close_old_connections, connection
from django.db.models import F, Q

from roster import arrivals, publishing
from roster.clock import clock
from roster.jobs import bundles
from roster.jobs.attempts import ATTEMPTS, Later, organization_of
from roster.jobs.heartbeat import LEASE, Heartbeat, LeaseLost, Progress
from roster.models import Arrival, Feed, Job, Organization, Refresh
from roster.refusal import Refused

log = logging.getLogger(__name__)

BACKOFF = timedelta(seconds=30)  # After the first failure; four times as long after each further.
LOOK_AGAIN = timedelta(seconds=10)  # What waits for other work looks this often if it has ended.
KEPT = timedelta(days=90)  # How long one can look up what a job did,
SWEEPS_KEPT = timedelta(days=2)  # and what a sweep or a look at a source did: there are many.


def work(job_id: int, worker: str, progress: Progress | None = None) -> bool:
    """Do the job if it is free and due, and return whether it was this call that did it.

    What is refused fails at once, with the refusal's words; anything unexpected is tried again
    with growing pauses, five times in all. `progress` is called with what the job's row is told.
    """
    job = take(job_id, worker)
    if job is None:
        return False
    try:
        with Heartbeat(job) as heart:
            result = KINDS[job.kind](job, _both(heart.progress, progress))
    except LeaseLost:
        log.warning("A job's lease was lost; another worker has it.", extra={"job": job.pk})
        return False
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
    return True


def _both(heard: Progress, shown: Progress | None) -> Progress:
    def tell(percent: int, stage: str) -> None:
        heard(percent, stage)
        if shown:
            shown(percent, stage)

    return tell


def take(job_id: int, worker: str) -> Job | None:
    """Return the job under a lease of this worker's, or None if it isn't there for the taking."""
    now = clock()
    mine = f"{worker[:100]} {secrets.token_hex(4)}"  # Two takings by one worker differ.
    free = Q(state=Job.State.QUEUED, due__lte=now) | Q(
        state=Job.State.RUNNING, lease_until__lt=now, attempts__lt=ATTEMPTS
    )
    taken = Job.objects.filter(free, pk=job_id).update(
        state=Job.State.RUNNING,
        worker=mine,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        percent=0,
        stage="",
    )
    if not taken:
        return None
    return Job.objects.select_related("organization").filter(pk=job_id, worker=mine).first()


def running_refresh(organization: Organization) -> Refresh | None:
    """Return the refresh of the organization that runs now, begun by a job or by a command."""
    return Refresh.objects.filter(
        organization=organization, state=Refresh.State.RUNNING, lease_until__gt=clock()
    ).first()


def refresh(job: Job, progress: Progress) -> dict[str, Any]:
    try:
        return publishing.refresh(organization_of(job), by=job.by_name, progress=progress)
    except publishing.AlreadyRunning as error:
        # Left behind by a dead worker, or begun by a command: look again soon, as it may end soon.
        raise Later("Waiting for the refresh that is running.", clock() + LOOK_AGAIN) from error


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
    """Delete what has expired: tokens, sessions, jobs done long ago, bundles that nobody needs."""
    for command in ("cleartokens", "clearsessions"):
        call_command(command, stdout=io.StringIO(), stderr=io.StringIO())
    now = clock()
    old = Q(finished__lt=now - KEPT) | Q(kind="sweep", finished__lt=now - SWEEPS_KEPT)
    looks = Q(kind="fetch", finished__lt=now - SWEEPS_KEPT)
    jobs = Job.objects.filter(looks | (old & Q(state=Job.State.DONE))).delete()[0]
    unchanged = Arrival.objects.filter(state=Arrival.State.UNCHANGED, received__lt=now - KEPT)
    unchanged.delete()
    return {"jobs": jobs, "files": arrivals.clear_left_behind()}


KINDS: dict[str, Callable[[Job, Progress], dict[str, Any]]] = {
    "refresh": refresh,
    "publish": publish,
    "fetch": bundles.fetch,
    "import": bundles.import_arrival,
    "approve": bundles.approve_import,
    "sweep": sweep,
    "tidy": tidy,
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
    """End the lease with what became of the job, unless the lease was lost meanwhile."""
    if not connection.in_atomic_block:
        close_old_connections()  # A database that was restarted meanwhile is connected to anew.
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, worker=job.worker).update(
        lease_until=None, worker="", **fields
    )
