"""Gives a connection a second secret beside the first, or ends the first."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import credentials
from connections.management.base import ConnectionCommand, shareable_base
from connections.management.commands.create_connection import shown


class Command(ConnectionCommand):
    help = (
        "Give a connection a second secret, valid beside the first until the overlap is ended "
        "with --end-overlap."
    )

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument(
            "--end-overlap", action="store_true", help="end all secrets but the newest"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection(options["slug"], options["connection"])
        if options["end_overlap"]:
            ended = credentials.end_overlap(connection, by=self.actor())
            words = "The overlap is ended." if ended else "No overlap was running."
            done = {"id": connection.pk, "client_id": connection.client.client_id, "ended": ended}
            return done, f"{words} One secret is valid."
        base = shareable_base()
        done, words = shown(connection, credentials.rotate(connection, by=self.actor()), base)
        return done, f"{words}\nThe secret before it stays valid until --end-overlap."
