"""Makes lines fit the binding: what it requires is supplied or the row left out, nothing dangles.

A bundle must be complete in itself (specification 5.4, 5.5): a reference to what isn't in it is
left out, and with it the row that requires it. What is supplied is what the dialects supply, and
says nothing that isn't in the bundle anyhow. Everything left out or supplied is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from roster.dialects import vocabularies
from roster.dialects.elements import Type
from roster.dialects.fields import FIELDS
from roster.dialects.vocabularies import Words
from roster.importing import values as types
from roster.importing.binding import NEEDED_WITH
from roster.importing.columns import Column, File
from roster.importing.files import FILES
from roster.writing.classes import Classes
from roster.writing.formatting import written
from roster.writing.lines import Line, Source

TARGETS = {column.target for file in FILES.values() for column in file.columns if column.target}
NAMED_BY_OWN = {
    file.name for file in FILES.values() if any(c.target == file.name for c in file.columns)
}
REQUIRED_1_1 = {
    ("lineItems", "resultValueMin"),
    ("lineItems", "resultValueMax"),
    ("results", "score"),
}
"""What 1.1 requires beyond the table of columns (specification 5.6)."""

WORDS: dict[tuple[str, str], Words] = {
    ("roles", "role"): vocabularies.ROLES,
    ("roles", "roleType"): vocabularies.ROLE_TYPES,
    ("users", "role"): vocabularies.ROLES,
}


class Cell(NamedTuple):
    """What must hold of a column: whose ids its references are, its words, whether it is needed."""

    column: Column
    target: str
    many: bool
    allowed: Callable[[str], bool]
    required: bool
    supply: Callable[[Completing, str, dict[str, Any]], str] | None


class Completing:
    """Completes the lines of one bundle, file by file in the order of the table."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.version = source.version
        self.kept: dict[str, set[str]] = {name: set() for name in TARGETS}
        self.classes = Classes()
        self.root = ""
        self.schools = source.schools()
        self.supplied: Counter[tuple[str, str]] = Counter()
        self.left_out: Counter[tuple[str, str]] = Counter()

    def look(self, file: File) -> list[str]:
        """Look at a file first, where its rows name each other or have columns of their own.

        Returns the names of its metadata columns that aren't blank, in order.
        """
        own: set[str] = set()
        names_itself, has_metadata = file.name in NAMED_BY_OWN, self.source.has_metadata(file)
        if not names_itself and not has_metadata:
            return []
        cells = [cell for cell in _cells(file, self.version) if cell.target != file.name]
        for line in self.source.lines(file):
            if self._lacks(file, cells, line):
                continue
            if names_itself:
                self.kept[file.name].add(line.sourced_id)
            own.update(name for name, value in line.metadata.items() if written(value))
        for name in [key for key in self.supplied if key[0] == file.filename]:
            del self.supplied[name]
        return sorted(own)

    def lines(self, file: File) -> Iterator[Line]:
        """Yield the lines of a file that can be written, complete."""
        cells = list(_cells(file, self.version))
        alone = self._lacking(file)
        for line in self.source.lines(file):
            lacks = alone or self._lacks(file, cells, line)
            if lacks:
                self.left_out[file.filename, lacks] += 1
                continue
            _pair_codes(line.values)
            self._keep(file, line)
            yield line

    def _lacking(self, file: File) -> str:
        """Return the file that this one needs beside it and that would have no rows, else nothing.

        The rows of a file that stands alone are left out, and nothing can name them.
        """
        for name in NEEDED_WITH.get(file.name, ()):
            other = FILES[name]
            if other.of(self.version) and not self._has_lines(other):
                self.kept[file.name] = set()
                return other.filename
        return ""

    def _has_lines(self, file: File) -> bool:
        """Return whether any line of a file can be written, by what is kept so far."""
        cells = list(_cells(file, self.version))
        counted = self.supplied.copy()
        found = any(not self._lacks(file, cells, line) for line in self.source.lines(file))
        self.supplied = counted
        return found

    def _lacks(self, file: File, cells: list[Cell], line: Line) -> str:
        """Complete a line; return the column that it can't do without and lacks, else nothing."""
        values = line.values
        if file.shares and line.sourced_id not in self.kept[file.shares]:
            return "sourcedId"
        for column, target, many, allowed, required, supply in cells:
            name = column.name
            value = values.get(name)
            if value and (target or allowed is not _anything):
                fits = self.kept[target].__contains__ if target else allowed
                value = [*filter(fits, value)] if many else value if fits(value) else ""
            if required and (value is None or value == "" or value == []):
                value = supply(self, line.sourced_id, values) if supply else ""
                if not value:
                    return name
                self.supplied[file.filename, name] += 1
            values[name] = value
        return ""

    def _keep(self, file: File, line: Line) -> None:
        if file.name in TARGETS:
            self.kept[file.name].add(line.sourced_id)
        if file.name == "classes":
            self.classes.add(line.sourced_id, line.values)
        elif file.name == "academicSessions":
            self.classes.add_session(line.sourced_id, line.values)
        elif file.name == "enrollments":
            self.classes.fit(line.values)
        elif file.name == "orgs":
            if not self.root and not line.values["parentSourcedId"]:
                self.root = line.sourced_id
            if line.sourced_id in self.schools:
                line.values["type"] = "school"


