"""Gives a connection a second secret beside the first, or ends the first."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import credentials
from connections.management.base import ConnectionCommand, day, shareable_base
from connections.management.commands.create_connection import shown


class Command(ConnectionCommand):
    help = (
        "Give a connection a second secret, valid beside the first until one of them is ended: "
        "the older with --end-overlap, the newer, if it got lost, with --discard-newer."
    )

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--end-overlap", action="store_true", help="end the older secret")
        ends.add_argument("--discard-newer", action="store_true", help="end the newer secret")

        parser.add_argument(
            "--expires", type=day, metavar="DATE", help="the last day of the new secret"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        if options["end_overlap"] or options["discard_newer"]:
            ended = credentials.end(connection, newer=options["discard_newer"], by=self.actor())
            words = "It has ended, with its tokens." if ended else "No overlap was running."
            done = {"id": connection.pk, "client_id": connection.client.client_id, "ended": ended}
            return done, f"{words} One secret is valid."
        base = shareable_base()
        secret = credentials.rotate(connection, by=self.actor(), expires=options["expires"])
        done, words = shown(connection, secret, base)
        words += "\nBoth are valid: --end-overlap ends the older, --discard-newer this one."
        return done, words
