"""`list_destinations`: where vendors' grades are delivered, and what the last delivery said."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.base import RosterCommand
from roster.management.sources import described, in_words


class Command(RosterCommand):
    help = "List where what vendors wrote is delivered, with the last delivery's trouble."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organization = self.organization(options["slug"])
        told = [described(each, ask=True) for each in organization.destinations.all()]
        lines = [in_words(each) for each in told] or ["No destination. set_destination adds one."]
        return {"destinations": told}, "\n".join(lines)
