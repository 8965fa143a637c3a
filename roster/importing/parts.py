"""The files of a bundle that are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from roster.importing import cells
from roster.importing.columns import File
from roster.importing.findings import Findings
from roster.importing.known import KnownLines
from roster.importing.package import Entry

Mode = Literal["bulk", "delta"]
Lines = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Part:
    """One file to read. Bulk: all records of its kind; delta: only what changed.

    `over` lays the district's own cells over its lines. `first`: there is nothing yet that a file
    which is cut off could open.
    """

    file: File
    entry: Entry
    mode: Mode
    over: Callable[[Lines], Lines] | None = None
    first: bool = False

    def rows(self, stream: BinaryIO, findings: Findings, known: KnownLines | None = None) -> Lines:
        """Yield the lines of the file, heads first, as they are to be read; not those `known`."""
        lines = cells.rows(stream, self.file.filename, findings, whole=self.first, known=known)
        return self.over(lines) if self.over else lines
