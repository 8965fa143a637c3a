"""`list_organizations`: the tenants of the installation."""

from __future__ import annotations

from typing import Any

from roster.clock import stamp
from roster.management.base import RosterCommand
from roster.models import Organization


class Command(RosterCommand):
    help = "List the organizations of the installation, with school year and next refresh."

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organizations = list(Organization.objects.by_name())
        told = [
            {
                "slug": each.slug,
                "name": each.name,
                **({"test": True} if each.is_sandbox else {}),
                "time_zone": each.time_zone,
                "school_year": each.school_year,
                "next_refresh": stamp(each.next_refresh()),
            }
            for each in organizations
        ]
        lines = [
            f"{each.slug:<20} {each.name}, {each.time_zone}{', test' if each.is_sandbox else ''}"
            for each in organizations
        ]
        words = "\n".join(lines) or "No organization. create_organization makes one."
        return {"organizations": told}, words
