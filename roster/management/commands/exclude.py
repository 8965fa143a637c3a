"""`exclude`: set External LMS Exclude on rows of a kind."""

from __future__ import annotations

from typing import Any

from roster import excluding
from roster.management.marking import MarkCommand


class Command(MarkCommand):
    help = "Exclude rows of a kind, and all below them, from what any vendor reads."
    reason_required = True

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        ids, reasons = self.chosen(options)
        if options["dry_run"]:
            done = excluding.to_exclude(self.organization, options["kind"], ids)
        else:
            done = excluding.exclude(
                self.organization,
                options["kind"],
                ids,
                reason=options["reason"],
                reasons=reasons,
                by=self.actor(),
            )
        return self.answer(options, done, "excluded")
