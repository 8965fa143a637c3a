"""`list_dates`: what is to happen by date, of every connection of an organization, and of all."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.calendar import dates_of, upcoming
from connections.models import Connection
from roster.management.base import OrganizationCommand

SAID = {
    "begins": "the vendor can read from this day on",
    "resumes": "the pause ends",
    "expires": "the last day on which the vendor may read",
    "agreement": "the last day of the agreement, and so of reading",
    "secret": "the last day of a client secret",
    "rollover": "the next school year becomes the active one",
}


class Command(OrganizationCommand):
    help = "List what is to happen by date: launches, ends of pauses, last days, the rollover."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--soon", action="store_true", help="only what needs a look by now")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connections = Connection.objects.filter(organization=self.organization).open()
        found = (
            upcoming(self.organization)
            if options["soon"]
            else dates_of(self.organization, connections)
        )
        facts = [
            {
                "day": each.day.isoformat(),
                "what": each.what,
                "connection": each.connection.pk if each.connection else None,
                "vendor": each.vendor,
            }
            for each in found
        ]
        lines = [f"{each.day}  {each.vendor or 'All vendors'}: {SAID[each.what]}" for each in found]
        words = "\n".join(lines) or "Nothing is planned."
        return {"organization": self.organization.slug, "dates": facts}, words
