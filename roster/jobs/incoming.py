"""The jobs that bring bundles in: a look at a source, the import of what came, made-up nights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from roster import fetching, importing, sandboxes
from roster.clock import clock
from roster.jobs.attempts import ATTEMPTS, Later, organization_of
from roster.jobs.progress import Progress
from roster.models import Arrival, Job, Source
from roster.refusal import Cancelled, Refused

SOON = timedelta(seconds=30)  # After a look that found something unfinished, or nobody there.
PATIENCE = timedelta(hours=2)  # How long a daily look is tried again.


def fetch(job: Job, progress: Progress) -> dict[str, Any]:
    """Look at a source. A look that comes too early is repeated: by the next one, where there is
    one every few minutes, else by this job."""
    source = Source.objects.select_related("organization").filter(
        pk=job.arguments["source"], active=True
    ).first()  # fmt: skip
    if source is None:
        return {"arrivals": []}
    try:
        came = fetching.fetch(source, by=job.by_name, progress=progress)
    except fetching.NotYet as early:
        if source.every_minutes:
            return {"arrivals": [], "not_yet": str(early)}
        if clock() - job.created > PATIENCE:
            raise
        raise Later(str(early), clock() + SOON) from early
    return {"arrivals": [arrival.pk for arrival in came]}


def import_arrival(job: Job, progress: Progress) -> dict[str, Any]:
    """Import a bundle that came in, after those that came before it."""
    organization = organization_of(job)
    arrival = organization.arrivals.select_related("organization").get(pk=job.arguments["arrival"])
    before = Arrival.objects.filter(organization=organization, pk__lt=arrival.pk)
    if before.waiting().exists():
        raise Later("Waiting for the import of the bundle that came before.", clock() + SOON)
    try:
        done = fetching.import_arrival(arrival, by=job.by_name, progress=progress)
    except Cancelled:
        raise
    except Exception as error:
        if job.attempts >= ATTEMPTS:
            fetching.abandon(
                arrival, f"The import failed {ATTEMPTS} times: {type(error).__name__}."
            )
        raise
    return {"import": done and done.pk, "state": done and done.state}


def approve_import(job: Job, progress: Progress) -> dict[str, Any]:
    """Apply the held import that somebody has looked at, and no other that was held meanwhile."""
    organization = organization_of(job)
    held = importing.held_import(organization)
    if held is None or held.pk != job.arguments["import"]:
        raise Refused("This import isn't held any more. Look at the list of imports.")
    done = importing.approve(organization, by=job.by_name, progress=progress)
    return {"import": done.pk, "state": done.state}


def night(job: Job, progress: Progress) -> dict[str, Any]:
    """Import what a sandbox's district is like today."""
    done = sandboxes.import_night(organization_of(job), by=job.by_name, progress=progress)
    return {"import": done.pk, "state": done.state}
