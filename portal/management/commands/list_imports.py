"""`list_imports`: the imports of an organization, with what each changed or why it didn't."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.clock import stamp
from roster.management.base import OrganizationCommand
from roster.models import Import


class Command(OrganizationCommand):
    help = "List the imports of an organization, the last ones first."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--last", type=int, default=50, metavar="N", help="how many (50)")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        rows = self.organization.imports.defer("files").order_by("-pk")
        found = [facts(each) for each in rows[: max(1, options["last"])]]
        words = [
            f"{each['id']:>6} {each['state']:<9} {each['began']}  {each['name']}, {each['by']}"
            for each in found
        ]
        return {"imports": found}, "\n".join(words) or "Nothing has been imported yet."


def facts(of_import: Import) -> dict[str, Any]:
    return {
        "id": of_import.pk,
        "name": of_import.name,
        "oneroster": of_import.oneroster,
        "state": of_import.state,
        "counts": of_import.counts,
        "held_because": [each["reason"] for each in of_import.holds],
        "reason": of_import.reason,
        "by": of_import.by_name,
        "approved_by": of_import.approved_by,
        "began": stamp(of_import.began),
        "finished": of_import.finished and stamp(of_import.finished),
    }
