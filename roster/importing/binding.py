"""What the CSV binding demands of a bundle as a whole: order of columns, files that need files.

The binding's order is the table's (specification 5.3), its dependencies follow from the columns
that have to name a record of another file (5.5).
"""

from __future__ import annotations

from collections.abc import Iterable

from roster.importing.columns import File, Need
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.parts import Part

BASE = ("sourcedId", "status", "dateLastModified")
OWN = "metadata."
NEEDED_WITH = {"users": ("roles",), "userProfiles": ("orgs",)}
"""Files that a file needs although no column of its own names them."""


def check_order(part: Part, version: str, findings: Findings) -> None:
    """Report columns that don't stand in the binding's order, with one's own ones last."""
    with part.entry.open() as stream:
        _, names = next(part.rows(stream, Findings()), (0, []))
    order = {name.lower(): place for place, name in enumerate(_columns(part.file, version))}
    written = dict.fromkeys(name.strip().lower() for name in names)
    places = [
        order.get(name, len(order)) for name in written if name in order or name.startswith(OWN)
    ]
    if places != sorted(places):
        findings.add("column-order", part.file.filename)


def _columns(file: File, version: str) -> Iterable[str]:
    return *BASE, *(column.name for column in file.columns_of(version))


def check_dependencies(parts: Iterable[Part], version: str, findings: Findings) -> None:
    """Report the files without which the rows of bulk files aren't whole."""
    there = {part.file.name for part in parts}
    for part in parts:
        missing = needs(part.file, version) - there if part.mode == "bulk" else set()
        for name in sorted(missing):
            findings.add("file-needed", part.file.filename, target=f"{name}.csv")


def needs(file: File, version: str) -> set[str]:
    """Return the names of the files whose records a file's rows have to name."""
    named = {
        column.target
        for column in file.columns_of(version)
        if column.target and column.need not in (Need.NONE, Need.COLUMN)
    }
    needed = {name for name in NEEDED_WITH.get(file.name, ()) if FILES[name].of(version)}
    shared = {file.shares} if file.shares else set()
    return (named | needed | shared) - {file.name}
