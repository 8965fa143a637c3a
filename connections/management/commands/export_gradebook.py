"""`export_gradebook`: writes what vendors sent back, for the district's own system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from connections.delivering import vendors
from roster.clock import milliseconds
from roster.exporting import Span, export_written
from roster.management.base import OrganizationCommand
from roster.reading.instants import instant
from roster.written import numbering


class Command(OrganizationCommand):
    help = (
        "Write what vendors sent back, deleted records too: as a table where PATH ends in .csv,"
        " else as a OneRoster 1.2 delta bundle."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", type=Path, help="the table, or the zip")
        parser.add_argument(
            "--since", metavar="T", help="only what was written after that moment, in UTC"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        moment = instant(options["since"]) if options["since"] else None
        if options["since"] and moment is None:
            raise CommandError("--since takes a moment such as 2026-02-11T08:15:30Z.", returncode=2)
        span = Span(milliseconds(moment) if moment else 0, numbering.last(self.organization.pk))
        files = export_written(self.organization, options["path"], span, vendors(), by=self.actor())
        result = {
            "path": str(options["path"]),
            "organization": self.organization.slug,
            "since": options["since"],
            "files": files,
        }
        return result, f"Wrote {sum(files.values()):,} records to {options['path']}."
