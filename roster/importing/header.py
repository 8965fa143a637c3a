"""Matches a file's header with the table of columns, and fits its rows to it.

Passwords end here: their cells are blanked before anything else looks at a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from roster.importing import values, vocabulary
from roster.importing.bundle_marks import MARK, NARROWING, is_mark
from roster.importing.cleaning import clean
from roster.importing.columns import Column, File, Need
from roster.importing.findings import Findings
from roster.importing.headings import Headings
from roster.refusal import Refused

BASE = ("sourcedId", "status", "dateLastModified")
METADATA = "metadata."
SECRETS = re.compile(r"pass(word|wd|phrase|code)|\bpwd\b|\bpin\b", re.IGNORECASE)
MOST_COLUMNS = 1000


class Header:
    """Where each known column stands in the rows of a file, and what else is there.

    `width` is how many cells a row has; `also_width` how many it may have instead, where all rows
    have so many; `named` those up to the last that has a name.
    `twice` are the places of narrowing columns that stand there twice.
    """

    def __init__(
        self, names: list[str], file: File, columns: Iterable[Column], findings: Findings
    ) -> None:
        self.file = file.filename
        self.findings = findings
        self.width = self.also_width = len(names)
        if self.width > MOST_COLUMNS:
            raise findings.refuse("columns-many", self.file, found=f"{self.width:,}")
        self.where: dict[str, int] = {}
        self.marks: list[int] = []
        self.own: list[tuple[int, str]] = []
        self.secrets: list[tuple[int, str]] = []
        self.twice: list[tuple[int, int, str]] = []
        self._columns = {column.name: column for column in columns}
        self._elsewhere = {vocabulary.plain(column.name) for column in file.columns}
        self.names = [clean(name).text for name in names]
        self.words = frozenset(self.names)
        self.named = max((at for at, name in enumerate(self.names, 1) if name), default=0)
        self._place_all(self.names)
        self._miss()
        own = [index for index, _ in self.own]
        self.read = sorted({*self.where.values(), *self.marks, *own, *self._again()})
        self.id = self.where["sourcedId"]
        self.status = self.where.get("status", -1)
        self.stamp = self.where.get("dateLastModified", -1)

    def _place_all(self, names: list[str]) -> None:
        known = Headings((*BASE, *self._columns), self._columns)
        unknown = []
        for index, written in enumerate(names):
            name = known.same(written)
            if not written:
                self.findings.add("column-nameless", self.file)
            elif is_mark(written):
                self._place_mark(index, written)
            elif name:
                self._place(index, name, written, "column-letter-case")
            else:
                unknown.append((index, written))
        for index, written in unknown:
            name = known.near(self.file, written)
            if name and name not in self.where:
                self._place(index, name, written, "column-near")
            else:
                self._place_own(index, written)

    def _place(self, index: int, name: str, written: str, code: str) -> None:
        column = self._columns.get(name)
        if column is not None and column.type is values.SECRET:
            self.secrets.append((index, name))
        if name in self.where:
            self.findings.add("column-twice", self.file, column=name)
            if name in NARROWING:
                self.twice.append((self.where[name], index, name))
            return
        if name != written:
            self.findings.add(code, self.file, column=name, value=written)
        self.where[name] = index
        if column is not None and column.type is values.ELSEWHERE:
            self.findings.add("column-elsewhere", self.file, column=name)

    def _again(self) -> list[int]:
        return [again for _, again, _ in self.twice]

    def _place_mark(self, index: int, written: str) -> None:
        if written != MARK:
            self.findings.add("column-of-marks", self.file, column=MARK, value=written)
        self.marks.append(index)

    def _place_own(self, index: int, written: str) -> None:
        if vocabulary.plain(written) in self._elsewhere:
            self.findings.add("column-other-version", self.file, column=written)
        elif not written.lower().startswith(METADATA) or len(written) == len(METADATA):
            self.findings.add("column-unknown", self.file, column=written)
        elif SECRETS.search(written):
            self.secrets.append((index, written))
        elif written[len(METADATA) :] in (key for _, key in self.own):
            self.findings.add("column-twice", self.file, column=written)
        else:
            self.own.append((index, written[len(METADATA) :]))

    def _miss(self) -> None:
        for name in (*BASE, *self._columns):
            if name in self.where:
                continue
            column = self._columns.get(name)
            if name in BASE[1:]:
                self.findings.add("column-missing", self.file, column=name)
                continue
            if column is None or column.need in (Need.VITAL, Need.COLUMN):
                raise self._refusal(name)
            if column.type in (values.SECRET, values.ELSEWHERE, values.UNUSED):
                continue
            if column.need is Need.NONE:
                self.findings.add("column-missing", self.file, column=name)
            elif column.need is Need.NARROWING:
                self.findings.add("column-missing-narrowing", self.file, column=name)

    def _refusal(self, name: str) -> Refused:
        """Return the refusal for want of a column; no cell is told that may be a person's."""
        known = ", ".join([each for each in self.names if each in self.where][:8])
        # Another delimiter is taken where it makes columns that are known.
        cells = "cells" if known else "cells separated by commas"
        found = f"{cells}: {len(self.names):,}; columns of OneRoster among them: {known or 'none'}"
        return self.findings.refuse("column-required", self.file, wanted=name, found=found)

    def allow(self, widths: set[int]) -> None:
        """Let rows be wider or narrower by columns without name and content, if all are so."""
        if len(widths) == 1 and min(widths) >= self.named:
            self.also_width = min(widths)
            if self.also_width > self.width:
                self.findings.add("rows-wide", self.file)

    def fit(self, row: int, line: list[str]) -> bool:
        """Give a row as many cells as there are columns; False if they can't be told apart.

        In a row of other length than the header some cells have slipped: it can't be told which
        of them is an exclude mark, an end date or a password.
        """
        if len(line) == self.also_width:
            line[self.width :] = [""] * (self.width - len(line))
            return True
        code = "row-too-short" if len(line) < self.width else "row-too-long"
        self.findings.add(code, self.file, row=row)
        return False

    def possible_ids(self, line: list[str]) -> list[str]:
        """Return what may be the id of a row whose cells slipped; never what may be a password."""
        slip = len(line) - self.width
        places = {self.id, max(0, self.id + slip)} if slip < 0 else {self.id, self.id + slip}
        for index, _ in self.secrets:
            places -= set(range(min(index, index + slip), max(index, index + slip) + 1))
        ids = (clean(line[place]).text for place in sorted(places) if place < len(line))
        return [sourced_id for sourced_id in ids if sourced_id]

    def drop_passwords(self, line: list[str]) -> bool:
        """Blank the cells that hold passwords, and count them; return whether there were any."""
        dropped = False
        for index, name in self.secrets:
            if line[index]:
                line[index], dropped = "", True
                self.findings.add("password-dropped", self.file, column=name)
        return dropped

    def own_values(self, line: list[str]) -> dict[str, str]:
        """Return the row's own columns under their names without `metadata.`."""
        return {key: line[index] for index, key in self.own if line[index]}

    def otherwise(self) -> list[int]:
        """Return where cells say something else than yes or no, and than a status."""
        known = {
            index
            for name, index in self.where.items()
            if name != "status" and not self._is_truth(name)
        }
        return sorted(known | {index for index, _ in self.secrets})

    def _is_truth(self, name: str) -> bool:
        column = self._columns.get(name)
        return column is not None and column.type is vocabulary.BOOLEAN

    def is_header(self, sourced_id: str) -> bool:
        """Return whether a row with this id is a header."""
        return sourced_id[:6].lower() == "source" and vocabulary.plain(sourced_id) == "sourcedid"

    def is_another(self, line: list[str]) -> bool:
        """Return whether a row names columns, but not where this header does."""
        if not (line[self.id] in self.words or self.is_header(line[self.id])):
            return False
        plain, names = ([*map(vocabulary.plain, cells)] for cells in (line, self.names))
        named = sum(cell in names for cell in plain if cell)
        moved = any(cell and cell != name for cell, name in zip(plain, names, strict=False))
        return moved and named * 2 > len(names)
