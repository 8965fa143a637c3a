"""Refreshes as jobs: those that are due by time or after an import, asked for, cancelled."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from roster import audit, publishing
from roster.clock import clock
from roster.importing import traces
from roster.jobs import queue
from roster.jobs.working import running_refresh
from roster.map import shown
from roster.models import Import, Job, Organization, Refresh
from roster.refusal import Refused


def enqueue_due() -> list[Job]:
    """Queue the refreshes whose time has passed and that nobody has queued yet.

    What was missed while nothing ran is made up for once. Organizations that never imported
    anything have nothing to refresh, nor has one whose data somebody has discarded.
    """
    now = clock()
    imported = Import.objects.filter(organization=OuterRef("pk"), state=Import.State.APPLIED)
    due = {}
    for organization in Organization.objects.filter(Exists(imported)):
        last = organization.last_due(now)
        if last.moment >= organization.created and not publishing.is_discarded(organization):
            due[f"refresh:{organization.slug}:{last.name}"] = organization
    return queue.enqueue_new("refresh", due)


def enqueue_after_imports() -> list[Job]:
    """Queue a refresh for each organization that wants one after an import, once for each.

    Where a refresh is held, the import has superseded it, and those who wait with it wait no more.
    """
    due = {}
    held = Exists(Refresh.objects.filter(organization=OuterRef("pk"), state=Refresh.State.HELD))
    wanting = Organization.objects.filter(Q(held) | Q(refresh_after_import=True))
    for organization in wanting:
        last, seen = traces.last_applied(organization), shown(organization)
        waiting = publishing.held_refresh(organization)
        if waiting and not publishing.is_superseded(waiting):
            continue
        if last and (seen is None or seen.revision < organization.revision):
            due[f"refresh:{organization.slug}:import-{last.pk}"] = organization
    return queue.enqueue_new("refresh", due)


def request_refresh(
    organization: Organization, by: audit.Actor, approve: Refresh | None = None
) -> Job:
    """Queue a refresh now; one that waits for its next attempt is brought forward instead.

    `approve` is the held one that it is to show. Raises Refused when a refresh is queued or running
    already.
    """
    with transaction.atomic():
        # Two clicks at once wait for each other here.
        Organization.objects.select_for_update().get(pk=organization.pk)
        jobs = Job.objects.filter(organization=organization, kind="refresh")
        if jobs.filter(state=Job.State.RUNNING).exists() or running_refresh(organization):
            raise Refused("A refresh is running already. Wait until it has finished.")
        waiting = jobs.filter(state=Job.State.QUEUED).order_by("due").first()
        if waiting is None or approve:
            key = f"refresh:{organization.slug}:{secrets.token_hex(8)}"
            arguments = {"approve": approve.pk} if approve else {}
            return queue.enqueue(
                "refresh", organization=organization, key=key, arguments=arguments, by=by
            )
        if waiting.due <= clock():
            raise Refused("A refresh is waiting for its turn already.")
        return queue.bring_forward(waiting)


def cancel(organization: Organization, by: audit.Actor) -> Job:
    """Give up the refresh that runs or waits; nothing of it is shown. Refused if there is none."""
    with transaction.atomic():
        jobs = organization.jobs.filter(kind="refresh", state__in=queue.OPEN)
        # The one that runs; else the one whose turn is next.
        for job in sorted(jobs, key=lambda each: (each.state == Job.State.QUEUED, each.due)):
            reason = f"Cancelled by {audit.name_of(by)}."
            if jobs.filter(pk=job.pk, state=job.state).update(
                state=Job.State.CANCELLED, reason=reason, finished=clock()
            ):
                audit.record(by, "refresh.cancelled", organization, kind="job", object_id=job.key)
                return job
    raise Refused("There is no refresh to be cancelled; one that a command has begun ends with it.")
