"""The installation as its operator sees it: organizations by size and health, queue, workers.

Counts and times alone: nothing here shows a district's data.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from connections.models import Connection
from portal.alerting.pulses import NAMES, SILENCE
from portal.models import Membership, Pulse
from roster.clock import clock
from roster.models import Import, Job, Organization, Refresh, Status, User

RECENT = timedelta(days=1)
"""How far back failed jobs count."""


class Queue(NamedTuple):
    """Background jobs that are due and wait, that run, and that failed in the last day."""

    waiting: int
    running: int
    failed: int
    oldest: datetime | None


class Worker(NamedTuple):
    """A background process: when it was last heard of, and whether that is a moment ago."""

    name: str
    heard: datetime | None
    alive: bool


def measured() -> list[Organization]:
    """Return the organizations by name, each with its counts and times, by one query."""
    connections = Connection.objects.exclude(status=Connection.Status.CLOSED)
    imports = Import.objects.filter(state=Import.State.APPLIED)
    refreshes = Refresh.objects.filter(state=Refresh.State.PUBLISHED)
    held = (Import.objects.filter(state="held"), Refresh.objects.filter(state="held"))
    failed = Job.objects.filter(state=Job.State.FAILED, finished__gte=clock() - RECENT)
    return list(
        Organization.objects.by_name().annotate(
            staff=counted(Membership.objects.all()),
            people=counted(User.objects.filter(status=Status.ACTIVE)),
            open_connections=counted(connections),
            last_import=latest(imports),
            last_refresh=latest(refreshes),
            held=counted(held[0]) + counted(held[1]),
            failed_jobs=counted(failed),
        )
    )


def queue() -> Queue:
    """Return how the background jobs of all organizations stand."""
    now = clock()
    waiting = Q(state=Job.State.QUEUED, due__lte=now)
    counts = Job.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        running=Count("pk", filter=Q(state=Job.State.RUNNING)),
        failed=Count("pk", filter=Q(state=Job.State.FAILED, finished__gte=now - RECENT)),
        oldest=Min("due", filter=waiting),
    )
    return Queue(**counts)


def workers() -> list[Worker]:
    """Return the worker and the schedule, heard of or not."""
    now, heard = clock(), dict(Pulse.objects.values_list("name", "at"))
    return [
        Worker(name, heard.get(name), name in heard and now - heard[name] <= SILENCE)
        for name in NAMES
    ]


def counted(rows: QuerySet[Any]) -> Coalesce:
    of_one = rows.filter(organization=OuterRef("pk")).order_by().values("organization")
    return Coalesce(Subquery(of_one.annotate(number=Count("pk")).values("number")), 0)


def latest(rows: QuerySet[Any]) -> Subquery:
    finished = rows.filter(organization=OuterRef("pk"), finished__isnull=False)
    return Subquery(finished.order_by("-finished").values("finished")[:1])
