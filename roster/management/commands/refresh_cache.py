"""`refresh_cache`: publish an organization's data now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.checking import in_words
from roster.management.base import RosterCommand
from roster.publishing import refresh
from roster.refusal import Refused


class Command(RosterCommand):
    help = "Publish the organization's data as it stands now: rebuild its OneRoster cache."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")
        held = parser.add_mutually_exclusive_group()
        held.add_argument("--approve", action="store_true", help="show the refresh that is held")
        held.add_argument("--discard", action="store_true", help="drop the refresh that is held")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organization = self.organization(options["slug"])
        if options["approve"] or options["discard"]:
            raise Refused(f"No refresh of {organization.name} is held.")
        result = refresh(organization, by=self.actor(), progress=self.progress)
        return {"organization": organization.slug, **result}, _words(result)


def _words(result: dict[str, Any]) -> str:
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
