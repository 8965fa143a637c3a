"""`end_account`: ends all that somebody may do, in every organization, and every way in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from portal import staff as accounts
from portal.management.of_account import account
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "End an account: its roles everywhere, its sessions, password and second factors."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address they sign in with")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        staff = account(options["email"])
        accounts.end_account(staff, self.actor(), options["reason"])
        return {"email": staff.email}, f"The account {staff.email} has ended."
