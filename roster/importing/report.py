"""The findings of an import as they are handed out: as data, and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, TextIO

from roster.importing.rules import ERROR, NOTICE, RULES, WARNING
from roster.models import Finding, Import

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
HEADINGS = (
    "severity",
    "code",
    "file",
    "row",
    "column",
    "value",
    "sourcedId",
    "occurrences",
    "meaning",
    "what to do",
)


def summary(of_import: Import) -> dict[str, Any]:
    """Return an import's findings as data: totals by severity, and those kept in full."""
    kept = list(of_import.findings.all()) if of_import.tried is None else of_import.tried
    totals = {severity.value: 0 for severity in Finding.Severity}
    groups = {(f.code, f.file, f.column): (f.severity, f.occurrences) for f in kept}
    for severity, occurrences in groups.values():
        totals[severity] += occurrences
    return {
        "errors": totals[ERROR],
        "warnings": totals[WARNING],
        "notices": totals[NOTICE],
        "list": [as_data(finding) for finding in kept],
    }


def as_data(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "file": finding.file,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "sourcedId": finding.sourced_id,
        "message": finding.message,
        "cure": cure(finding),
        "occurrences": finding.occurrences,
    }


def cure(finding: Finding) -> str:
    """Return what to do about a finding; blank for a code of an older release."""
    rule = RULES.get(finding.code)
    return rule.cure if rule else ""


def write_csv(of_import: Import, to: TextIO) -> int:
    """Write an import's findings as CSV that no spreadsheet takes for formulas; return how many."""
    writer = csv.writer(to)
    writer.writerow(HEADINGS)
    rows = 0
    for rows, line in enumerate(_lines(of_import), 1):  # noqa: B007 - the count is returned.
        writer.writerow(map(neutral, line))
    return rows


def _lines(of_import: Import) -> Iterator[tuple[Any, ...]]:
    for finding in of_import.findings.iterator():
        yield (
            finding.severity,
            finding.code,
            finding.file,
            finding.row,
            finding.column,
            finding.value,
            finding.sourced_id,
            finding.occurrences,
            finding.message,
            cure(finding),
        )


def neutral(value: Any) -> str:
    """Return a cell's text, with an apostrophe before what a spreadsheet would calculate."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
