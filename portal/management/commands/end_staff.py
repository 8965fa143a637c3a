"""`end_staff`: ends what an account may do in an organization."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from portal import staff as accounts
from portal.management.of_account import account
from roster.management.base import OrganizationCommand


class Command(OrganizationCommand):
    help = "End what somebody may do in an organization; their sessions see nothing of it any more."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address they sign in with")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        staff = account(options["email"])
        accounts.end_membership(staff, self.organization, self.actor(), options["reason"])
        words = f"{staff.email} no longer serves {self.organization.name}."
        return {"organization": self.organization.slug, "email": staff.email}, words
