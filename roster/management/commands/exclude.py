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
            return self.foretold(options, ids)
        done = excluding.exclude(
            self.organization,
            options["kind"],
            ids,
            reason=options["reason"],
            reasons=reasons,
            by=self.actor(),
        )
        return self.answer(options, done, "excluded")

    def foretold(self, options: dict[str, Any], ids: list[str]) -> tuple[dict[str, Any], str]:
        """Say what would be marked, and what would go from a vendor of everything."""
        done = excluding.to_exclude(self.organization, options["kind"], ids)
        result, words = self.answer(options, done, "excluded")
        effect = excluding.effect_of_marks(self.organization, options["kind"], done.changed)
        lost = ", ".join(f"{number:,} of {name}" for name, number in effect.items())
        return (
            result | {"effect": effect},
            f"{words}\nA vendor to whom everything is shared would lose {lost or 'nothing'}.",
        )
