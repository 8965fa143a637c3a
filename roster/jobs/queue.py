"""Background work that nothing can lose: a row says what is to be done; here one asks for it.

The row is the truth, a broker's message only its id: messages may be lost, doubled or late, and
workers may die. A lease is taken by one conditional UPDATE (`working.py`), so no two workers do
one job at once; a sweep sends again what nobody works on. Weighed against trusting the broker's own
redelivery: none redelivers soon after a `kill -9`, and the embedded one never does.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Q

from roster import audit
from roster.clock import clock
from roster.jobs.working import ATTEMPTS, KINDS, running_refresh
from roster.models import Job, Organization
from roster.refusal import Refused

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)  # How long a message may take to reach a worker.
RESEND = timedelta(minutes=2)  # How long the sweep waits after sending again.
SWEPT_AT_ONCE = 200

# A page that asks for a job must not hang on a dead broker: kombu's own patience is six seconds.
HURRIED = {"max_retries": 0, "interval_start": 0, "socket_connect_timeout": 2}


def enqueue(
    kind: str,
    *,
    organization: Organization | None,
    key: str,
    arguments: dict[str, Any] | None = None,
    by: audit.Actor,
    due: datetime | None = None,
    again: bool = False,
) -> Job:
    """Return the job of that key; make it, and send it when the transaction commits.

    A key is used once: whatever became of its job, that job is returned. With `again`, one that
    failed begins anew. Without a broker the row waits for the sweep.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of job “{kind}”.")
    now = clock()
    asked_for = {"due": due or now, "lease_until": None if due and due > now else now + PATIENCE}
    job, made = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "organization": organization,
            "arguments": arguments or {},
            "by_name": audit.name_of(by)[:200],
            **asked_for,
        },
    )
    if not made and again:
        made = bool(
            Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
                state=Job.State.QUEUED, attempts=0, percent=0, stage="", reason="", finished=None,
                by_name=audit.name_of(by)[:200], **asked_for,
            )
        )  # fmt: skip
        job.refresh_from_db()
    if made and job.due <= now:
        send_on_commit(job)
    return job


def request_refresh(organization: Organization, by: audit.Actor) -> Job:
    """Queue a refresh now; one that waits for its next attempt is brought forward instead.

    Raises Refused when a refresh is queued or running already.
    """
    with transaction.atomic():
        # Two clicks at once wait for each other here.
        Organization.objects.select_for_update().get(pk=organization.pk)
        open_jobs = Job.objects.filter(organization=organization, kind="refresh")
        if open_jobs.filter(state=Job.State.RUNNING).exists() or running_refresh(organization):
            raise Refused("A refresh is running already. Wait until it has finished.")
        now = clock()
        waiting = open_jobs.filter(state=Job.State.QUEUED).order_by("due").first()
        if waiting is None:
            key = f"refresh:{organization.slug}:{secrets.token_hex(8)}"
            return enqueue("refresh", organization=organization, key=key, by=by)
        if waiting.due <= now:
            raise Refused("A refresh is waiting for its turn already.")
        Job.objects.filter(pk=waiting.pk).update(due=now, lease_until=now + PATIENCE)
        waiting.refresh_from_db()
        send_on_commit(waiting)
        return waiting


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
            )
    except Exception as error:  # Each broker's client has its own.
        log.warning(
            "The broker didn't take a job; the sweep sends it again.",
            extra={"job": job_id, "cause": type(error).__name__},
        )


def sweep() -> int:
    """Send again what is due and nobody works on; return how many jobs that were."""
    now = clock()
    dead = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    dead.filter(attempts__gte=ATTEMPTS).update(
        state=Job.State.FAILED,
        reason=f"The worker ended {ATTEMPTS} times before the work was done.",
        finished=now,
    )
    unheard = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    waiting = Job.objects.filter(unheard, state=Job.State.QUEUED, due__lte=now)
    again = [*dead.values_list("pk", flat=True)[:SWEPT_AT_ONCE]]
    for pk in waiting.order_by("due", "pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        # Of two sweeps at once, one counts; a long queue isn't sent again with every sweep.
        if waiting.filter(pk=pk).update(lease_until=now + RESEND):
            again.append(pk)
    for pk in again:
        send(pk)
    return len(again)
