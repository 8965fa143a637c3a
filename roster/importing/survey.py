"""The first look over a file: what must be known of all its rows before one can be taken.

Which form its dates are in, which ids stand there twice, and whether all rows are too wide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from roster.importing import values
from roster.importing.cleaning import clean
from roster.importing.columns import Column
from roster.importing.dates import DateColumn
from roster.importing.findings import Findings
from roster.importing.header import Header

Lines = Iterable[tuple[int, list[str]]]


class Survey:
    """What a file's rows have in common.

    `twice` has the number of rows of each id that unequal rows have; `repeated` are ids whose
    rows are equal cell by cell.
    """

    def __init__(self, header: Header, columns: Iterable[Column]) -> None:
        self.header = header
        self.twice: Counter[str] = Counter()
        self.repeated: set[str] = set()
        self.dates = {
            column.name: DateColumn()
            for column in columns
            if column.type in (values.DATE_ONLY, values.MOMENT) and column.name in header.where
        }
        self._dates = [(header.where[name], column) for name, column in self.dates.items()]

    def look(self, lines: Lines) -> None:
        """Look at all rows, in step with the header or not."""
        header = self.header
        widths: set[int] = set()
        known: dict[str, int] = {}
        again: Counter[str] = Counter()
        for _, line in lines:
            length = len(line)
            widths.add(length)
            if length > header.width and any(map(str.strip, line[header.width :])):
                widths.add(0)  # Not all rows may be so wide.
            if length <= header.id:
                continue
            sourced_id = line[header.id].strip()
            if not sourced_id.isprintable():
                sourced_id = clean(sourced_id).text
            if sourced_id[:1] in "sS-" and (sourced_id[:2] == "--" or header.is_header(sourced_id)):
                continue
            if length == header.width or (len(widths) == 1 and length >= header.named):
                self._look_at_dates(line)
            row, before = hash(tuple(line)), known.get(sourced_id)
            if before is None:
                known[sourced_id] = row
                continue
            again[sourced_id] += 1
            if before != row:
                self.twice[sourced_id] = 1
        for sourced_id, times in again.items():
            if sourced_id in self.twice:
                self.twice[sourced_id] += times
            else:
                self.repeated.add(sourced_id)
        header.allow(widths)

    def _look_at_dates(self, line: list[str]) -> None:
        for index, column in self._dates:
            text = line[index]
            if text and text not in column.seen:
                column.add(text, clean(text).text)

    def forms(self, findings: Findings) -> dict[str, str]:
        """Return the form of each column that has dates; blank where none is certain."""
        found = {name: column.form for name, column in self.dates.items() if column.seen}
        for name in found:
            self.dates[name].tell(findings, self.header.file, name)
        return found
