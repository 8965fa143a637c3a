"""Reads the cells of one row: its id, status, values and marks, each fault told as a finding.

The common case is made cheap, since a district has half a million rows: some of them of which
there is nothing to say are read at once, column by column. Of the others a row is cleaned only
where it isn't clean, and values seen before are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import tzinfo
from itertools import chain, repeat
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from roster.importing import dates, vocabulary
from roster.importing.bundle_marks import KEY, MARK, MARKED, is_yes, read_marks
from roster.importing.cleaning import clean, is_clean
from roster.importing.columns import Column, Need
from roster.importing.findings import Findings
from roster.importing.header import Header
from roster.importing.known import SAYS_STATUS, STAMPED, marked
from roster.importing.manifest import Bundle
from roster.importing.named import NamedByClasses
from roster.importing.parts import Part
from roster.importing.record import REMEMBERED, Hashing, Record, unsound
from roster.importing.survey import Survey
from roster.importing.values import Unreadable, as_json, separated
from roster.models import Status
from roster.models.fields import LONGEST_ID

ID_FORM = re.compile(r"[0-9A-Za-z._/@-]+")
ID_FORMS = re.compile(r"[0-9A-Za-z._/@\n-]+")
"""Of several that are clean, each on a line."""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
FIRST = itemgetter(slice(6))
LIVE = Status.ACTIVE.value
STATUS_WORDS = ("active", "tobedeleted")
GONE_WORDS = frozenset(
    form
    for word, status in vocabulary.STATUSES.items()
    if status == Status.RETIRED.value
    for form in (word, word.title(), word.upper(), word.replace("tobed", "toBeD"))
)
"""What says that a record is gone, letter by letter."""
MOST_DATED = 1_000
"""Where more rows have a day for a moment, that is how their system writes it."""
PERIODS = (("start_date", "end_date"), ("begin_date", "end_date"))

Remark = tuple[str, str]
Known = dict[str, tuple[Any, tuple[Remark, ...]]]
Line = tuple[int, list[str], int]
"""A row's number and cells, and the hash of its line, 0 unless that may be kept."""


class Unusual(Exception):
    """A row can't be understood without a look over its whole file."""


