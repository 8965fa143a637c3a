"""Files for spreadsheets: UTF-8 that they recognize, and no cell that they would calculate."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from roster.importing.report import neutral

BOM = "\ufeff"


def csv_answer(
    name: str, headings: Sequence[str] = (), rows: Iterable[Sequence[Any]] = ()
) -> HttpResponse:
    """Return a CSV file to be saved under that name, with what is in it so far."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer.write(BOM)
    writer = csv.writer(answer)
    if headings:
        writer.writerow(headings)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return answer