def _pair_codes(values: dict[str, Any]) -> None:
    """Leave subject codes out that aren't one for each subject (5.3)."""
    codes = values.get("subjectCodes")
    if codes and len(codes) != len(values["subjects"] or ()):
        values["subjectCodes"] = []


def _cells(file: File, version: str) -> Iterator[Cell]:
    for column in file.columns_of(version):
        if column.type in (types.SECRET, types.ELSEWHERE, types.UNUSED):
            continue
        required = not column.need.may_be_blank
        if version == "1.1":
            required |= (file.name, column.name) in REQUIRED_1_1
        yield Cell(
            column,
            column.target,
            column.blank == "[]",
            _allowed(file, column, version),
            required,
            SUPPLIED.get((file.name, column.name)),
        )


def _allowed(file: File, column: Column, version: str) -> Callable[[str], bool]:
    """Return whether a version has a word; 1.1 has none of anybody's own."""
    words = WORDS.get((file.name, column.name))
    for known in FIELDS[version].get(file.name, ()):
        if known.name == column.name and known.type is not Type.BOOLEAN:
            words = words or known.words
    if words is None:
        return _anything
    allowed, extends = frozenset(words.of(version)), words.extends(version)
    return lambda word: word in allowed or (extends and word.startswith("ext:"))


def _anything(word: str) -> bool:
    return True


def _of_class(part: str) -> Callable[[Completing, str, dict[str, Any]], str]:
    def supply(done: Completing, sourced_id: str, values: dict[str, Any]) -> str:
        taught = done.classes.get(values["classSourcedId"])
        return getattr(taught, part) if taught else ""

    return supply


SUPPLIED: dict[tuple[str, str], Callable[[Completing, str, dict[str, Any]], str]] = {
    ("courses", "orgSourcedId"): lambda done, sourced_id, values: done.root,
    ("classes", "classType"): lambda done, sourced_id, values: "scheduled",
    ("users", "username"): lambda done, sourced_id, values: done.source.stand_in(
        values, sourced_id
    ),
    ("enrollments", "schoolSourcedId"): _of_class("school"),
    ("lineItems", "academicSessionSourcedId"): _of_class("term"),
    ("lineItems", "schoolSourcedId"): _of_class("school"),
    ("scoreScales", "orgSourcedId"): _of_class("school"),
    ("scoreScales", "courseSourcedId"): _of_class("course"),
}
"""What takes the place of a value that the binding requires and nobody has."""
