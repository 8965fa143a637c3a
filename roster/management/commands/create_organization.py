"""Makes an organization: the tenant that owns data and authorizes partners."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.management.base import RosterCommand
from roster.organizations import create_organization


class Command(RosterCommand):
    help = "Make an organization: a district, or another body that owns roster data."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="its short name, as in riverside")
        parser.add_argument("--name", required=True, metavar="N", help="its full name")
        parser.add_argument(
            "--time-zone", default="UTC", metavar="TZ", help="as in America/Chicago (default UTC)"
        )
        parser.add_argument(
            "--school-year",
            default="",
            metavar="YYYY",
            help="the active school year, by the year it ends in (default: the first import's)",
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        made = create_organization(
            options["slug"],
            options["name"],
            options["time_zone"],
            options["school_year"],
            by=self.actor(),
        )
        result = {
            "id": made.pk,
            "slug": made.slug,
            "name": made.name,
            "time_zone": made.time_zone,
            "school_year": made.school_year,
        }
        return result, f"Made the organization {made.name} ({made.slug})."
