"""Matches a file's header with the table of columns, and fits its rows to it.

Passwords end here: their cells are blanked before anything else looks at a row.
"""

from __future__ import annotations

import re

from roster.importing import values
from roster.importing.columns import Column, File, Need
from roster.importing.findings import Findings
from roster.refusal import Refused

BASE = ("sourcedId", "status", "dateLastModified")
METADATA = "metadata."
SECRETS = re.compile(r"pass(word|wd|phrase|code)|\bpwd\b|\bpin\b", re.IGNORECASE)
MOST_COLUMNS = 1000


class Header:
    """Where each known column stands in the rows of a file, and what else is there."""

    def __init__(self, names: list[str], file: File, version: str, findings: Findings) -> None:
        self.file = file.filename
        self.findings = findings
        self.width = len(names)
        self.where: dict[str, int] = {}
        self.own: list[tuple[int, str]] = []
        self.secrets: list[tuple[int, str]] = []
        if self.width > MOST_COLUMNS:
            raise Refused(f"{self.file} has {self.width} columns; that is no OneRoster file.")
        columns = {column.name: column for column in file.columns_of(version)}
        right = {name.lower(): name for name in (*BASE, *columns)}
        for index, written in enumerate(names):
            self._place(index, written.strip(), right, columns)
        self._miss(columns)
        self.id = self.where["sourcedId"]
        self.status = self.where.get("status", -1)
        self.stamp = self.where.get("dateLastModified", -1)

    def _place(
        self, index: int, written: str, right: dict[str, str], columns: dict[str, Column]
    ) -> None:
        if not written:
            self.findings.add("column-nameless", self.file)
            return
        name = right.get(written.lower(), "")
        if not name:
            self._place_own(index, written)
            return
        if name in self.where:
            self.findings.add("column-twice", self.file, column=name)
            if name in columns and columns[name].type is values.SECRET:
                self.secrets.append((index, name))
            return
        if name != written:
            self.findings.add("column-letter-case", self.file, column=name, value=written)
        self.where[name] = index
        if name in columns and columns[name].type is values.SECRET:
            self.secrets.append((index, name))
        elif name in columns and columns[name].type is values.ELSEWHERE:
            self.findings.add("column-elsewhere", self.file, column=name)

    def _place_own(self, index: int, written: str) -> None:
        if not written.lower().startswith(METADATA) or len(written) == len(METADATA):
            self.findings.add("column-unknown", self.file, column=written)
        elif SECRETS.search(written):
            self.secrets.append((index, written))
        elif written[len(METADATA) :] in (key for _, key in self.own):
            self.findings.add("column-twice", self.file, column=written)
        else:
            self.own.append((index, written[len(METADATA) :]))

    def _miss(self, columns: dict[str, Column]) -> None:
        for name in ("sourcedId", *columns):
            if name in self.where:
                continue
            if name == "sourcedId" or columns[name].need in (Need.VITAL, Need.COLUMN):
                raise Refused(
                    f"{self.file} has no column {name}, without which its rows mean nothing."
                    " Export it again, with all columns. Nothing was imported."
                )
            if columns[name].type in (values.SECRET, values.ELSEWHERE, values.UNUSED):
                continue
            if columns[name].need is Need.NONE:
                self.findings.add("column-missing", self.file, column=name)

    def fit(self, row: int, line: list[str]) -> bool:
        """Give a row as many cells as there are columns; False if they can't be told apart.

        A row that slipped may carry its password in another column. Where cells are missing it
        can't be told in which, so the row falls; where there are more, all cells are blanked in
        which the password can stand.
        """
        surplus = len(line) - self.width
        if surplus > 0:
            self.findings.add("row-too-long", self.file, row=row)
            for index, _ in self.secrets:
                for place in range(index + 1, min(index + surplus + 1, self.width)):
                    line[place] = ""
            return True
        if self.secrets:
            self.findings.add("row-slipped", self.file, row=row)
            return False
        self.findings.add("row-too-short", self.file, row=row)
        line += [""] * -surplus
        return True

    def drop_passwords(self, line: list[str]) -> None:
        """Blank the cells that hold passwords, and count them."""
        for index, name in self.secrets:
            if index < len(line) and line[index]:
                line[index] = ""
                self.findings.add("password-dropped", self.file, column=name)

    def metadata(self, line: list[str]) -> str:
        """Return the row's own columns as JSON, under their names without `metadata.`."""
        own = {key: line[index] for index, key in self.own if line[index].strip()}
        return values.as_json(own) if own else "{}"
