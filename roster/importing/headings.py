"""How a column may be called besides its name: other letters, singular, a reference by its id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from roster.importing.columns import Column
from roster.importing.vocabulary import plain

REFERENCE = re.compile(r"(.+?)(sourcedid|id|sourcedguid)s?")
OTHERS = {
    ("courses.csv", "schoolsourcedid"): "orgSourcedId",
    ("users.csv", "agents"): "agentSourcedIds",
    ("users.csv", "schoolsourcedids"): "orgSourcedIds",
    ("users.csv", "schoolsourcedid"): "orgSourcedIds",
}
"""Names that near ones don't reach, by file."""


class Headings:
    """The names of a file's columns. `same` finds them in other letters, `near` in other words."""

    def __init__(self, names: Iterable[str], columns: Mapping[str, Column]) -> None:
        self._same = {plain(name): name for name in names}
        self._near: dict[str, str] = {}
        for name, column in columns.items():
            if name.endswith("s") or column.target:
                self._near[_stem(name)] = name

    def same(self, written: str) -> str:
        return self._same.get(plain(written), "")

    def near(self, file: str, written: str) -> str:
        other = OTHERS.get((file, plain(written)), "")
        if other in self._same.values():
            return other
        return self._near.get(_stem(written), "")


def _stem(name: str) -> str:
    """Return what names of one meaning have in common: `termSourcedIds`, `term_id` → `term id`."""
    word = plain(name)
    found = REFERENCE.fullmatch(word)
    if found:
        return f"{found[1].removesuffix('s')} id"
    return word.removesuffix("s")
