"""`run_job`: run a failed job again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster import jobs
from roster.management.base import RosterCommand
from roster.management.commands.list_jobs import facts
from roster.models import Job
from roster.refusal import Refused


class Command(RosterCommand):
    help = "Queue a job again that failed; a background worker takes it."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", type=int, metavar="ID", help="as list_jobs names it")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        job = Job.objects.select_related("organization").filter(pk=options["job"]).first()
        if job is None:
            raise Refused(f"There is no job {options['job']}.")
        jobs.run_again(job, by=self.actor())
        job.refresh_from_db()
        return facts(job), f"{job.key} is queued again."
