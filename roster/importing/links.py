"""Reads the files whose rows fill one field of another row: score scales, learning objectives.

In the CSV each link is a row with an id of its own; REST shows a single score scale, and the
objectives grouped by source, which is how they are kept (specification 2.3 and 5.7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from roster.importing.columns import Column, File
from roster.importing.engine import column_of, quote
from roster.importing.findings import Findings
from roster.importing.record import Record
from roster.importing.staging import Stage, references_of
from roster.importing.store import Counts, Store
from roster.importing.values import as_json
from roster.models import Status

TEXT, NUMBER = "CAST('' AS text)", "CAST(0 AS double precision)"
OBJECTIVES = "learning_objectives"


class Links:
    """The stages of one link file: its rows, and for objectives what they make together."""

    def __init__(
        self,
        file: File,
        columns: Sequence[Column],
        findings: Findings,
        keep: Callable[[Stage], Stage],
    ) -> None:
        self.file = file
        self.findings = findings
        typed = {column.field: TEXT for column in columns} | {
            "owner": quote("sourced_id"),
            "score": NUMBER,
        }
        if file.fills != OBJECTIVES:
            typed["value"] = column_of(file.model, file.fills)
        fields = [column.field for column in columns]
        self.stage = keep(
            Stage(file.name, file, file.model, fields, references_of(columns), foreign=typed)
        )
        self.whole = self.stage
        if file.fills == OBJECTIVES:
            whole = {"owner": typed["owner"], "value": column_of(file.model, OBJECTIVES)}
            self.whole = keep(
                Stage(f"{file.name}_whole", file, file.model, list(whole), foreign=whole)
            )
        self._owner_at = fields.index("owner")
        self._owners: set[str] = set()
        self._rows = 0
        self._faulty = False

    def add(self, record: Record) -> None:
        if not record.sound:
            self._faulty = True
        elif record.status == Status.ACTIVE:
            owner = record.values[self._owner_at]
            if self.file.fills != OBJECTIVES and owner in self._owners:
                self.findings.add(
                    "link-twice",
                    self.file.filename,
                    row=record.row,
                    sourced_id=record.sourced_id,
                    value=owner,
                )
                return
            self._owners.add(owner)
            self._rows += 1
            self.stage.add(record, record.values)

    def finish(self) -> None:
        self.stage.finish("owner")
        if self.whole is not self.stage:
            for owner, value in self._grouped():
                self.whole.add(
                    Record(0, True, owner, Status.ACTIVE.value, "{}", "", []), [owner, value]
                )
            self.whole.finish("owner")

    def _grouped(self) -> Iterator[tuple[str, str]]:
        """Yield each owner with the objectives of all its rows, as JSON in REST's shape."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(map(quote, self.stage.fields))}"  # noqa: S608
                f" FROM {quote(self.stage.table)} ORDER BY owner, row_number"
            )
            names = self.stage.fields
            lines = (dict(zip(names, line, strict=True)) for line in cursor.fetchall())
            for owner, of_owner in groupby(lines, key=itemgetter("owner")):
                yield owner, as_json(learning_objectives(of_owner))

    def merge(self, store: Store) -> Counts:
        counts = store.fill(self.whole, self.file.fills, clear=not self._faulty)
        counts.unchanged = max(0, self._rows - counts.updated)
        return counts


def learning_objectives(lines: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of one owner grouped by source, in the order in which they stand."""
    sources: dict[str, list[Any]] = {}
    scored = False
    for line in lines:
        scored = "score" in line
        found = sources.setdefault(line["source"], [])
        if scored:
            found.append(
                {"learningObjectiveId": line["objective"]}
                | ({"score": line["score"]} if line["score"] is not None else {})
                | ({"textScore": line["text_score"]} if line["text_score"] else {})
            )
        elif line["objective"] not in found:
            found.append(line["objective"])
    name = "learningObjectiveResults" if scored else "learningObjectiveIds"
    return [{"source": source, name: found} for source, found in sources.items()]
