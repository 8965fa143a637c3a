"""What Celery calls of the keys' storey: what is due by date, and what was left undone."""

from __future__ import annotations

import logging

from celery import shared_task

from connections import lifecycle, relining, runs
from connections.models import Connection
from roster.refusal import Refused

logger = logging.getLogger("rosterdesk.connections")

BY = "schedule"


@shared_task(name="connections.tasks.tend")
def tend() -> None:
    """Finish changes of line, resume pauses whose day has come, forget old readings."""
    relining.finish(BY)
    resume_due()
    runs.prune()


def resume_due() -> list[Connection]:
    """Resume the paused connections whose day has come in their district's time zone.

    One that can't be resumed now, because a refresh is running, is tried again by the next
    call; the others don't wait for it.
    """
    resumed = []
    paused = Connection.objects.filter(status=Connection.Status.PAUSED, resume_on__isnull=False)
    for connection in paused.select_related("organization", "line"):
        if connection.resume_on and connection.resume_on <= connection.organization.today():
            try:
                lifecycle.resume(connection, by=BY, reason="The day set for the resume has come.")
            except Refused as refusal:
                logger.warning("Connection %s is not resumed yet: %s", connection.pk, refusal)
            else:
                resumed.append(connection)
    return resumed
