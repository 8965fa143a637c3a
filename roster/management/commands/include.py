"""`include`: clear External LMS Exclude from rows of a kind."""

from __future__ import annotations

from typing import Any

from roster import excluding
from roster.management.marking import MarkCommand


class Command(MarkCommand):
    help = "Clear the exclude mark that people set on rows of a kind, or that was carried over."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        ids, _ = self.chosen(options)
        if options["dry_run"]:
            done = excluding.to_include(self.organization, options["kind"], ids)
        else:
            done = excluding.include(
                self.organization, options["kind"], ids, reason=options["reason"], by=self.actor()
            )
        return self.answer(options, done, "included")
