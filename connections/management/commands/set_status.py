"""Enables, pauses, suspends, disables or closes a connection."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import lifecycle
from connections.management.base import ConnectionCommand, day, described
from connections.models import Connection


class Command(ConnectionCommand):
    help = "Set the status of a connection; closed is for good."

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument("status", choices=Connection.Status.values)
        parser.add_argument(
            "--until",
            type=day,
            metavar="DATE",
            help="the day on which a pause, or the wait for the launch, ends",
        )
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        lifecycle.set_status(
            connection,
            options["status"],
            until=options["until"],
            reason=options["reason"],
            by=self.actor(),
        )
        until = f" until {connection.active_on}" if connection.active_on else ""
        return described(connection), f"{connection.vendor} is {connection.status}{until}."
