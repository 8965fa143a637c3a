"""What Celery calls of the keys' storey: what is due by date, and what is old enough to go."""

from __future__ import annotations

from celery import shared_task

from connections import dates, sync_history

BY = "schedule"


@shared_task(name="connections.tasks.tend")
def tend() -> None:
    """Resume pauses whose day has come, hold what has expired, forget old runs."""
    dates.resume_due(BY)
    dates.keep_expiry(BY)
    sync_history.prune()
