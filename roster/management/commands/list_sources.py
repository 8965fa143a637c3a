"""`list_sources`: where bundles are fetched from, and what the last look said."""

from __future__ import annotations

from typing import Any

from roster.management.base import OrganizationCommand
from roster.management.sources import described, in_words, silence


class Command(OrganizationCommand):
    help = "List the sources of an organization, with the last look's trouble. No secrets."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        facts = [described(source, ask=True) for source in self.organization.sources.all()]
        since, words = silence(self.organization)
        lines = [in_words(each) for each in facts] or ["No source. set_source adds one."]
        return {"sources": facts, "silent_since": since}, "\n".join(lines + words)
