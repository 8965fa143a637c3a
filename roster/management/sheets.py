"""Tables that commands write for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from roster.importing.report import neutral
from roster.refusal import Refused


def write_sheet(path: Path, headings: Sequence[str], lines: Iterable[Sequence[Any]]) -> int:
    """Write a CSV file that no spreadsheet takes for formulas; return how many lines it has."""
    number = 0
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as to:
            writer = csv.writer(to)
            writer.writerow(headings)
            for number, line in enumerate(lines, 1):  # noqa: B007 - the count is returned.
                writer.writerow(map(neutral, line))
    except OSError as error:
        raise Refused(f"“{path}” can't be written: {error.strerror}.") from error
    return number
