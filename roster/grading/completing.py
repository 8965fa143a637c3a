"""What a vendor may leave out: filled in as the district's system would (gotcha 26)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from roster.clock import clock, stamp
from roster.grading.accepting import Values
from roster.grading.writer import Writer


def completed(writer: Writer, collection: str, values: Values, zone: str) -> None:
    """Fill in the dates that a record must have."""
    now = clock()
    if collection == "lineItems":
        given = values.get("due_date") or values.get("assign_date") or stamp(now)
        values.setdefault("assign_date", given)
        values.setdefault("due_date", given)
    if collection in ("results", "assessmentResults"):
        values.setdefault("score_date", now.astimezone(ZoneInfo(zone)).date().isoformat())
