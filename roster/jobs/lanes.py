"""Lanes: jobs that wait for each other, of which one process at a time does one after the other.

What refreshes for an organization is one lane, what imports for it another, acts of people a
third; any other job is a lane by itself. Whoever has a lane's lock does what is due in it, and
looks once more after letting go: so what had to wait is done when its turn comes, and a message
only says that there is work.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from roster.models import Job

SHARED = (("refresh", "publish"), ("import", "approve", "night"), ("act",))
"""The kinds of an organization that wait for each other."""


class Lane(NamedTuple):
    """A lane's name, which is its lock's, and its jobs."""

    name: str
    jobs: QuerySet[Job]

    @classmethod
    def of(cls, job: Job) -> Lane:
        for kinds in SHARED:
            if job.kind in kinds:
                jobs = Job.objects.filter(organization=job.organization_id, kind__in=kinds)
                return cls(f"jobs-{kinds[0]}-{job.organization_id}", jobs)
        return cls(f"job-{job.pk}", Job.objects.filter(pk=job.pk))

    def work(self, now: datetime) -> QuerySet[Job]:
        """Return what is due, the first one first; what is running is a dead worker's, where the
        lane is free.
        """
        due = Q(state=Job.State.QUEUED, due__lte=now) | Q(state=Job.State.RUNNING)
        return self.jobs.filter(due).order_by("due", "pk")
