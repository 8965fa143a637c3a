"""`write_letter`: a letter to a vendor's contact, printed or sent."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.management.base import ConnectionCommand
from portal import letters


class Command(ConnectionCommand):
    help = "Write to a vendor's contact about a pause, a new secret or a last day."

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument("kind", choices=[*letters.KINDS], help="what the letter is about")
        parser.add_argument("--send", action="store_true", help="send it, instead of printing it")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        if options["send"]:
            letter = letters.send(connection, options["kind"], by=self.actor())
            words = f"Sent to {letter.to}."
        else:
            letter = letters.compose(connection, options["kind"])
            words = f"To: {letter.to or '–'}\nSubject: {letter.subject}\n\n{letter.text}"
        return {"id": connection.pk, "sent": options["send"], **letter._asdict()}, words
