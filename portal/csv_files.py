"""Files for spreadsheets: UTF-8 that they recognize, and no cell that they would calculate."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse

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


def streamed_csv(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Return the same of rows that are sent as they are found: there may be millions."""
    writer = csv.writer(_Line())
    table = ([neutral(cell) for cell in row] for row in rows)
    lines = (writer.writerow(row) for row in chain([headings], table))
    answer = StreamingHttpResponse(chain([BOM], lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


class _Line:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line
