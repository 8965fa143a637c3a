"""Makes a portal account, or gives an account one more organization."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from connections.management.base import base_url
from portal import staff as accounts
from portal.models import Membership
from portal.signing_in import links
from roster.management.base import RosterCommand, organization_of


class Command(RosterCommand):
    help = "Make a portal account for an organization, or for the operator of the installation."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address they sign in with")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument("--organization", metavar="SLUG", help="where they work")
        place.add_argument("--operator", action="store_true", help="runs the installation")
        parser.add_argument(
            "--role",
            choices=Membership.Role.values,
            default=Membership.Role.ADMIN.value,
            help="what they may do in the organization (default admin)",
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from standard input instead of printing a set-up link",
        )

    @transaction.atomic
    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        email, by = options["email"], self.actor()
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        if password is not None:
            accounts.require_good_password(password, email)
        if options["operator"]:
            staff = accounts.appoint_operator(email, by)
            place = "the operator"
        else:
            organization = organization_of(options["organization"])
            staff = accounts.appoint(email, organization, options["role"], by, proven=True)
            place = f"{options['role']} of {organization.name}"
        has_password = staff.has_usable_password()
        link = None
        if password is not None:
            accounts.set_first_password(staff, password)
        elif not has_password:
            link = base_url() + links.path(staff)
        words = f"{staff.email} is {place}."
        if link:
            words += f" They set their password here, once:\n{link}"
        elif has_password:
            words += " They sign in with the password they have."
        result = {
            "id": staff.pk,
            "email": staff.email,
            "operator": staff.is_operator,
            "organization": options["organization"],
            "role": None if options["operator"] else options["role"],
            "set_up_url": link,
        }
        return result, words
