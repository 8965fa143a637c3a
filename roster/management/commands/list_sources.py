"""`list_sources`: where bundles are fetched from, and what the last look said."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.base import RosterCommand
from roster.management.sources import described, in_words, silence


class Command(RosterCommand):
    help = "List the sources of an organization, with the last look's trouble. No secrets."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organization = self.organization(options["slug"])
        told = [described(source, ask=True) for source in organization.sources.all()]
        since, words = silence(organization)
        lines = [in_words(each) for each in told] or ["No source. set_source adds one."]
        return {"sources": told, "silent_since": since}, "\n".join(lines + words)
