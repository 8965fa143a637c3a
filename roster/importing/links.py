"""Reads the files whose rows fill one field of another row: score scales, learning objectives.

In the CSV each link is a row with an id of its own; REST shows a single score scale, and the
objectives grouped by source, which is how they are kept (specification 2.3 and 5.7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from roster.database.parts import PART, in_parts
from roster.importing.columns import Column, File
from roster.importing.engine import column_of, quote
from roster.importing.findings import Findings
from roster.importing.record import Record
from roster.importing.staging import Stage, references_of
from roster.importing.store import Counts, Store
from roster.importing.values import as_json
from roster.models import Organization, Status

TEXT, NUMBER = "CAST('' AS text)", "CAST(0 AS double precision)"
OBJECTIVES = "learning_objectives"
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
URN = re.compile(f"urn:uuid:({UUID})")


class Links:
    """The stages of one link file: its rows, and for objectives what they make together."""

    def __init__(
        self,
        file: File,
        columns: Sequence[Column],
        findings: Findings,
        keep: Callable[[Stage], Stage],
        *,
        delta: bool = False,
    ) -> None:
        self.file = file
        self.delta = delta
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
        self._cleared: dict[str, Record] = {}
        self._rows = 0
        self._faulty = False

    def add(self, *records: Record) -> None:
        for record in records:
            if record.sound:
                self._add(self._plain(record) if self.file.fills == OBJECTIVES else record)
            else:
                self._faulty = True

    def _add(self, record: Record) -> None:
        if record.status == Status.ACTIVE:
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
            self.stage.add(record)
        elif self.delta and self.file.fills == OBJECTIVES:
            self.stage.add(record)
        elif self.delta:
            self._cleared[record.values[self._owner_at]] = record

    def _plain(self, record: Record) -> Record:
        """Return a row with the UUID of a CASE objective, which the CSV writes as a URN."""
        values = dict(zip(self.stage.fields, record.values, strict=True))
        name = values["objective"]
        if values["source"] != "case":
            return record
        if found := URN.fullmatch(name):
            return record.but((values | {"objective": found[1]}).values())
        self.findings.add(
            "objective-form",
            self.file.filename,
            row=record.row,
            column="learningObjectiveId",
            sourced_id=record.sourced_id,
            value=name,
        )
        return record

    def finish(self) -> None:
        for owner in self._cleared.keys() - self._owners:
            self.stage.add(self._cleared[owner].but([owner, ""], status=Status.ACTIVE.value))
        self.stage.finish("owner")
        if self.whole is not self.stage and not self.delta:
            self._fill_whole((owner, learning_objectives(each)) for owner, each in self._grouped())

    def _fill_whole(self, wholes: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
        for owner, value in wholes:
            row = (0, 0, 1, owner, Status.ACTIVE.value, "{}", "", owner, as_json(value))
            self.whole.add(Record(row))
        self.whole.finish("owner")

    def _grouped(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield each owner with its rows, in the order in which they stand."""
        names = [*self.stage.fields, "status"]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(map(quote, names))}"  # noqa: S608
                f" FROM {quote(self.stage.table)} ORDER BY owner, row_number"
            )
            lines = (dict(zip(names, line, strict=True)) for line in cursor.fetchall())
            for owner, of_owner in groupby(lines, key=itemgetter("owner")):
                yield owner, list(of_owner)

    def _changed(self, organization: Organization) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield each owner with the objectives that are stored, changed by a delta's rows."""
        changes = dict(self._grouped())
        for owners in in_parts(sorted(changes), PART):
            known = self.file.model.objects.filter(
                organization=organization, sourced_id__in=owners
            ).values_list("sourced_id", OBJECTIVES)
            for owner, stored in known:
                named = {(line["source"], line["objective"]) for line in changes[owner]}
                lines = [
                    line
                    for line in (*rows_of(stored), *changes[owner])
                    if line.get("status") == Status.ACTIVE
                    or ("status" not in line and (line["source"], line["objective"]) not in named)
                ]
                yield owner, learning_objectives(lines)

    def merge(self, store: Store, *, delta: bool) -> Counts:
        if self.whole is not self.stage and self.delta:
            self._fill_whole(self._changed(store.organization))
        counts = store.fill(self.whole, self.file.fills, clear=not (self._faulty or self.delta))
        counts.unchanged = max(0, self._rows - counts.updated)
        return counts


def rows_of(objectives: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows that make the objectives of one owner, as `learning_objectives` takes them."""
    for group in objectives:
        for objective in group.get("learningObjectiveIds", ()):
            yield {"source": group["source"], "objective": objective}
        for scored in group.get("learningObjectiveResults", ()):
            yield {
                "source": group["source"],
                "objective": scored["learningObjectiveId"],
                "score": scored.get("score"),
                "text_score": scored.get("textScore", ""),
            }


def learning_objectives(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
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
