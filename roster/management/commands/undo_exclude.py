"""`undo_exclude`: clear the marks of one act of exclusion, by its number in the audit log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster import excluding
from roster.management.base import OrganizationCommand
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = "Undo an exclusion: clear the marks that it set, as far as they still stand."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("entry", metavar="ENTRY", type=int, help="its number in list_audit")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")
        parser.add_argument("--dry-run", action="store_true", help="say what it would clear")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        entry = self.organization.audit.filter(pk=options["entry"]).first()
        if entry is None:
            raise Refused(
                f"There is no act {options['entry']} in {self.organization.name}'s audit log."
            )
        if options["dry_run"]:
            cleared = excluding.still_marked(entry)
        else:
            cleared = excluding.undo(entry, reason=options["reason"], by=self.actor()).changed
        result = {"kind": entry.kind, "included": cleared, "dry_run": options["dry_run"]}
        return result, f"{len(cleared)} of kind {entry.kind}: {', '.join(cleared[:20])}"
