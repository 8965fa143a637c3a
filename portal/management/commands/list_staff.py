"""`list_staff`: who may sign in for an organization."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.clock import stamp
from roster.management.base import RosterCommand


class Command(RosterCommand):
    help = "List who may sign in for an organization, with role and last sign-in."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organization = self.organization(options["slug"])
        members = organization.memberships.select_related("staff").order_by("staff__email")
        told = [
            {
                "email": member.staff.email,
                "name": member.staff.name,
                "role": member.role,
                "last_sign_in": member.staff.last_login and stamp(member.staff.last_login),
                "password_set": member.staff.has_usable_password(),
            }
            for member in members
        ]
        lines = [
            f"{each['role']:<7} {each['email']}, last sign-in {each['last_sign_in'] or 'never'}"
            for each in told
        ]
        return {"organization": organization.slug, "staff": told}, "\n".join(lines) or "Nobody."
