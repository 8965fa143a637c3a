"""Makes a link by which a vendor opens its information, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import hand_over
from connections.management.base import ConnectionCommand, shareable_base


class Command(ConnectionCommand):
    help = (
        "Make a link that shows a vendor what it is to enter, with a new client secret, once. "
        "Earlier links that nobody opened end, and so do secrets that were never used."
    )

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument(
            "--days",
            type=int,
            default=hand_over.DAYS,
            metavar="N",
            help=f"how long it can be opened; {hand_over.DAYS} without it",
        )
        parser.add_argument("--withdraw", action="store_true", help="shut the link that waits")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        done: dict[str, Any] = {"id": connection.pk, "vendor": connection.vendor}
        if options["withdraw"]:
            shut = hand_over.withdraw(connection, by=self.actor())
            words = "The link is shut, and its secret ended." if shut else "No link was waiting."
            return {**done, "withdrawn": shut}, words
        base = shareable_base()
        made, word = hand_over.issue(connection, by=self.actor(), days=options["days"])
        link = f"{base.rstrip('/')}{hand_over.PATH}{word}/"
        words = (
            f"{link}\nSend it to {connection.vendor}. It shows the information once, to whoever"
            f" presses its button, until {made.expires:%Y-%m-%d %H:%M} UTC."
        )
        return {**done, "link": link, "expires": made.expires.isoformat()}, words
