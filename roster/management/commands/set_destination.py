"""`set_destination`: adds, changes, trusts or removes where vendors' grades are delivered."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.endpoints import EndpointCommand
from roster.models import Destination


class Command(EndpointCommand):
    help = (
        "Add a place to which what vendors wrote is delivered, or change one: a folder of this"
        " machine or of an SFTP server. Each delivery holds what was written since the last one."
    )
    model = Destination
    addresses = "/folder, or sftp://host/folder"

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument(
            "--form",
            choices=Destination.Form.values,
            help="a OneRoster 1.2 delta bundle, or a table of scores (CSV)",
        )

    def own(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"form": options["form"]}
