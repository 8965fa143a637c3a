"""`list_refreshes`: the refreshes of an organization's cache, with what each changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.clock import stamp
from roster.management.base import OrganizationCommand
from roster.models import Refresh


class Command(OrganizationCommand):
    help = "List the refreshes of an organization's cache, the last ones first."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--last", type=int, default=50, metavar="N", help="how many (50)")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        found = [
            facts(each) for each in self.organization.refreshes.all()[: max(1, options["last"])]
        ]
        words = [
            f"{each['began']} {each['state']:<10} +{each['added']:,} ~{each['changed']:,}"
            f" -{each['removed']:,}, {each['by']}"
            for each in found
        ]
        return {"refreshes": found}, "\n".join(words) or "The cache was never refreshed."


def facts(refresh: Refresh) -> dict[str, Any]:
    return {
        "state": refresh.state,
        "percent": refresh.percent,
        "added": refresh.added,
        "changed": refresh.changed,
        "removed": refresh.removed,
        "held_because": [each["reason"] for each in refresh.holds],
        "reason": refresh.reason,
        "by": refresh.by_name,
        "approved_by": refresh.approved_by,
        "began": stamp(refresh.began),
        "finished": refresh.finished and stamp(refresh.finished),
    }
