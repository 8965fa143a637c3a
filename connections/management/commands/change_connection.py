"""`change_connection`: what was agreed with a vendor, changed later, or shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connections import networks
from connections.agreements import file_of, keep_file, remove_file
from connections.management.base import ConnectionCommand, content_of, day, described
from connections.models import Connection
from connections.terms import change_terms

TEXTS = {
    "vendor": ("NAME", "what the connection is called here"),
    "purpose": ("P", "what the vendor does with the data"),
    "contact_name": ("NAME", "whom to ask at the vendor"),
    "contact_email": ("ADDRESS", "and where"),
    "agreement": ("A", "the number or name of the data privacy agreement"),
    "data_elements": ("D", "what it says that the vendor gets"),
}


class Command(ConnectionCommand):
    help = "Change the name, purpose, contact, agreement or last day of a connection."

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        for name, (metavar, meaning) in TEXTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", metavar=metavar, help=meaning)
        end = parser.add_mutually_exclusive_group()
        end.add_argument("--expires", type=day, metavar="DATE", help="the last day it may read")
        end.add_argument("--no-end", action="store_true", help="it may read without an end")
        of_agreement = parser.add_mutually_exclusive_group()
        of_agreement.add_argument(
            "--agreement-ends", type=day, metavar="DATE", help="the last day of the agreement"
        )
        of_agreement.add_argument(
            "--agreement-no-end", action="store_true", help="the agreement has no end"
        )
        addresses = parser.add_mutually_exclusive_group()
        addresses.add_argument(
            "--networks", metavar="NETWORKS", help="addresses and networks it may ask from"
        )
        addresses.add_argument("--any-network", action="store_true", help="it may ask from all")
        file = parser.add_mutually_exclusive_group()
        file.add_argument(
            "--agreement-file", type=Path, metavar="PATH", help="the agreement, a PDF"
        )
        file.add_argument("--no-agreement-file", action="store_true", help="remove that file")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        asked = {name: options[name] for name in TEXTS if options[name] is not None}
        if options["expires"] or options["no_end"]:
            asked["expires"] = options["expires"]
        if options["agreement_ends"] or options["agreement_no_end"]:
            asked["agreement_ends"] = options["agreement_ends"]
        if options["networks"] or options["any_network"]:
            asked["networks"] = networks.read(options["networks"] or "")
        done = change_terms(connection, by=self.actor(), reason=options["reason"], **asked)  # type: ignore[arg-type]
        self.file(connection, options["agreement_file"], remove=options["no_agreement_file"])
        kept = file_of(connection)
        result = {
            **described(connection),
            "agreement_file": kept.name if kept else None,
            **{name: getattr(connection, name) for name in (*TEXTS, "networks")},
            **done,
        }
        words = [
            f"{name.replace('_', ' ')}: {shown(each['old'])} → {shown(each['new'])}"
            for name, each in done["changed"].items()
        ]
        return result, "\n".join(words) or f"Nothing differs for {connection.vendor}."

    def file(self, connection: Connection, path: Path | None, *, remove: bool) -> None:
        if remove:
            remove_file(connection, by=self.actor())
        elif path:
            keep_file(connection, path.name, content_of(path), by=self.actor())


def shown(value: str | list[str] | None) -> str:
    return (", ".join(value) if isinstance(value, list) else value) or "–"
