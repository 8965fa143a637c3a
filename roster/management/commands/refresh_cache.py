"""`refresh_cache`: publish an organization's data now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster import jobs
from roster.checking import in_words
from roster.management.base import OrganizationCommand
from roster.models import Refresh
from roster.publishing import discard, held_refresh, is_superseded, refresh
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = "Publish the organization's data as it stands now: rebuild its OneRoster cache."

    def arguments(self, parser: CommandParser) -> None:
        held = parser.add_mutually_exclusive_group()
        held.add_argument("--approve", action="store_true", help="show the refresh that is held")
        held.add_argument("--discard", action="store_true", help="drop the refresh that is held")
        held.add_argument("--held", action="store_true", help="what the held one would change")
        held.add_argument("--cancel", action="store_true", help="give up the one that runs")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        named = {"organization": self.organization.slug}
        if options["cancel"]:
            job = jobs.cancel(self.organization, self.actor())
            return {**named, "cancelled": job.key}, job.reason
        held = held_refresh(self.organization)
        if any(options[name] for name in ("approve", "discard", "held")) and held is None:
            raise Refused(f"No refresh of {self.organization.name} is held.")
        if held and options["discard"]:
            discard(self.organization, held.pk, by=self.actor())
            words = "Discarded. Vendors go on reading what was published before."
            return {**named, "discarded": held.pk}, words
        if held and options["held"]:
            return {**named, **_facts(held)}, "\n".join(_holds(held.holds))
        approve = held.pk if held and options["approve"] else None
        result = refresh(
            self.organization, by=self.actor(), progress=self.progress, approve=approve
        )
        return {**named, **result}, _words(result)


def _facts(held: Refresh) -> dict[str, Any]:
    return {
        "refresh": held.pk,
        "held": True,
        "superseded": is_superseded(held),
        "holds": held.holds,
        "difference": held.difference,
    }


def _holds(holds: list[dict[str, Any]]) -> list[str]:
    said = [f"  {each['reason']} (feed {', '.join(map(str, each['feeds']))})" for each in holds]
    end = "Decide with --approve or --discard; --held --json tells the records."
    return ["Held. Vendors go on reading what was published before, because:", *said, end]


def _words(result: dict[str, Any]) -> str:
    if result["held"]:
        return "\n".join(_holds(result["holds"]))
    lines = [
        f"Publication {result['publication']}: {result['added']:,} added, "
        f"{result['changed']:,} changed, {result['removed']:,} removed, {result['seconds']} s."
    ]
    for feed in result["feeds"]:
        lines.append(f"  Feed {feed['feed']} (OneRoster {feed['oneroster']})")
        for name, counts in feed["collections"].items():
            lines.append(
                f"    {name:<20} {counts['records']:>9,} records  +{counts['added']:,}"
                f" ~{counts['changed']:,} -{counts['removed']:,}"
            )
    if not result["feeds"]:
        lines.append("  There is no connection yet, so there was nothing to publish for.")
    return "\n".join(lines + in_words(result["numbers"]))
