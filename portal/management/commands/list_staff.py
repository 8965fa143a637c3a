"""`list_staff`: who may sign in for an organization."""

from __future__ import annotations

from typing import Any

from roster.clock import stamp
from roster.management.base import OrganizationCommand


class Command(OrganizationCommand):
    help = "List who may sign in for an organization, with role and last sign-in."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        members = self.organization.memberships.select_related("staff").order_by("staff__email")
        facts = [
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
            for each in facts
        ]
        return {"organization": self.organization.slug, "staff": facts}, "\n".join(
            lines
        ) or "Nobody."
