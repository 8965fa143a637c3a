"""`list_connections`: the connections of an organization, with what each is shared."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections import sharing
from connections.information import information, may_be_shared
from connections.management.base import base_url, described
from roster.clock import stamp
from roster.management.base import OrganizationCommand


class Command(OrganizationCommand):
    help = "List the connections of an organization: status, agreement, what is shared, last seen."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--closed", action="store_true", help="those closed for good too")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        found = self.organization.connections.select_related("organization", "partner").by_name()  # type: ignore[attr-defined]
        connections = list(found if options["closed"] else found.open())
        base = base_url()
        facts = [
            {
                **described(each),
                "partner": each.partner.name if each.partner else None,
                "purpose": each.purpose,
                "agreement": each.agreement,
                "data_elements": each.data_elements,
                "created": stamp(each.created),
                "last_seen": each.last_seen and stamp(each.last_seen),
                "sharing": sharing.described(each),
                **({"information": information(each, base)} if may_be_shared(base) else {}),
            }
            for each in connections
        ]
        lines = [
            f"{each.pk:>6}  {each.vendor}, OneRoster {each.oneroster}, {each.status}, last seen"
            f" {stamp(each.last_seen) if each.last_seen else 'never'}"
            for each in connections
        ]
        words = "\n".join(lines) or "No connection. create_connection makes one."
        return {"organization": self.organization.slug, "connections": facts}, words
