"""`include`: clear External LMS Exclude from rows of a kind."""

from __future__ import annotations

from typing import Any

from roster import exclusion
from roster.management.marking import MarkCommand


class Command(MarkCommand):
    help = "Clear the exclude mark that people set on rows of a kind."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        done = exclusion.include(
            self.organization(options["slug"]),
            options["kind"],
            options["ids"],
            reason=options["reason"],
            by=self.actor(),
        )
        return self.told(options, done, "included")
