"""`connect_sandbox`: a throw-away connection for a vendor to try with made-up people."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import lifecycle, sandbox
from connections.management.base import shareable_base
from connections.management.choosing import add_types
from connections.management.commands.create_connection import shown
from connections.partners import VERSIONS, find_partner
from connections.terms import MOST_DAYS
from roster.management.base import OrganizationCommand


class Command(OrganizationCommand):
    help = (
        "Connect a vendor to a sandbox for some days, with everything shared, and print what it"
        " enters. The connection ends by itself and never becomes a real one."
    )

    def arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--vendor", required=True, metavar="NAME", help="who tries")
        add("--oneroster", required=True, choices=VERSIONS, help="the version it reads")
        add_types(parser)
        add("--partner", metavar="PARTNER", help="its name in the directory, if it is there")
        add("--contact-email", default="", metavar="A", help="where the vendor is reached")
        add(
            "--days",
            type=int,
            default=sandbox.DAYS,
            metavar="N",
            help=f"how long it lasts, {MOST_DAYS} at most; {sandbox.DAYS} without it",
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        base = shareable_base()
        connection, secret = sandbox.connect(
            self.organization,
            vendor=options["vendor"],
            oneroster=options["oneroster"],
            types=options["types"],
            partner=find_partner(options["partner"]) if options["partner"] else None,
            contact_email=options["contact_email"],
            days=options["days"],
            by=self.actor(),
        )
        lifecycle.publish_at_once(connection, by=self.actor())
        made, words = shown(connection, secret, base)
        return (
            made,
            f"{words}\nA test: its people are made up. Its last day is {connection.expires}.",
        )
