"""`pause_connections`: pause several connections, or all that are active."""

from __future__ import annotations

from django.core.management.base import CommandParser

from connections.management.base import day
from connections.management.several import SeveralCommand


class Command(SeveralCommand):
    help = "Pause connections: their vendors go on reading what is published now."
    act = "pause"
    given = ("until", "reason")

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument("--until", type=day, metavar="DATE", help="they resume on that day")
