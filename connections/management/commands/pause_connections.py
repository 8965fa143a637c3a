"""`pause_connections`: pause several connections, or all that are active."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import several
from connections.management.base import day
from connections.management.several import SeveralCommand
from connections.models import Connection


class Command(SeveralCommand):
    help = "Pause connections: their vendors go on reading what is published now."
    act = "pause"

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument("--until", type=day, metavar="DATE", help="they resume on that day")

    def do(self, connections: list[Connection], options: dict[str, Any]) -> several.Done:
        return several.pause_several(
            connections, by=self.actor(), until=options["until"], reason=options["reason"]
        )
