"""What Celery calls of the keys' storey: what is due by date, and what is old enough to go."""

from __future__ import annotations

from celery import shared_task

from connections import dates, hand_over, interests, rollover, sync_history

BY = "schedule"


@shared_task(name="connections.tasks.tend")
def tend() -> None:
    """Begin and resume what is due, hold and end what has expired, decide due rollovers; forget
    old runs and requests, declined forms, and the secrets of links that nobody opened."""
    dates.begin_due(BY)
    dates.end_secrets(BY)
    dates.keep_expiry(BY)
    rollover.approve_due(BY)
    sync_history.prune()
    sync_history.prune_requests()
    hand_over.forget()
    interests.forget()
