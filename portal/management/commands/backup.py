"""`backup`: the whole installation in one file, while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from portal import backups
from portal.alerting import pulses
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = (
        "Write database and keys into one file, which only you can read. It holds "
        "people's data and the installation's key: keep it as you keep the database."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="a file that doesn't exist yet")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        made = backups.back_up(options["path"].absolute())
        pulses.pulse("backup")
        return made, f"Backed up to {made['path']} ({made['size']:,} bytes)."
