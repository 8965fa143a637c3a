"""`import_rows`: many rows of the district's own from a CSV, all of them or none."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from roster import local
from roster.management.base import OrganizationCommand
from roster.management.own_rows import NEXT, add_why, described, in_words
from roster.refusal import Refused


class Command(OrganizationCommand):
    help = (
        "Set rows of your own from a CSV with the column sourcedId and columns of the file. Blank"
        " cells say nothing. What isn't in the roster is added, what is there is changed."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="such as users, roles, enrollments")
        parser.add_argument("csv", metavar="CSV", type=Path, help="the rows")
        add_why(parser)

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        made = local.set_rows(
            self.organization,
            options["file"].removesuffix(".csv"),
            _read(options["csv"]),
            reason=options["reason"],
            until=options["until"],
            by=self.actor(),
        )
        return {"rows": [described(own) for own in made]}, f"{in_words(made)}\n{NEXT}"


def _read(path: Path) -> dict[str, dict[str, str]]:
    """Return the cells by id and column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeError, csv.Error) as error:
        raise Refused(f"“{path}” can't be read as CSV in UTF-8: {error}.") from error
    found: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, 2):
        if None in line or None in line.values():
            raise Refused(f"Row {number} of “{path}” doesn't have as many cells as its head.")
        cells = {name.strip(): cell.strip() for name, cell in line.items() if cell.strip()}
        sourced_id = cells.pop("sourcedId", "")
        if not sourced_id or not cells or sourced_id in found:
            raise Refused(f"Row {number} of “{path}” needs a sourcedId, once, and a value.")
        found[sourced_id] = cells
    if not found:
        raise Refused(f"“{path}” has no rows.")
    return found
