"""`plan_rollover`: the change to another school year, looked at, planned, taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from connections import rollover as previews
from roster import rollover
from roster.management.base import OrganizationCommand
from roster.management.sheets import write_sheet
from roster.models import Organization, Rollover


class Command(OrganizationCommand):
    help = (
        "Look at what another active school year would do to each connection, plan it for a day, "
        "cancel the plan, or revert a rollover within seven days. Without options, show it."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", metavar="YYYY", help="the year in which it ends")
        parser.add_argument(
            "--on", type=date.fromisoformat, metavar="DATE", help="plan it for this day"
        )
        parser.add_argument("--csv", type=Path, metavar="PATH", help="write who comes and goes")
        parser.add_argument("--cancel", action="store_true", help="give up what is planned")
        parser.add_argument("--revert", action="store_true", help="back to the year before")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        by = self.actor()
        if options["cancel"]:
            rollover.cancel(self.organization, by=by)
            return self._shown(self.organization)
        if options["revert"]:
            done = rollover.revert(self.organization, by=by)
            words = f"{done.before} is the active year again; vendors read it after a refresh."
            return self._shown(self.organization)[0], words
        if not options["to"]:
            return self._shown(self.organization)
        if options["on"]:
            rollover.plan(self.organization, options["to"], options["on"], by=by)
            return self._shown(self.organization)
        return self._preview(self.organization, options["to"], options["csv"])

    def _preview(
        self, organization: Organization, year: str, path: Path | None
    ) -> tuple[dict[str, Any], str]:
        found = previews.preview(organization, year)
        if path:
            write_sheet(path, previews.Record._fields, previews.records(organization, year))
        lines = [f"From {found['from']} to {found['to']}:"]
        if not found["has_data"]:
            lines.append(f"No classes of {year} are here yet; on its day it waits for them.")
        for each in found["connections"]:
            numbers = ", ".join(
                f"{name} +{what['added']:,} -{what['removed']:,}"
                for name, what in each["collections"].items()
                if what["added"] or what["removed"]
            )
            lines.append(f"  {each['vendor']}: {numbers or 'nothing changes'}")
        lines += [
            f"  mark on {each['kind']} {each['sourced_id']}: {each['outcome']}"
            for each in found["marks"]
        ]
        return found, "\n".join(lines)

    def _shown(self, organization: Organization) -> tuple[dict[str, Any], str]:
        organization.refresh_from_db()
        planned = organization.rollovers.planned().first()
        done = organization.rollovers.revertible()
        result = {
            "organization": organization.slug,
            "school_year": organization.school_year,
            "planned": _described(planned),
            "revertible": _described(done),
        }
        lines = [f"The active school year is {organization.school_year or 'not settled yet'}."]
        if planned:
            lines.append(f"{planned.after} is planned for {planned.day}.")
        if done:
            lines.append(f"It can go back to {done.before} until {done.revertible_until}.")
        return result, "\n".join(lines)


def _described(rollover: Rollover | None) -> dict[str, str] | None:
    if rollover is None:
        return None
    return {"from": rollover.before, "to": rollover.after, "day": rollover.day.isoformat()}
