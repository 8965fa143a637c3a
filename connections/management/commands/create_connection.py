"""Connects a vendor, and prints what to share with it, the secret for the only time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import lifecycle, sharing
from connections.information import information
from connections.management.base import day, described, shareable_base
from connections.management.choosing import add_choices, add_types, asked_for
from connections.models import Connection
from connections.partners import VERSIONS, find_partner
from roster.management.base import OrganizationCommand


class Command(OrganizationCommand):
    help = "Connect a vendor to an organization, and print what to share with it."

    def arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("--vendor", required=True, metavar="NAME", help="who reads")
        add("--oneroster", required=True, choices=VERSIONS, help="the version it reads")
        add_types(parser)
        support = parser.add_mutually_exclusive_group(required=True)
        support.add_argument("--partner", metavar="PARTNER", help="its name in the directory")
        support.add_argument(
            "--acknowledge-unsupported",
            action="store_true",
            help="it isn't in the directory: Roster Sync only, and unsupported",
        )
        add_choices(parser)
        add("--purpose", default="", metavar="P", help="what the vendor does with the data")
        add("--agreement", default="", metavar="A", help="number or name of the agreement")
        add("--data-elements", default="", metavar="D", help="what it says the vendor gets")
        add("--expires", type=day, metavar="DATE", help="the last day it may read")
        add("--agreement-ends", type=day, metavar="DATE", help="the last day of the agreement")
        launch = parser.add_mutually_exclusive_group()
        launch.add_argument("--disabled", action="store_true", help="make it now, enable it later")
        launch.add_argument(
            "--active-on", type=day, metavar="DATE", help="make it now, enabled on that day"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        base = shareable_base()
        partner = find_partner(options["partner"]) if options["partner"] else None
        connection, secret = lifecycle.connect(
            self.organization,
            vendor=options["vendor"],
            oneroster=options["oneroster"],
            types=options["types"],
            partner=partner,
            acknowledge_unsupported=options["acknowledge_unsupported"],
            purpose=options["purpose"],
            agreement=options["agreement"],
            data_elements=options["data_elements"],
            expires=options["expires"],
            agreement_ends=options["agreement_ends"],
            active_on=options["active_on"],
            enabled=not (options["disabled"] or options["active_on"]),
            by=self.actor(),
            **asked_for(options),
        )
        published = lifecycle.publish_at_once(connection, by=self.actor())
        made, words = shown(connection, secret, base)
        if connection.active_on:
            words += f"\nIt reads from {connection.active_on} on."
        elif options["disabled"]:
            words += "\nIt reads once it is enabled (set_status)."
        elif not published:
            words += "\nIt reads from the organization's next refresh on (refresh_cache)."
        warnings = sharing.warnings(connection)
        return (
            {**made, "published": published, "warnings": warnings},
            "\n".join([words, *(f"Warning: {warning}" for warning in warnings)]),
        )


def shown(connection: Connection, secret: str, base: str) -> tuple[dict[str, Any], str]:
    """Return a connection with its new secret, as JSON and in words."""
    shared = information(connection, base)
    everything = {
        **described(connection),
        "client_id": shared["client_id"],
        "client_secret": secret,
        "token_url": shared["token_url"],
        "base_url": shared["base_url"],
        "gradebook_url": shared.get("gradebook_url"),
        "host": shared["host"],
        "scopes": shared["scopes"],
        "documentation": shared["documentation"],
    }
    words = [
        f"Connection {connection.pk}: {connection.vendor}, OneRoster {connection.oneroster}, "
        f"{', '.join(connection.type_names())}, {connection.status}.",
        f"  Client ID      {shared['client_id']}",
        f"  Client Secret  {secret}",
        f"  Token URL      {shared['token_url']}",
        f"  Base URL       {shared['base_url']}",
        *(f"  Scope          {scope}" for scope in shared["scopes"]),
        "The secret is shown this once.",
    ]
    return everything, "\n".join(words)
