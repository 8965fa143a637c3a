"""`list_audit`: what was changed in an organization, by whom, from what to what and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from roster.audit import searching
from roster.clock import stamp
from roster.management.base import OrganizationCommand
from roster.management.sheets import write_sheet


class Command(OrganizationCommand):
    help = "List the audit log of an organization, the newest first."

    def arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--action", default="", metavar="A", help="such as sharing.changed")
        add("--by", default="", metavar="WHO", help="a part of the name of who did it")
        add("--object", default="", metavar="ID", help="what it was done to, by its id")
        add("--from", dest="since", type=date.fromisoformat, metavar="DATE", help="the first day")
        add("--until", type=date.fromisoformat, metavar="DATE", help="the last day")
        add("--last", type=int, default=100, metavar="N", help="so many entries (default 100)")
        add("--csv", metavar="PATH", help="write all of them to this file, as CSV")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        asked = searching.Asked(
            options["action"], options["by"], options["object"], options["since"], options["until"]
        )
        found = searching.entries(self.organization, asked)
        if options["csv"]:
            number = write_sheet(Path(options["csv"]), searching.HEADINGS, searching.lines(found))
            words = f"Wrote {number} lines to {options['csv']}."
            return {"organization": self.organization.slug, "csv": options["csv"]}, words
        entries = list(found[: max(0, options["last"])])
        result = {
            "organization": self.organization.slug,
            "entries": [
                {
                    "id": entry.pk,
                    "at": stamp(entry.at),
                    "by": entry.by_name,
                    "action": entry.action,
                    "kind": entry.kind,
                    "object": entry.object_id,
                    "old": entry.old,
                    "new": entry.new,
                    "reason": entry.reason,
                }
                for entry in entries
            ],
        }
        words = "\n".join(
            f"{entry.pk:>6}  {stamp(entry.at)}  {entry.by_name}  "
            f"{entry.action} {entry.object_id}".rstrip()
            + (f"  ({entry.reason})" if entry.reason else "")
            for entry in entries
        )
        return result, words or "Nothing that was done is so."
