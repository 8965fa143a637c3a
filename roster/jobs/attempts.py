"""What the verbs of jobs say about another attempt."""

from __future__ import annotations

from datetime import datetime

from roster.models import Job, Organization

ATTEMPTS = 5


class Later(Exception):
    """The work can't be done just now: no failure, but something to try again at `due`."""

    def __init__(self, reason: str, due: datetime) -> None:
        super().__init__(reason)
        self.due = due


def organization_of(job: Job) -> Organization:
    if job.organization is None:
        raise ValueError(f"Job {job.pk} has no organization.")
    return job.organization
