"""`reset_sign_in`: for whoever lost the second factor, or whose account others may have."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.management.base import base_url
from portal import staff as accounts
from portal.management.of_account import account
from portal.signing_in import links
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "End somebody's sessions, password and second factors, and print a new set-up link."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address they sign in with")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        staff = account(options["email"])
        accounts.reset_sign_in(staff, self.actor(), options["reason"])
        link = base_url() + links.path(staff)
        words = f"{staff.email} is signed out everywhere. They set a new password here, once:\n"
        return {"email": staff.email, "set_up_url": link}, words + link
