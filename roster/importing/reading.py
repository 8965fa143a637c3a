"""Reads one file of a bundle row by row, and knows afterwards what it held.

Rows are taken one by one, until one can't be understood by itself: it slipped, has the id of
another, or a date in a form of its own. Then the file is read anew after a look over all of it
(`survey.py`). What stands in a row is for `parsing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from roster.importing import columns, values, vocabulary
from roster.importing.bundle_marks import MARK
from roster.importing.columns import Column
from roster.importing.doubles import Doubles
from roster.importing.findings import Findings
from roster.importing.header import Header
from roster.importing.known import SAYS_STATUS, STAMPED, KnownLines
from roster.importing.manifest import Bundle
from roster.importing.parsing import Cells, Line, Unusual
from roster.importing.parts import Part
from roster.importing.record import Record
from roster.importing.survey import Survey
from roster.models.fields import LONGEST_ID
from roster.refusal import Refused

TICK = 5_000
AT_ONCE, FEW = 128, 16
"""Rows that are read at once, and those that are read one by one because of one of them."""


class Reader:
    """Reads the rows of one file; `columns` are those of a record's `values`.

    When all is read, `date_forms` has the form of each column of dates; `present` are the known
    columns that are there (`status` only if a row has one), `latest` is the greatest
    dateLastModified, `dated` has days in its place. Unless it `looks` over the file before, it
    raises `Unusual` where that is needed; what it has given is void then.
    """

    def __init__(
        self,
        part: Part,
        bundle: Bundle,
        findings: Findings,
        tick: Callable[[int], None],
        *,
        looks: bool,
        recall: Callable[[list[str]], KnownLines] | None = None,
    ) -> None:
        self.part = part
        self.findings = findings
        self.tick = tick
        self.date_forms: dict[str, str] = {}
        self.present: list[str] = []
        self.latest = ""
        self.dated: dict[int, str] = {}
        self.read = 0
        self.left_out = 0
        self.known: KnownLines | None = None
        self._recall = recall
        self._bundle = bundle
        self._looks = looks

    def records(self) -> Iterator[list[Record]]:
        """Yield every row that has an id of its own, some at once."""
        if not self._look():
            self.findings.add("file-without-rows", self.part.file.filename)
            return
        if self._recall:
            self.known = self._recall([each.name for each in self.columns])
        with self.part.entry.open() as stream:
            lines = self.part.rows(stream, self.findings, self.known)
            next(lines)
            for rows in self._together(lines):
                self.read += len(rows)
                if self.read % TICK < len(rows):
                    self.tick(stream.tell())
                yield self._records(rows)
        self._conclude()

    def _together(self, lines: Iterator[tuple[int, list[str]]]) -> Iterator[list[Line]]:
        """Yield rows in lists, each with the hash of its line."""
        width, known, rows = self.header.width, self.known, list[Line]()
        try:
            for row, line in lines:
                if len(line) != width and not self._looks:
                    raise Unusual
                rows.append((row, line, known.line if known else 0))
                if len(rows) == AT_ONCE:
                    yield rows
                    rows = []
        except Refused:
            yield rows  # What is found in them is told too.
            raise
        if rows:
            yield rows

    def _records(self, rows: list[Line]) -> list[Record]:
        """Return the records of rows: of all at once, else of each half, of a few one by one."""
        found = None if self._looks else self._cells.records(rows)
        if found is not None:
            return found
        if self._looks or len(rows) <= FEW:
            return [*self._one_by_one(rows)]
        half = len(rows) // 2
        return self._records(rows[:half]) + self._records(rows[half:])

    def _one_by_one(self, rows: list[Line]) -> Iterator[Record]:
        width, twice = self.header.width, self._survey.twice
        for row, line, hashed in rows:
            record = None
            if len(line) == width or self.header.fit(row, line):
                record = self._cells.record(row, line, hashed)
                if record is None:
                    self.left_out += 1
                    continue
            if record is not None and record.sound and record.sourced_id not in twice:
                yield record
            else:
                yield from self._set_aside(row, line, record)

    def _conclude(self) -> None:
        """Note what the whole file says; lines that were known count as what they had said."""
        cells, known = self._cells, self.known
        if known is not None:
            known.finish()
            self.read += known.skipped
            cells.stamped += known.count(STAMPED)
            cells.says_status |= known.count(SAYS_STATUS) > 0
        self.date_forms, self.latest, self.dated = cells.date_forms, cells.latest, cells.dated
        if not cells.says_status and "status" in self.present:
            self.present.remove("status")
        if cells.stamped and self.part.mode == "bulk":
            self.findings.add("stamps-filled", self.part.file.filename, times=cells.stamped)

    def _look(self) -> bool:
        """Look at the head of the file, or over all of it; return whether it has rows."""
        with self.part.entry.open() as stream:
            lines = self.part.rows(stream, Findings())
            _, names = next(lines, (0, []))
            first = next(lines, None)
            if first is None:
                return False
            known = columns_for(self.part, self._bundle, names, self.findings)
            self.header = Header(names, self.part.file, known, self.findings)
            self.present = sorted([*self.header.where, *[MARK] * len(self.header.marks)])
            self._survey = Survey(self.header, known)
            if self._looks:
                self._survey.look(chain((first,), lines))
        self.columns = [column for column in known if column.field and not unstored(column)]
        self.columns.sort(key=lambda column: column.derived)
        self._doubles = Doubles(self._survey.twice, [column.field for column in self.columns])
        self._cells = Cells(
            self.part,
            self._bundle,
            self.findings,
            self.header,
            self.columns,
            self._survey,
            looks=self._looks,
        )
        return True

    def _set_aside(self, row: int, line: list[str], record: Record | None) -> Iterator[Record]:
        """Yield what is known of a row that slipped, can't be taken or isn't the only one."""
        records = [record] if record else self._slipped(row, line)
        if not records:
            self.left_out += 1
        for nth, each in enumerate(records):
            if each.sourced_id in self._doubles:
                yield from self._joined(each)
            else:
                self.left_out += nth == 0
                yield each

    def _slipped(self, row: int, line: list[str]) -> list[Record]:
        """Return that the ids are there which a row whose cells slipped may have."""
        self._cells.begin(row)
        ids = self.header.possible_ids(line)
        return [self._cells.unsound(each) for each in ids if len(each) <= LONGEST_ID]

    def _joined(self, record: Record) -> Iterator[Record]:
        """Yield what the rows of an id come to, after the last of them."""
        waiting = self._doubles.count(record.sourced_id)
        joined = self._doubles.add(record)
        if joined is None:
            return
        self.left_out += waiting if not joined.sound else waiting - 1
        code = "id-joined" if joined.sound else "id-twice"
        self._cells.add(code, "sourcedId", record.sourced_id)
        yield joined


def columns_for(part: Part, bundle: Bundle, names: list[str], findings: Findings) -> list[Column]:
    """Return the columns to read: those of the version, and the roles of users without a file.

    Some systems write 1.1's columns `role` and `orgSourcedIds` into a 1.2 bundle, and no
    roles.csv; without them nobody in it would have a role. If one is missing, the header says so.
    """
    known = part.file.columns_of(bundle.version)
    if part.file.name != "users" or bundle.version != columns.NEW:
        return known
    if any(other.file.name == "roles" for other in bundle.parts):
        return known
    written = {vocabulary.plain(name).removesuffix("s") for name in names}
    old = [column for column in part.file.columns if column.only == columns.OLD]
    if written.isdisjoint(vocabulary.plain(column.name).removesuffix("s") for column in old):
        return known
    findings.add("roles-in-users", part.file.filename)
    return [*known, *old]


def unstored(column: Column) -> bool:
    return column.type in (values.SECRET, values.ELSEWHERE, values.UNUSED)
