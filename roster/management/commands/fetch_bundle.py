"""`fetch_bundle`: looks at the sources now, and imports what came in."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from roster import fetching, jobs
from roster.clock import clock
from roster.management.base import OrganizationCommand
from roster.management.commands.list_arrivals import described
from roster.management.sources import find
from roster.models import Arrival, Import, Job, Source
from roster.refusal import Refused

PATIENCE = 60.0  # Seconds to wait for a file that may still be written.
LOOK = 2.0
TAKEN = (Import.State.APPLIED, Import.State.HELD, Arrival.State.UNCHANGED)


class Command(OrganizationCommand):
    help = (
        "Look at an organization's sources now, whatever their schedule, and import what is new."
        " What was imported before is not imported again."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", type=int, metavar="N", help="only this one (default: all)")
        parser.add_argument("--again", action="store_true", help="take what was taken before, too")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        number = options["source"]
        chosen: Iterable[Source] = [find(self.organization, Source, number)] if number else (
            self.organization.sources.filter(active=True)
        )  # fmt: skip
        began = clock()
        problems = {}
        for source in chosen:
            try:
                self._fetch(source, options["again"])
            except Refused as refusal:
                problems[source.pk] = str(refusal)
        waiting = Arrival.objects.filter(organization=self.organization).waiting().order_by("pk")
        failed = [why for arrival in waiting if (why := self._import(arrival))]
        came = self.organization.arrivals.filter(received__gte=began, source__isnull=False)
        facts = [described(arrival) for arrival in came.order_by("pk").select_related("of_import")]
        if problems or failed:
            taken = [_words(each) for each in facts if each["state"] in TAKEN]
            raise Refused(" ".join([*problems.values(), *failed, *taken]))
        words = [_words(each) for each in facts]
        if any(each["state"] == Import.State.HELD for each in facts):
            words.append("Decide about it: import_roster SLUG --approve or --discard.")
        return {"arrivals": facts}, "\n".join(words or ["Nothing new has come in."])

    def _fetch(self, source: Source, again: bool) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fetching.fetch(source, by=self.actor(), again=again, progress=self.progress)
                return
            except fetching.Unfinished:
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK)

    def _import(self, arrival: Arrival) -> str:
        """Import what waits; return why that failed, blank if it didn't."""
        job = jobs.import_now(arrival, self.actor(), self.progress)
        return "" if job.state == Job.State.DONE else job.reason


def _words(facts: dict[str, Any]) -> str:
    return f"{facts['name']}: {facts['state']}. {facts['reason']}".strip()