class Cells:
    """Reads rows whose cells stand where the header says; `fields` names a record's `values`.

    `date_forms` has the form of each column of dates; `latest` is the greatest dateLastModified,
    `stamped` the number of rows with a status or date, `says_status` whether one has a status;
    `dated` has, of the first rows, days that stand where a moment belongs.
    Unless the file was looked over (`looks`), it raises `Unusual` where that is needed.
    """

    def __init__(
        self,
        part: Part,
        bundle: Bundle,
        findings: Findings,
        header: Header,
        columns: Sequence[Column],
        survey: Survey,
        *,
        looks: bool,
    ) -> None:
        self.file = part.file.filename
        self.version = bundle.version
        self.zone: tzinfo = ZoneInfo(bundle.zone)
        self.strict = findings.strict
        self.findings = findings
        self.header = header
        self.fields = [column.field for column in columns]
        self.blanks = [column.blank for column in columns]
        self._hashing = Hashing(self.fields)
        self.form = ""
        self.date_forms = survey.forms(findings) if looks else {}
        self.latest = ""
        self.stamped = 0
        self.says_status = False
        self.dated: dict[int, str] = {}
        self._part = part
        self._named = NamedByClasses(bundle)
        self._survey = survey
        self._looks = looks
        self._seen: set[str] = set()
        self._row = 0
        self._id = ""
        self._plain = False  # There is nothing to say of the row that is just being read.
        self._said = 0  # What it says of status and date, as bits.
        self._remarks: list[Remark] = []
        self._words = {"true"}  # By which marks are told in this file, as far as it was read.
        self._may_be_marked = bool(header.marks) and part.file.name in MARKED
        self._otherwise = header.otherwise()
        self._plan(columns)

    def _plan(self, columns: Sequence[Column]) -> None:
        """Lay out which cell goes where, and what each column has been seen to hold."""
        where = self.header.where
        self._lists = {where.get(each.name) for each in columns if each.blank == "[]"}
        self._steps: list[tuple[int, int, Known | None, int, bool, Column]] = []
        for slot, column in enumerate(columns):
            known: Known | None = None if column.type.read is None else {}
            blank = column.need.may_be_blank
            if known is not None and blank:
                known[""] = column.blank, ()
            index = where.get(column.name, -1)
            if index >= 0 or column.need in (Need.WANTED, Need.FIRM):
                self._steps.append((index, slot, known, column.type.longest, blank, column))
        self._periods = [
            (self.fields.index(first), self.fields.index(last))
            for first, last in PERIODS
            if first in self.fields and last in self.fields
        ]

    def records(self, rows: Sequence[Line]) -> list[Record] | None:
        """Return the records of some rows, column by column, if there is nothing to say of any.

        None if there may be: `record` reads each of them then, as if nothing had been tried.
        """
        cells = [*zip(*(line for _, line, _ in rows), strict=True)]
        if not self._is_plain(rows, cells):
            return None
        columns = self._columns(cells)
        if columns is None or any(
            begin and end and begin > end
            for first, last in self._periods
            for begin, end in zip(columns[first], columns[last], strict=True)
        ):
            return None
        ids = cells[self.header.id]
        self._seen.update(ids)
        own = [as_json(own) if (own := self.header.own_values(line)) else "{}"
               for _, line, _ in rows] if self.header.own else ["{}"] * len(rows)  # fmt: skip
        lines = [marked(line, 0) for _, _, line in rows]
        hashed = self._hashing.digests(columns, own)
        head = ([row for row, _, _ in rows], lines, repeat(1), ids, repeat(LIVE), own, hashed)
        return [*map(Record, zip(*head, *columns))]  # noqa: B905 (endless ones are among them)

    def _is_plain(self, rows: Sequence[Line], cells: Sequence[Sequence[str]]) -> bool:
        """Return whether rows are clean, with good ids, and without what is seldom filled."""
        header = self.header
        seldom = (header.status, header.stamp, *header.marks, *(at for at, _ in header.secrets))
        ids = cells[header.id]
        return (
            self._part.mode == "bulk"
            and not header.twice
            and not any(at >= 0 and any(cells[at]) for at in seldom)
            and is_clean(every := [*chain.from_iterable(line for _, line, _ in rows)])
            and GONE_WORDS.isdisjoint(every)
            and not (self._may_be_marked and self._has_word_of_marks(cells))
            and "" not in ids
            and ID_FORMS.fullmatch("\n".join(ids)) is not None
            and max(map(len, ids)) <= LONGEST_ID
            and not any(each[:2] == "--" or each.lower() == "source" for each in {*map(FIRST, ids)})
            and len({*ids}) == len(ids)
            and self._seen.isdisjoint(ids)
        )

    def _has_word_of_marks(self, cells: Sequence[Sequence[str]]) -> bool:
        return any(word in cells[at] for at in self._otherwise for word in self._words)

    def _columns(self, cells: Sequence[Sequence[str]]) -> list[Sequence[Any]] | None:
        """Return what rows hold in each field, if there is nothing to say of any value."""
        found: list[Sequence[Any]] = [[blank] * len(cells[0]) for blank in self.blanks]
        for index, slot, known, longest, blank, column in self._steps:
            texts = cells[index] if index >= 0 else ("",)
            if not blank and "" in texts:
                return None
            if known is None:
                if max(map(len, texts)) > longest:
                    return None
                found[slot] = texts
                continue
            try:
                read = {text: known.get(text) or self._read(column, text) for text in {*texts}}
            except Unreadable:
                return None
            if any(remarks for _, remarks in read.values()):
                return None
            if len(known) < REMEMBERED:
                known.update(read)
            found[slot] = [read[text][0] for text in texts]
        return found

    def record(self, row: int, line: list[str], hashed_line: int = 0) -> Record | None:
        """Return the record of a row; `hashed_line` is the hash of its line, if it may be kept."""
        header = self.header
        self.begin(row)
        thrown = [line[at] for at, _ in header.secrets]
        if header.secrets and header.drop_passwords(line):
            self._plain = False
        if not is_clean(line):
            self._clean(line)
        self._id = sourced_id = line[header.id]
        if not self._has_good_id(sourced_id, line):
            return None
        status = self._status(line)
        if strayed := self._strayed(line, thrown):
            self.add(*strayed)
        elif status is not None and (not header.twice or self._is_certain(line)):
            stored, sound = self._values(line)
            if sound:
                for first, last in self._periods:
                    if stored[first] and stored[last] and stored[first] > stored[last]:
                        self.add("dates-reversed", "", f"{stored[first]} – {stored[last]}")
                metadata = self._metadata(line) if header.own or header.marks else "{}"
                hashed = self._hashing.digest(stored, metadata)
                kept = marked(hashed_line, self._said) if self._plain and status == LIVE else 0
                return Record((row, kept, 1, sourced_id, status, metadata, hashed, *stored))
        return self.unsound(sourced_id)

    def _strayed(self, line: list[str], thrown: list[str]) -> Remark | None:
        """Return what stands in another column than its own, and in which: the word of a mark in a
        row without mark, or that a record is gone in one without status. `thrown` are passwords.

        The cells of such a row aren't at their place, though they are as many as ever.
        """
        header = self.header
        if not any(thrown) and self._words.isdisjoint(line) and GONE_WORDS.isdisjoint(line):
            return None
        cells = {at: line[at] for at in self._otherwise}
        cells |= {
            at: clean(text).text for (at, _), text in zip(header.secrets, thrown, strict=True)
        }
        if self._may_be_marked and not read_marks(line[at] for at in header.marks)[0]:
            for at, text in cells.items():
                if text in self._words:
                    return "mark-elsewhere", header.names[at]
        if header.status < 0 or not line[header.status]:
            for at, text in cells.items():
                if text in GONE_WORDS:
                    return "status-elsewhere", header.names[at]
        return None

    def _clean(self, line: list[str]) -> None:
        """Clean the cells that are read; nothing is ever told of others, which may be secret."""
        self._id = clean(line[self.header.id]).text
        for index in self.header.read:
            text = line[index]
            cleaned = clean(separated(text) if index in self._lists else text)
            if cleaned.text != text or cleaned.codes:
                line[index] = cleaned.text
                for code in cleaned.codes:
                    self.add(code, self.header.names[index], text)

    def _has_good_id(self, sourced_id: str, line: list[str]) -> bool:
        if ID_FORM.fullmatch(sourced_id) is None:
            if not sourced_id:
                return any(line) and self._fault("id-missing")
            self.add("id-characters", "sourcedId", sourced_id)
        if len(sourced_id) > LONGEST_ID:
            return self._fault("id-too-long", sourced_id)
        if sourced_id[0] in "sS-" or sourced_id in self.header.words:
            if self.header.is_another(line):
                raise self.findings.refuse("header-another", self.file, number=f"{self._row:,}")
            if self.header.is_header(sourced_id):
                return self._fault("row-header-again")
            if sourced_id[:2] == "--" and not "".join(line).strip("- "):
                return self._fault("row-of-dashes")
        if not self._looks or sourced_id in self._survey.repeated:
            if sourced_id in self._seen:
                if not self._looks:
                    raise Unusual
                return self._fault("id-repeated", sourced_id)
            self._seen.add(sourced_id)
        return True

    def _fault(self, code: str, value: str = "") -> bool:
        self.add(code, "sourcedId", value)
        return False

    def _status(self, line: list[str]) -> str | None:
        """Return the row's status, or None where its word is unknown."""
        text = line[self.header.status] if self.header.status >= 0 else ""
        stamp = line[self.header.stamp] if self.header.stamp >= 0 else ""
        delta = self._part.mode == "delta"
        if not (text or stamp or delta):
            return Status.ACTIVE.value
        self.stamped += 1
        self._said = STAMPED
        self.latest = max(self.latest, stamp)
        if dates.PLAIN.fullmatch(stamp) and len(self.dated) < MOST_DATED:
            self.dated[self._row] = stamp
        if delta and not STAMP.fullmatch(stamp):
            self.add("stamp-form" if stamp else "stamp-missing", "dateLastModified", stamp)
        if not (text or delta):
            return Status.ACTIVE.value
        status = vocabulary.STATUSES.get(vocabulary.plain(text))
        if status is not None:
            self.says_status, self._said = True, STAMPED | SAYS_STATUS
        if not text:
            self.add("status-missing", "status")
        elif status is None:
            self.add("status-unknown", "status", text)
        elif status == Status.RETIRED.value and not delta:
            self.add("status-retired", "status", text)
        elif text not in STATUS_WORDS:
            code = "letter-case" if text.casefold() in STATUS_WORDS else "word-understood"
            self.add(code, "status", text, "tobedeleted" if status != LIVE else LIVE)
        return status

    def _is_certain(self, line: list[str]) -> bool:
        """Return whether columns that stand there twice say the same."""
        differ = [name for first, again, name in self.header.twice if line[first] != line[again]]
        for name in differ:
            self.add("column-twice-differs", name)
        return not differ

    def _metadata(self, line: list[str]) -> str:
        """Return the row's own columns as JSON, and its mark."""
        own = self.header.own_values(line)
        texts = [line[index] for index in self.header.marks]
        marked, found = read_marks(texts)
        if marked:
            self._words.update(text for text in texts if len(text) > 1 and is_yes(text))
        for code, value in found:
            self.add(code, MARK, value, "true" if marked else "false")
        if marked and self._part.file.name not in MARKED:
            self.add("mark-not-read", MARK, "")
        elif marked is not None:
            own[KEY] = "true" if marked else "false"
        return as_json(own) if own else "{}"

    def _values(self, line: list[str]) -> tuple[list[Any], bool]:
        stored = self.blanks.copy()
        sound = True
        for index, slot, known, longest, blank, column in self._steps:
            text = line[index] if index >= 0 else ""
            if known is None:  # Text as it is.
                if text and len(text) <= longest:
                    stored[slot] = text
                    continue
            elif text in known:
                stored[slot], remarks = known[text]
                if remarks:
                    self._remark(column, text, remarks)
                continue
            if text:
                sound &= self._take(column, text, stored, slot, known)
            elif not blank:
                sound &= self._missing(column)
        return stored, sound

    def _missing(self, column: Column) -> bool:
        vital = column.need is Need.VITAL
        self.add("missing-row" if vital else "missing", column.name)
        return not vital

    def _take(
        self, column: Column, text: str, stored: list[Any], slot: int, known: Known | None
    ) -> bool:
        """Read one value in full; return whether its row can be kept."""
        try:
            stored[slot], remarks = read = self._read(column, text)
        except Unreadable:
            return self._assume(column, text, stored, slot)
        self._remark(column, text, remarks)
        if known is not None and len(known) < REMEMBERED:
            known[text] = read
        return True

    def _read(self, column: Column, text: str) -> tuple[Any, tuple[Remark, ...]]:
        """Return what a text means, and the remarks on it."""
        if not self._looks and column.name in self._survey.dates:
            if not dates.read(text, dates.ISO):
                raise Unusual
            self.date_forms[column.name] = dates.ISO
        self._remarks = []
        self.form = self.date_forms.get(column.name, "")
        if column.type.read is None:
            raise Unreadable
        return column.type.read(text, self), tuple(self._remarks)

    def _assume(self, column: Column, text: str, stored: list[Any], slot: int) -> bool:
        """Take what a value must be by what classes make of its record, or none."""
        named_as, word = column.type.assumed
        if named_as and self._id in self._named.ids(named_as):
            stored[slot] = word
            self.add("type-assumed", column.name, text, word)
            return True
        firm = column.need.must_be_readable or self._has_slipped(text)
        code = "unreadable-row" if firm else "unreadable"
        self.add(code, column.name, text, column.type.expected)
        return not firm

    def _has_slipped(self, text: str) -> bool:
        """Return whether a text is a date where none belongs: then others aren't at their place."""
        return any(dates.read(text, form) for form in {dates.ISO, *self.date_forms.values()})

    def remark(self, code: str, expected: str = "") -> None:
        """Take a remark on the value that is just being read."""
        self._remarks.append((code, expected))

    def _remark(self, column: Column, text: str, remarks: tuple[Remark, ...]) -> None:
        for code, expected in remarks:
            self.add(code, column.name, text, expected)

    def add(self, code: str, column: str, value: str = "", expected: str = "") -> None:
        self._plain = False
        self.findings.add(
            code,
            self.file,
            row=self._row,
            column=column,
            value=value,
            sourced_id=self._id,
            expected=expected,
        )

    def begin(self, row: int) -> None:
        """Let what is found next be of a row."""
        self._row, self._id, self._plain, self._said = row, "", True, 0

    def unsound(self, sourced_id: str) -> Record:
        """Return that an id is there, in a row that can't be taken."""
        return unsound(self._row, sourced_id, self.blanks)
