"""Background work that nothing can lose: a row says what is to be done; here one asks for it.

The row is the truth, a broker's message only its id: messages may be lost, doubled or late, and
workers may die. A lane's lock (`lanes.py`) lets one worker at a time do a job; a sweep sends again
what nobody works on. Weighed against trusting the broker's own redelivery: none redelivers soon
after a `kill -9`, and the embedded one never does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Q

from roster import audit
from roster.clock import clock
from roster.database import locks
from roster.jobs.lanes import Lane
from roster.jobs.working import KINDS
from roster.models import Job, Organization
from roster.refusal import Refused

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)  # How long a message may take to reach a worker.
STALE = 60  # Seconds after which a message is dropped: another one has been sent.
SCHEDULE = "schedule"
"""Who asks for what is due by time."""
OPEN = (Job.State.QUEUED, Job.State.RUNNING)

# A page that asks for a job must not hang on a dead broker: kombu's own patience is six seconds.
HURRIED = {"max_retries": 0, "interval_start": 0, "socket_connect_timeout": 2}


def enqueue(
    kind: str,
    *,
    organization: Organization | None,
    key: str,
    arguments: dict[str, Any] | None = None,
    by: audit.Actor,
    again: bool = False,
) -> Job:
    """Return the job of that key; make it, and send it when the transaction commits.

    A key is used once: whatever became of its job, that job is returned. With `again`, one that
    failed begins anew. Without a broker the row waits for the sweep.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of job “{kind}”.")
    now = clock()
    job, made = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "organization": organization,
            "arguments": arguments or {},
            "by_name": audit.name_of(by)[:200],
            "due": now,
            "send_again": now + PATIENCE,
        },
    )
    if not made and again:
        made = _begin_anew(job, by)
        job.refresh_from_db()
    if made:
        send_on_commit(job)
    return job


def enqueue_new(kind: str, due: Mapping[str, Organization]) -> list[Job]:
    """Queue, for the schedule, those jobs that are due by their keys and were never asked for."""
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    return [
        enqueue(kind, organization=organization, key=key, by=SCHEDULE)
        for key, organization in due.items()
        if key not in known
    ]


def bring_forward(job: Job) -> Job:
    """Have a job that is due later done now."""
    now = clock()
    Job.objects.filter(pk=job.pk).update(due=now, send_again=now + PATIENCE)
    job.refresh_from_db()
    send_on_commit(job)
    return job


def send_on_commit(job: Job) -> None:
    transaction.on_commit(lambda: send(job.pk))


def send(job_id: int) -> None:
    """Send the job to a worker; where no broker answers, the sweep sends it later."""
    try:
        with current_app.connection_for_write(transport_options=HURRIED) as connection:
            current_app.send_task(
                "roster.tasks.work",
                (job_id,),
                connection=connection,
                retry=False,
                ignore_result=True,
                expires=STALE,
            )
    except Exception as error:  # Each broker's client has its own.
        log.warning(
            "The broker didn't take a job; the sweep sends it again.",
            extra={"job": job_id, "cause": type(error).__name__},
        )


def run_again(job: Job, by: audit.Actor) -> None:
    """Queue a job anew that failed. Raises Refused where it didn't."""
    with transaction.atomic():
        if not _begin_anew(job, by):
            raise Refused("Only a job that failed can be run again.")
        audit.record(by, "job.repeated", job.organization, kind="job", object_id=str(job.pk))
        send_on_commit(job)


def _begin_anew(job: Job, by: audit.Actor) -> bool:
    now = clock()
    failed = Job.objects.filter(pk=job.pk, state=Job.State.FAILED)
    return bool(
        failed.update(
            state=Job.State.QUEUED, attempts=0, percent=0, stage="", reason="", finished=None,
            by_name=audit.name_of(by)[:200], due=now, send_again=now + PATIENCE,
        )
    )  # fmt: skip


def sweep(*, at_once: bool = False) -> int:
    """Send what is due and nobody works on, one message for a lane; return how many those are.

    `at_once`: a worker that has just begun doesn't wait for messages that the last one may have
    taken with it.
    """
    now = clock()
    due = Q(state=Job.State.RUNNING) | Q(state=Job.State.QUEUED, due__lte=now)
    first: dict[str, Job] = {}
    for job in Job.objects.filter(due).order_by("due", "pk"):
        first.setdefault(Lane.of(job).name, job)
    # Of two sweeps at once, one counts.
    sent = Q() if at_once else Q(send_again__isnull=True) | Q(send_again__lt=now)
    again = [
        job.pk
        for name, job in first.items()
        if locks.is_free(name)
        and (
            job.state == Job.State.RUNNING
            or Job.objects.filter(sent, pk=job.pk).update(send_again=now + PATIENCE)
        )
    ]
    for pk in again:
        send(pk)
    return len(again)
