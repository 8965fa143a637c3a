"""What vendors wrote, for the district's own system: as a table of scores, or as a delta bundle.

The bundle is OneRoster 1.2: the records that were written since a moment, deleted ones too, with
the references that they had. It is for a system that knows the rest already.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from roster import audit
from roster.clock import moment_of, stamp
from roster.database.parts import batches
from roster.dialects.composing import parse
from roster.exporting.files import put, refuse_foreign
from roster.exporting.visible import MAKERS, own_lines
from roster.grading import between
from roster.importing.columns import File
from roster.importing.files import FILES
from roster.models import Document, Organization, Written
from roster.refusal import Refused
from roster.writing.bundles import BASE, columns_of, system_of
from roster.writing.formatting import plain, writer_of
from roster.writing.zipping import zipped

NAMES = ("categories", "lineItems", "results", "scoreScales")
"""The files of the bundle; assessments have none in the binding."""

SCORES = (
    "vendor",
    "written",
    "status",
    "kind",
    "sourcedId",
    "classSourcedId",
    "lineItemSourcedId",
    "studentSourcedId",
    "title",
    "scoreStatus",
    "score",
    "textScore",
    "scoreDate",
    "comment",
)

Row = Sequence[str]

AT_ONCE = 500
"""Rows in memory at once, however many there are."""


class Span(NamedTuple):
    """Writes after a number, up to another and with it."""

    after: int
    upto: int


def export_written(
    organization: Organization,
    path: Path,
    span: Span,
    vendors: dict[int, str],
    *,
    by: audit.Actor,
) -> dict[str, int]:
    """Write a bundle, or a table if the path ends in `.csv`; return how many rows of each."""
    as_table = path.suffix.lower() == ".csv"
    if not as_table:
        refuse_foreign(path)
    counts = write_grades(organization, path, span, vendors, as_table=as_table)
    audit.record(
        by,
        "gradebook.exported",
        organization,
        new={"files": counts, "since": stamp(moment_of(span.after)) if span.after else None},
    )
    return counts


def write_grades(
    organization: Organization, path: Path, span: Span, vendors: dict[int, str], *, as_table: bool
) -> dict[str, int]:
    """Write them without a word in the audit log; return how many rows of each file."""
    counts: dict[str, int] = {}
    if as_table:
        rows = chain([SCORES], _scores(between(organization, *span), vendors))
        _write(path, _csv(_counted(counts, path.name, rows)))
    else:
        _write(path, zipped(_files(organization, span, counts)))
    return counts


def _counted(counts: dict[str, int], name: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows, and count those behind the head."""
    counts[name] = -1
    for row in rows:
        counts[name] += 1
        yield row


def _scores(rows: QuerySet[Written], vendors: dict[int, str]) -> Iterator[Row]:
    for row in rows.iterator(AT_ONCE):
        said: dict[str, Any] = row.values
        cells = {
            "vendor": vendors.get(row.vendor, ""),
            "written": stamp(moment_of(row.number)),
            "status": row.status,
            "kind": row.collection,
            "sourcedId": row.sourced_id,
            "classSourcedId": said.get("klass", ""),
            "lineItemSourcedId": said.get("line_item") or said.get("assessment_line_item", ""),
            "studentSourcedId": said.get("student", ""),
            "title": said.get("title", ""),
            "scoreStatus": said.get("score_status", ""),
            "score": "" if said.get("score") is None else repr(said["score"]),
            "textScore": said.get("text_score", ""),
            "scoreDate": said.get("score_date", ""),
            "comment": said.get("comment", ""),
        }
        yield [_harmless(str(cells[name])) for name in SCORES]


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; numbers stay numbers."""
    text = plain(text)
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text[:1] in "=+-@" and text else text
    return text


def _csv(rows: Iterable[Row]) -> Iterator[bytes]:
    for some in batches(rows, AT_ONCE):
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(some)
        yield out.getvalue().encode()


def _lines(organization: Organization, file: File, rows: QuerySet[Written]) -> Iterator[Row]:
    columns = columns_of(file, "1.2")
    writers = [(each.name, writer_of(each, ZoneInfo(organization.time_zone))) for each in columns]
    for some in batches(rows.iterator(AT_ONCE), AT_ONCE):
        documents = Document.objects.only("body").in_bulk([row.shown_12 for row in some])
        for row in some:
            document = parse(documents[row.shown_12].body)
            for line in MAKERS.get(file.name, own_lines)(file, document):
                head = (plain(line.sourced_id), row.status, stamp(moment_of(row.number)))
                yield [*head, *(write(line.values.get(name)) for name, write in writers)]


def _files(
    organization: Organization, span: Span, counts: dict[str, int]
) -> Iterator[tuple[str, Iterable[Row]]]:
    rows = between(organization, *span).exclude(shown_12=0)
    for name in sorted(NAMES):
        lines = _lines(organization, FILES[name], rows.filter(collection=name))
        if first := next(lines, None):
            names = [*BASE, *(each.name for each in columns_of(FILES[name], "1.2"))]
            yield f"{name}.csv", _counted(counts, f"{name}.csv", chain([names, first], lines))
    there = {name.removesuffix(".csv") for name in counts}
    system = system_of(organization)
    modes = [
        (f"file.{file.name}", "delta" if file.name in there else "absent")
        for file in sorted(FILES.values(), key=lambda each: each.name.lower())
        if file.of("1.2")
    ]
    head = [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    source = [("source.systemName", "Rosterdesk"), ("source.systemCode", system)]
    yield "manifest.csv", [*head, *modes, *source]


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    if not path.parent.is_dir():
        raise Refused(f"There is no folder “{path.parent}” to write into.")
    put(path, pieces)
