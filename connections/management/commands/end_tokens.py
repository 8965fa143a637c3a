"""Ends all access tokens of a connection; its secrets go on."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import tokens
from connections.management.base import ConnectionCommand


class Command(ConnectionCommand):
    help = "End all access tokens of a connection. Its secrets go on: it can ask for new tokens."

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument("--reason", default="", metavar="R", help="kept in the history")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        ended = tokens.end_all(connection, by=self.actor(), reason=options["reason"])
        return {"id": connection.pk, "ended": ended}, f"{ended} tokens have ended."
