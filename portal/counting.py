"""How many rows a list has: asked of the map, where the database would go through all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster import written
from roster.kinds import KINDS, ROWS_OF, Kind
from roster.listing import searching
from roster.map import Map, current
from roster.map.arrays import Flags, Ids
from roster.models import Mark, Organization

FEW = 10_000
"""So many rows are told the database by their ids; of more, it finds the first by itself sooner."""

WRITTEN = {ROWS_OF[collection] for collection in written.WRITTEN}
"""Kinds that vendors write, so that the map may not have all of them."""

ROWS = {"org": "org", "school": "org"}

COLUMNS = {
    # kind, field: the array, and the kind whose rows it names
    ("org", "parent"): ("parent", "org"),
    ("school", "parent"): ("parent", "org"),
    ("calendar", "school"): ("school", "org"),
    ("course", "school"): ("school", "org"),
    ("course", "course"): ("row", "course_row"),
    ("section", "school"): ("school", "org"),
    ("section", "course"): ("course", "course_row"),
    ("school_enrollment", "school"): ("org", "org"),
    ("school_enrollment", "person"): ("person", "person"),
    ("district_assignment", "school"): ("org", "org"),
    ("district_assignment", "org"): ("org", "org"),
    ("district_assignment", "person"): ("person", "person"),
    ("guardian_link", "person"): ("guardian", "person"),
    ("enrollment", "school"): ("org", "org"),
    ("enrollment", "person"): ("person", "person"),
    ("enrollment", "section"): ("section", "section"),
}


FIELDS = {"user": "person", "klass": "section"}
"""Columns of the database whose fields are called otherwise here."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows that are listed by their ids, which the map has in order; pages are cut from it."""

    rows: Any
    ids: Ids
    at: NDArray[np.int64]

    def __getitem__(self, cut: Any) -> Any:
        return self.rows.filter(sourced_id__in=[self.ids[row] for row in self.at[cut].tolist()])


class Counts:
    """The numbers of an organization's rows as they are now."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    @cached_property
    def map(self) -> Map:
        return current(self.organization)[1]

    def of(self, kind: str, under: Mapping[str, str] | None = None) -> int:
        """Return how many live rows there are of a kind, of all or below another row."""
        chosen = among(self.map, kind, under or {})
        if chosen is None:
            rows = searching.found(self.organization, KINDS[kind], under=under)
            return int(rows.count())
        return int(chosen[:-1].sum())

    def at_schools(self, kind: str) -> dict[str, int]:
        """Return how many rows of a kind there are at each school that has some."""
        column, _ = COLUMNS[kind, "school"]
        schools = getattr(getattr(self.map, kind), column)[:-1]
        found, numbers = np.unique(schools[schools >= 0], return_counts=True)
        ids = self.map.ids["org"]
        return {ids[at]: each for at, each in zip(found.tolist(), numbers.tolist(), strict=True)}

    def roles(self) -> list[str]:
        """Return the roles that somebody has."""
        words = self.map.roles.words
        codes = np.unique(self.map.role.role[:-1]).tolist()
        return sorted(words[code] for code in codes if words[code])

    def listed(
        self, kind: Kind, *, words: str, under: Mapping[str, str], marked: bool
    ) -> tuple[int, Any]:
        """Return how many rows `searching.found` finds, and these, to cut a page from."""
        found = partial(searching.found, self.organization, kind)
        chosen = among(self.map, kind.name, under)
        for typed, word in searching.typed_in(words):
            containing = self._containing(kind.name, typed, word)
            chosen = None if chosen is None or containing is None else chosen & containing
        if chosen is None:
            rows = found(words=words, under=under, marked=marked)
            return rows.count(), rows
        ids = self.map.ids[ROWS.get(kind.name, kind.name)]
        if marked:
            chosen = chosen & self._marked(kind.name, ids)
        at = np.flatnonzero(chosen[:-1])
        if kind.name in searching.CALLED_AFTER:
            return at.size, Listed(found(), ids, at)
        if at.size > FEW:
            return at.size, found(under=under, marked=marked)
        return at.size, found().filter(sourced_id__in=[ids[row] for row in at.tolist()])

    def _containing(self, kind: str, typed: str, word: str) -> Flags | None:
        """Return which rows of a kind are called after something whose name contains a word, or
        have it as their id; None where the map can't say: of other kinds, and of parts of ids."""
        columns = searching.CALLED_AFTER.get(kind, ())
        fields = [(kind, FIELDS.get(column, column)) for column, _ in columns]
        if not columns or any(each.isdigit() for each in typed) or not COLUMNS.keys() >= {*fields}:
            return None
        m = self.map
        found = np.zeros(len(m.ids[kind]) + 1, bool)
        found[m.ids[kind].position(typed)] = True
        for field, (_, model) in zip(fields, columns, strict=True):
            column, of = COLUMNS[field]
            named = searching.called(self.organization, model, word)
            called = np.zeros(len(m.ids[of]) + 1, bool)
            called[m.ids[of].positions(named.values_list("sourced_id", flat=True))] = True
            called[-1] = False
            found |= called[getattr(getattr(m, kind), column)]
        return found

    def _marked(self, kind: str, ids: Ids) -> Flags:
        """Return which rows of a kind have an exclude mark of their own."""
        marks = Mark.objects.filter(organization=self.organization, kind=kind)
        found = np.zeros(len(ids) + 1, bool)
        found[ids.positions(marks.values_list("sourced_id", flat=True))] = True
        return found


def among(m: Map, kind: str, under: Mapping[str, str]) -> Flags | None:
    """Return which rows of a kind are below others, `{field: id}`; None where the map can't say."""
    if kind in WRITTEN:
        return None
    chosen = np.ones(len(m.ids[ROWS.get(kind, kind)]) + 1, bool)
    if kind in ROWS:
        chosen = m.org.is_school if kind == "school" else ~m.org.is_school
    for field, value in under.items():
        some = _people(m, field, value) if kind == "person" else _named(m, kind, field, value)
        if some is None:
            return None
        chosen = chosen & some
    return chosen


def _named(m: Map, kind: str, field: str, sourced_id: str) -> Flags | None:
    if (kind, field) not in COLUMNS:
        return None
    column, of = COLUMNS[kind, field]
    at = m.ids[of].position(sourced_id)
    # What isn't in the map may be named all the same.
    named: Flags = getattr(getattr(m, ROWS.get(kind, kind)), column) == at
    return named if at >= 0 else None


def _people(m: Map, field: str, value: str) -> Flags | None:
    found = np.zeros(len(m.ids["person"]) + 1, bool)
    if field == "grade":
        among_grades = m.grades.among([value])
        return m.person.grades.any(among_grades) if value != "none" else None
    if field == "role":
        found[m.role.person[m.role.role == m.roles.code(value)]] = True
        return found
    at = m.ids["org"].position(value)
    if at < 0:
        return None
    for level in (m.school_enrollment, m.district_assignment):
        found[level.person[level.org == at]] = True
    return found
