"""`list_destinations`: where vendors' grades are delivered, and what the last delivery said."""

from __future__ import annotations

from typing import Any

from roster.management.base import OrganizationCommand
from roster.management.sources import described, in_words


class Command(OrganizationCommand):
    help = "List where what vendors wrote is delivered, with the last delivery's trouble."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        facts = [described(each, ask=True) for each in self.organization.destinations.all()]
        lines = [in_words(each) for each in facts] or ["No destination. set_destination adds one."]
        return {"destinations": facts}, "\n".join(lines)
