"""`list_jobs`: what runs, waits and failed in the background."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.clock import stamp
from roster.management.base import RosterCommand, organization_of
from roster.models import Job


class Command(RosterCommand):
    help = "List background jobs, the latest first: queued, running, done, failed, cancelled."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="only this organization's")
        parser.add_argument("--state", choices=Job.State.values, help="only those in this state")
        parser.add_argument("--last", type=int, default=50, metavar="N", help="how many (50)")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        rows = Job.objects.select_related("organization").order_by("-pk")
        if options["organization"]:
            rows = rows.filter(organization=organization_of(options["organization"]))
        if options["state"]:
            rows = rows.filter(state=options["state"])
        found = [facts(job) for job in rows[: max(options["last"], 0)]]
        words = [
            f"{each['id']:>8} {each['state']:<9} {each['key']}  {each['reason'] or each['stage']}"
            for each in found
        ]
        return {"jobs": found}, "\n".join(words) or "There are no such jobs."


def facts(job: Job) -> dict[str, Any]:
    return {
        "id": job.pk,
        "kind": job.kind,
        "key": job.key,
        "organization": job.organization.slug if job.organization else None,
        "state": job.state,
        "percent": job.percent,
        "stage": job.stage,
        "attempts": job.attempts,
        "reason": job.reason,
        "by": job.by_name,
        "due": stamp(job.due),
        "finished": stamp(job.finished) if job.finished else None,
    }
