"""Reads one file of a bundle: header, rows, values, each fault told as a finding.

The common case is made cheap, since a district has half a million rows: values seen before are
looked up, only new, blank or faulty ones are read in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from roster.importing import values
from roster.importing.columns import Column, Need
from roster.importing.findings import Findings
from roster.importing.header import Header
from roster.importing.manifest import Part
from roster.importing.record import Record, digest, unsound
from roster.importing.values import Unreadable
from roster.models import Status

ID_FORM = re.compile(r"[0-9A-Za-z._/@-]+")
LONGEST_ID = 255
REMEMBERED = 20_000  # Distinct values of a column that are looked up instead of read again.
TICK = 5_000
STATUSES = {
    "": Status.ACTIVE.value,
    "active": Status.ACTIVE.value,
    "tobedeleted": Status.RETIRED.value,
    "inactive": Status.RETIRED.value,
}


class Reader:
    """Reads the rows of one file; `fields` names what stands in a record's `values`."""

    def __init__(
        self, part: Part, version: str, findings: Findings, tick: Callable[[int], None]
    ) -> None:
        self.part = part
        self.file = part.file.filename
        self.version = version
        self.findings = findings
        self.tick = tick
        self.columns = [c for c in part.file.columns_of(version) if c.field and not unstored(c)]
        self.columns.sort(key=lambda column: column.beside)
        self.fields = [column.field for column in self.columns]
        self.blanks = [column.blank for column in self.columns]
        self.present: list[str] = []
        self.date_forms: dict[str, str] = {}
        self.latest = ""
        self.read = 0
        self.left_out = 0
        self._filled = 0
        self._seen: set[str] = set()
        self._row = 0
        self._id = ""
        self._column = ""
        self._value = ""
        self._remarked = False

    def records(self) -> Iterator[Record]:
        """Yield every row that has an id of its own."""
        with self.part.entry.open() as stream:
            yield from self._records(stream)
        self._report_stamps()

    def _records(self, stream: BinaryIO) -> Iterator[Record]:
        lines = self.part.rows(stream, self.findings)
        _, names = next(lines, (0, []))
        first = next(lines, None)
        if first is None:
            self.findings.add("file-without-rows", self.file)
            return
        self.header = Header(names, self.part.file, self.version, self.findings)
        self.present = sorted(self.header.where)
        self._plan()
        for number, line in _chain(first, lines):
            self.read += 1
            if self.read % TICK == 0:
                self.tick(stream.tell())
            record = self._record(number, line)
            if record is None or not record.sound:
                self.left_out += 1
            if record is not None:
                yield record

    def _plan(self) -> None:
        """Lay out which cell goes where, and what each column has been seen to hold."""
        self._steps: list[tuple[int, int, dict[str, Any] | None, int, Column]] = []
        for slot, column in enumerate(self.columns):
            known: dict[str, Any] | None = None if column.type.read is None else {}
            if known is not None and column.need is Need.NONE:
                known[""] = column.blank
            index = self.header.where.get(column.name, -1)
            if index >= 0:
                self._steps.append((index, slot, known, column.type.longest, column))
            elif column.need in (Need.WANTED, Need.FIRM):
                self._steps.append((-1, slot, known, 0, column))

    def _record(self, row: int, line: list[str]) -> Record | None:
        header = self.header
        self._row, self._id = row, ""
        if len(line) != header.width and not header.fit(row, line):
            return self._slipped(row, line)
        if header.secrets:
            header.drop_passwords(line)
        sourced_id = line[header.id]
        if not self._has_good_id(sourced_id):
            return None
        self._id = sourced_id
        status = self._status(line)
        if status is not None:
            stored, sound = self._values(line)
            if sound:
                metadata = header.metadata(line) if header.own else "{}"
                hashed = digest(self.fields, stored, metadata)
                return Record(row, True, sourced_id, status, metadata, hashed, stored)
        return unsound(row, sourced_id, self.blanks)

    def _slipped(self, row: int, line: list[str]) -> Record | None:
        """Return what is known of a row whose cells can't be told apart: its id, if it has one.

        Nothing of it is ever shown: any of its cells may hold a password.
        """
        sourced_id = line[self.header.id] if len(line) > self.header.id else ""
        if not sourced_id or len(sourced_id) > LONGEST_ID or sourced_id in self._seen:
            return None
        self._seen.add(sourced_id)
        return unsound(row, sourced_id, self.blanks)

    def _has_good_id(self, sourced_id: str) -> bool:
        if ID_FORM.fullmatch(sourced_id) is None:
            if not sourced_id or sourced_id.isspace():
                return self._fault("id-missing")
            self._add("id-characters", "sourcedId", sourced_id)
        if len(sourced_id) > LONGEST_ID:
            return self._fault("id-too-long", sourced_id)
        if sourced_id in self._seen:
            return self._fault("id-twice", sourced_id)
        self._seen.add(sourced_id)
        return True

    def _fault(self, code: str, value: str = "") -> bool:
        self._add(code, "sourcedId", value)
        return False

    def _status(self, line: list[str]) -> str | None:
        """Return the row's status, or None where its word is unknown."""
        text = line[self.header.status] if self.header.status >= 0 else ""
        stamp = line[self.header.stamp] if self.header.stamp >= 0 else ""
        if not text and not stamp:
            return Status.ACTIVE.value
        self._filled += 1
        self.latest = max(self.latest, stamp)
        status = STATUSES.get(text.strip().lower())
        if status is None:
            self._add("status-unknown", "status", text)
        elif status == Status.RETIRED.value:
            self._add("status-retired", "status", text)
        return status

    def _values(self, line: list[str]) -> tuple[list[Any], bool]:
        stored = self.blanks.copy()
        sound = True
        for index, slot, known, longest, column in self._steps:
            text = line[index] if index >= 0 else ""
            if known is None:  # Text as it is.
                if text and len(text) <= longest and not text.isspace():
                    stored[slot] = text
                    continue
            elif text in known:
                stored[slot] = known[text]
                continue
            if not text or text.isspace():
                if column.need is Need.NONE:
                    continue
                sound &= self._missing(column)
            else:
                sound &= self._read(column, text, stored, slot, known)
        return stored, sound

    def _missing(self, column: Column) -> bool:
        vital = column.need is Need.VITAL
        self._add("missing-row" if vital else "missing", column.name)
        return not vital

    def _read(
        self, column: Column, text: str, stored: list[Any], slot: int, known: dict[str, Any] | None
    ) -> bool:
        """Read one value in full; return whether its row can be kept."""
        self._column, self._value, self._remarked = column.name, text, False
        try:
            if column.type.read is None:
                raise Unreadable
            stored[slot] = value = column.type.read(text, self)
        except Unreadable:
            vital = column.need in (Need.FIRM, Need.COLUMN, Need.VITAL)
            code = "unreadable-row" if vital else "unreadable"
            self._add(code, column.name, text, expected=column.type.expected)
            return not vital
        if known is not None and not self._remarked and len(known) < REMEMBERED:
            known[text] = value
        return True

    def remark(self, code: str, expected: str = "") -> None:
        """Take a remark on the value that is just being read."""
        self._remarked = True
        self._add(code, self._column, self._value, expected)

    def _add(self, code: str, column: str, value: str = "", expected: str = "") -> None:
        self.findings.add(
            code,
            self.file,
            row=self._row,
            column=column,
            value=value,
            sourced_id=self._id,
            expected=expected,
        )

    def _report_stamps(self) -> None:
        if self._filled and self.part.mode == "bulk":
            self.findings.add("stamps-filled", self.file, times=self._filled)


def unstored(column: Column) -> bool:
    return column.type in (values.SECRET, values.ELSEWHERE, values.UNUSED)


def _chain(
    first: tuple[int, list[str]], rest: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rest
