"""The job that delivers grades: what vendors wrote, under the names that partners have."""

from __future__ import annotations

from typing import Any

from connections.models import Partner
from roster import audit, fetching
from roster.clock import clock
from roster.jobs.attempts import Later
from roster.jobs.incoming import PATIENCE, SOON
from roster.jobs.progress import Progress
from roster.models import Destination, Job


def work(job: Job, progress: Progress) -> dict[str, Any]:
    """Deliver to a destination; where its server can't be reached, try again for two hours."""
    destination = (
        Destination.objects.select_related("organization")
        .filter(pk=job.arguments["destination"], active=True)
        .first()
    )
    if destination is None:
        return {"files": {}}
    try:
        return {"files": deliver(destination, by=job.by_name)}
    except fetching.NotYet as early:
        if clock() - job.created > PATIENCE:
            raise
        raise Later(str(early), clock() + SOON) from early


def deliver(destination: Destination, *, by: audit.Actor) -> dict[str, int]:
    """Deliver what is new now; return how many rows of each file."""
    return fetching.deliver(destination, vendors(), by=by)


def vendors() -> dict[int, str]:
    """Return what partners are called, by key."""
    return dict(Partner.objects.values_list("pk", "name"))
