"""The findings of an import, collected while a bundle is read.

Grouping by code, file and column keeps a bundle with a million faults readable: the first ones
of a group are kept with row and value, the rest are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from roster.importing.rules import ERROR, NOTICE, RULES, WARNING
from roster.models import Finding, Import

KEPT = 20
VALUE_LENGTH = 120


@dataclass(slots=True)
class Group:
    """All occurrences of one code in one column of one file."""

    occurrences: int = 0
    kept: list[Finding] = field(default_factory=list)


class Findings:
    """Collects findings while a bundle is read; memory is bounded by codes and columns."""

    def __init__(self) -> None:
        self.version = ""
        self._groups: dict[tuple[str, str, str], Group] = {}

    def add(
        self,
        code: str,
        file: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        sourced_id: str = "",
        times: int = 1,
        **facts: str,
    ) -> None:
        """Count one more; keep it if it is among the first. Never pass a password as value."""
        group = self._groups.setdefault((code, file, column[:255]), Group())
        group.occurrences += times
        if len(group.kept) < KEPT:
            rule = RULES[code]
            facts.setdefault("version", self.version)
            group.kept.append(
                Finding(
                    code=code,
                    severity=rule.severity,
                    file=clean(file)[:255],
                    row=row,
                    column=clean(column)[:255],
                    value=shorten(value),
                    sourced_id=sourced_id[:255],
                    message=clean(rule.message.format(file=file, column=column, **facts)),
                )
            )

    def save(self, of_import: Import) -> None:
        """Store them under an import, gravest first."""
        Finding.objects.bulk_create(self._numbered(of_import), batch_size=500)

    def _numbered(self, of_import: Import) -> Iterator[Finding]:
        order = {ERROR.value: 0, WARNING.value: 1, NOTICE.value: 2}
        for group in sorted(self._groups.values(), key=lambda group: order[group.kept[0].severity]):
            for finding in group.kept:
                finding.of_import = of_import
                finding.occurrences = group.occurrences
                yield finding


def clean(text: str) -> str:
    """Return text that every database takes; names of files may hold bytes that are no text."""
    return text.encode("utf-8", "replace").decode()


def shorten(value: str) -> str:
    """Return a value as findings show it: one line, 120 characters at most."""
    line = clean(" ".join(value[: VALUE_LENGTH * 2].split()))
    return line if len(line) <= VALUE_LENGTH else line[: VALUE_LENGTH - 1] + "…"


def summary(of_import: Import) -> dict[str, Any]:
    """Return an import's findings as data: totals by severity, and those kept in full."""
    kept = list(of_import.findings.all())
    totals = {severity.value: 0 for severity in Finding.Severity}
    groups = {(f.code, f.file, f.column): (f.severity, f.occurrences) for f in kept}
    for severity, occurrences in groups.values():
        totals[severity] += occurrences
    return {
        "errors": totals[ERROR],
        "warnings": totals[WARNING],
        "notices": totals[NOTICE],
        "list": [
            {
                "code": finding.code,
                "severity": finding.severity,
                "file": finding.file,
                "row": finding.row,
                "column": finding.column,
                "value": finding.value,
                "sourcedId": finding.sourced_id,
                "message": finding.message,
                "occurrences": finding.occurrences,
            }
            for finding in kept
        ],
    }
