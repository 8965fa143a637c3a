"""`list_arrivals`: which bundles came in, from where, and what became of them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from roster.clock import stamp
from roster.management.base import OrganizationCommand
from roster.management.sources import silence
from roster.models import Arrival, Import

SHOWN = 50


class Command(OrganizationCommand):
    help = "List the bundles that came in, the last ones first, with what became of each."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--last", type=int, default=SHOWN, metavar="N", help=f"how many (default {SHOWN})"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        arrivals = self.organization.arrivals.select_related("of_import", "source")
        facts = [described(arrival) for arrival in arrivals[: max(1, options["last"])]]
        since, words = silence(self.organization)
        lines = [_line(each) for each in facts] or ["Nothing has come in yet."]
        return {"arrivals": facts, "silent_since": since}, "\n".join(lines + words)


def described(arrival: Arrival) -> dict[str, Any]:
    """Return an arrival as data."""
    return {
        "arrival": arrival.pk,
        "received": stamp(arrival.received),
        "written": arrival.written and stamp(arrival.written),
        "name": arrival.name,
        "source": arrival.source_id,
        "size": arrival.size,
        "checksum": arrival.checksum,
        "state": arrival.outcome,
        "import": arrival.of_import_id,
        "reason": arrival.reason or _why(arrival.of_import),
        "by": arrival.by_name,
    }


def _why(of_import: Import | None) -> str:
    """Return why an import was held, or refused."""
    if of_import is None:
        return ""
    if of_import.state != Import.State.HELD:
        return of_import.reason
    return " ".join(each["reason"] for each in of_import.holds)


def _line(facts: dict[str, Any]) -> str:
    place = f"source {facts['source']}" if facts["source"] else facts["by"]
    reason = f": {facts['reason']}" if facts["reason"] else ""
    return (
        f"{facts['received'][:16]}  {facts['state']:<10} {facts['name']} ({facts['size']:,} bytes,"
        f" {facts['checksum'][:12]}, {place}){reason}"
    )
