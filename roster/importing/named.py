"""Which records the classes of a bundle name, for a word that isn't understood by itself."""

from __future__ import annotations

from roster.importing.cleaning import clean
from roster.importing.findings import Findings
from roster.importing.manifest import Bundle
from roster.importing.vocabulary import plain


class NamedByClasses:
    """The ids in a column of a bundle's classes, read when they are first asked for."""

    def __init__(self, bundle: Bundle) -> None:
        self._part = next((part for part in bundle.parts if part.file.name == "classes"), None)
        self._known: dict[str, frozenset[str]] = {}

    def ids(self, column: str) -> frozenset[str]:
        if column not in self._known:
            self._known[column] = frozenset(self._read(column))
        return self._known[column]

    def _read(self, column: str) -> set[str]:
        if self._part is None:
            return set()
        found: set[str] = set()
        with self._part.entry.open() as stream:
            lines = self._part.rows(stream, Findings())
            _, header = next(lines, (0, []))
            names = [plain(clean(name).text).removesuffix("s") for name in header]
            wanted = plain(column).removesuffix("s")
            if wanted in names:
                at = names.index(wanted)
                for _, line in lines:
                    found.update(ids_in(line[at]) if len(line) == len(header) else ())
        return found


def ids_in(cell: str) -> set[str]:
    """Return the ids of a cell, however they are separated."""
    for sign in '[]";|':
        cell = cell.replace(sign, ",")
    return {clean(part).text for part in cell.split(",")}
