"""Enters a vendor in the partner directory."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.management.choosing import add_types
from connections.models import TYPES
from connections.partners import VERSIONS, create_partner
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "Enter a Digital Learning Partner in the directory, with what it is certified for."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the partner's name")
        parser.add_argument(
            "--oneroster",
            required=True,
            action="extend",
            nargs="+",
            choices=VERSIONS,
            help="a version it is certified for; repeat it for another",
        )
        add_types(parser)

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        partner = create_partner(
            options["name"], options["oneroster"], options["types"], by=self.actor()
        )
        made = {
            "id": partner.pk,
            "name": partner.name,
            "oneroster": partner.versions,
            "types": ["roster", *partner.types],
        }
        types = ", ".join(TYPES[name] for name in ("roster", *partner.types))
        versions = " and ".join(partner.versions)
        return made, f"{partner.name} is in the directory: OneRoster {versions}, {types}."
