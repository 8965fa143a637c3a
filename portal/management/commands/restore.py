"""`restore`: an installation as a backup holds it, in an empty data folder and database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from portal import backups
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = (
        "Restore a backup into an empty installation, then bring its tables to this release. "
        "Vendors go on with the credentials and tokens that they have."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="what `backup` has written")

    def _require_tables(self) -> None:
        """Make no tables: the backup brings them."""

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        found = backups.restore(options["path"].absolute())
        call_command("migrate", verbosity=0)
        return found, f"Restored what was backed up at {found['at']:%Y-%m-%d %H:%M} UTC."
