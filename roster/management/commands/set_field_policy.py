"""`set_field_policy`: the fields that no connection of an organization may have."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.dialects.withholding import WITHHOLDABLE
from roster.management.base import OrganizationCommand
from roster.organizations import set_field_policy


class Command(OrganizationCommand):
    help = "Say which fields no connection of an organization may have; connections only narrow it."

    def arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--withhold",
            dest="fields",
            default=[],
            action="extend",
            nargs="+",
            metavar="FIELD",
            help="a field of the policy, in place of those before; repeat it for more. One of "
            + ", ".join(WITHHOLDABLE),
        )
        which.add_argument("--none", action="store_true", help="leave it to the connections")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        done = set_field_policy(
            self.organization, options["fields"], by=self.actor(), reason=options["reason"]
        )
        fields = ", ".join(done["field_policy"]) or "no field"
        words = [f"No connection of {self.organization.name} gets {fields}."]
        if not done["field_policy"]:
            words = [f"{self.organization.name} leaves all fields to its connections."]
        words += [f"Warning: {warning}" for warning in done["warnings"]]
        return {"organization": self.organization.slug, **done}, "\n".join(words)
