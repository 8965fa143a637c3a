"""`deliver_grades`: delivers now what vendors wrote since the last delivery."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.delivering import deliver
from roster.management.base import OrganizationCommand
from roster.management.sources import find
from roster.models import Destination
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = "Deliver now what vendors wrote since the last delivery, whatever the schedule."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--destination", type=int, metavar="N", help="only this one (default: all)"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        number = options["destination"]
        chosen = (
            [find(self.organization, Destination, number)]
            if number
            else list(self.organization.destinations.filter(active=True))
        )
        done: list[dict[str, Any]] = []
        problems = []
        for destination in chosen:
            try:
                files = deliver(destination, by=self.actor())
            except Refused as refusal:
                problems.append(str(refusal))
            else:
                done.append({"destination": destination.pk, "files": files})
        if problems:
            raise Refused(" ".join(problems))
        words = [
            f"{each['destination']:>4}  {sum(each['files'].values()):,} records"
            if each["files"]
            else f"{each['destination']:>4}  nothing new"
            for each in done
        ]
        return {"deliveries": done}, "\n".join(words) or "No destination. set_destination adds one."
