"""`expire_secret`: the last day of a client secret, set or taken away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import credentials
from connections.management.base import ConnectionCommand, day


class Command(ConnectionCommand):
    help = "Set the last day on which a client secret is good, or let it be good without an end."

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        when = parser.add_mutually_exclusive_group(required=True)
        when.add_argument("--on", type=day, metavar="DATE", help="its last day")
        when.add_argument("--never", action="store_true", help="it has no end")
        parser.add_argument(
            "--older", action="store_true", help="the older one, where two are valid"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        secret = credentials.set_last_day(
            connection, options["on"], newer=not options["older"], by=self.actor()
        )
        last = f"good until {secret.expires}" if secret.expires else "good without an end"
        words = f"The secret of {connection.vendor} made on {secret.created:%Y-%m-%d} is {last}."
        done = {
            "id": connection.pk,
            "created": secret.created,
            "expires": secret.expires and secret.expires.isoformat(),
        }
        return done, words
