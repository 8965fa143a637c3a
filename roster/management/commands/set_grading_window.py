"""`set_grading_window`: on which days vendors may write into a grading period."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from roster import grading
from roster.management.base import OrganizationCommand

NONE = "none"


class Command(OrganizationCommand):
    help = (
        "Say on which days vendors may write line items and results of a grading period; without"
        " PERIOD, show all. A period without a window is open."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", metavar="PERIOD", nargs="?", help="the period's sourcedId")
        parser.add_argument("--opens", metavar="DATE", help="the first day; or none")
        parser.add_argument("--closes", metavar="DATE", help="the last day; or none")
        parser.add_argument("--reason", default="", metavar="R", help="why, for the audit log")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        period = options["period"]
        known = {each.session.sourced_id: each for each in grading.periods_of(self.organization)}
        given = options["opens"] is not None or options["closes"] is not None
        if given and not period:
            raise CommandError("Say which PERIOD opens or closes.", returncode=2)
        if given:
            now = known.get(period)
            grading.set_window(
                self.organization,
                period,
                _day(options["opens"], now.opens if now else None),
                _day(options["closes"], now.closes if now else None),
                by=self.actor(),
                reason=options["reason"],
            )
        periods = [
            {
                "sourcedId": each.session.sourced_id,
                "title": each.session.title,
                "opens": each.opens and each.opens.isoformat(),
                "closes": each.closes and each.closes.isoformat(),
                "open": each.is_open,
            }
            for each in grading.periods_of(self.organization)
            if period in (None, each.session.sourced_id)
        ]
        words = [
            f"{each['title']} ({each['sourcedId']}): from {each['opens'] or 'the beginning'} to"
            f" {each['closes'] or 'the end'}, {'open' if each['open'] else 'not open'} today"
            for each in periods
        ]
        result = {"organization": self.organization.slug, "periods": periods}
        return result, "\n".join(words) or "There is no grading period in the active year."


def _day(text: str | None, now: date | None) -> date | None:
    """Return the day that is asked for, or what it is now."""
    if text is None or text == NONE:
        return now if text is None else None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no date such as 2026-02-11.", returncode=2) from None
