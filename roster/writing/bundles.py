"""A whole bulk bundle of a version from a source of lines, written as it is read.

The one table of files and columns that reads bundles (`roster/importing/files.py`) writes them
too. Memory holds the ids that other rows may name, and a batch of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from zoneinfo import ZoneInfo

from roster.generator.bundles import SANDBOX, SYSTEM
from roster.importing import values
from roster.importing.columns import Column, File
from roster.importing.files import FILES
from roster.models import Organization
from roster.writing.completing import Completing
from roster.writing.formatting import plain, writer_of, written
from roster.writing.lines import Line, Source
from roster.writing.zipping import zipped

FORM = 1
"""To be raised by a release that writes the same lines as other bytes."""

BASE = ("sourcedId", "status", "dateLastModified")
REPORT = 5_000

Row = Sequence[str]


class Bundle:
    """A bundle that is being written; when it is, `rows` are its files with their rows."""

    def __init__(
        self,
        source: Source,
        organization: Organization,
        report: Callable[[int], None] | None = None,
    ) -> None:
        self.source = source
        self.version = source.version
        self.zone = ZoneInfo(organization.time_zone)
        self.system = system_of(organization)
        self.rows: dict[str, int] = {}
        self.done = Completing(source)
        self._report = report

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the zip."""
        return zipped(self._files())

    def _files(self) -> Iterator[tuple[str, Iterator[Row]]]:
        """Yield the files that have rows, and the manifest, which can be written last only."""
        for file in FILES.values():
            if not file.of(self.version):
                continue
            own = self.done.look(file)
            lines = self.done.lines(file)
            first = next(lines, None)
            if first is not None:
                yield file.filename, self._written(file, own, chain((first,), lines))
        yield "manifest.csv", self._manifest()

    def _written(self, file: File, own: list[str], lines: Iterator[Line]) -> Iterator[Row]:
        columns = columns_of(file, self.version)
        writers = [(column.name, writer_of(column, self.zone)) for column in columns]
        yield [*BASE, *(column.name for column in columns), *(f"metadata.{name}" for name in own)]
        count = 0
        for line in lines:
            said = line.values
            cells = [write(said.get(name)) for name, write in writers]
            more = [written(line.metadata.get(name)) for name in own] if own else ()
            yield [plain(line.sourced_id), "", "", *cells, *more]
            count += 1
            if self._report and count % REPORT == 0:
                self._report(sum(self.rows.values()) + count)
        self.rows[file.filename] = count

    def _manifest(self) -> Iterator[Row]:
        yield "propertyName", "value"
        yield "manifest.version", "1.0"
        yield "oneroster.version", self.version
        names = [file.name for file in FILES.values() if file.of(self.version)]
        for name in sorted(names, key=str.lower):
            yield f"file.{name}", "bulk" if f"{name}.csv" in self.rows else "absent"
        yield "source.systemName", "Rosterdesk"
        yield "source.systemCode", self.system


def system_of(organization: Organization) -> str:
    """Return the code of the system that a bundle of this organization comes from."""
    return SANDBOX if organization.is_sandbox else SYSTEM


def columns_of(file: File, version: str) -> list[Column]:
    """Return the columns that a file has behind the first three: those of 1.2.1, and of 1.1.1."""
    return [column for column in file.columns_of(version) if column.type is not values.ELSEWHERE]
