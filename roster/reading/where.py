"""What a list is narrowed to and ordered by.

A list's own narrowing (students, terms, a class's members) comes first, and the vendor's filter
chooses among what is left: its OR can't reach around the list it was asked of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from roster.clock import milliseconds
from roster.dialects.paths import Path, resolve
from roster.publishing.lists import Numbers
from roster.reading import lookups
from roster.reading.entries import changed, status
from roster.reading.facts_sql import Sql
from roster.reading.id_sets import Mask
from roster.reading.listed import Listed
from roster.reading.matching import has_role, matches
from roster.reading.predicates import compared, moment_in, role_in
from roster.reading.query import BadFilter, Clause, Filter
from roster.reading.source import Source

ALWAYS_SHARED = ("sourcedId", "status", "dateLastModified")

BY_LIST = ("status", "dateLastModified")
"""Fields that the list knows; tombstones are listed only where a filter names one of them."""


class UnknownField(BadFilter):
    """A filter names a field that the version's documents don't have."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a list of a collection: of which publication, and since when.

    `begun` is the number by which the list had begun where acts have replaced documents since;
    `withheld` are the fields that it can't be asked by.
    """

    source: Source
    collection: str
    begun: int | None = None
    withheld: frozenset[str] = frozenset()
    asked: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def ids(self, condition: Sql) -> Numbers:
        """Return the documents that meet a condition, asked once for all parts of a list."""
        return self.once(condition, lambda: lookups.ids(self.source, self.collection, condition))

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        name = repr(key)  # Words are in lists.
        if name not in self.asked:
            self.asked[name] = ask()
        return self.asked[name]


Nesting = Callable[[Asking, Listed, tuple[str, ...]], Numbers]
"""From who asks, a list, and the ids in the path to the positions of those who belong there."""


@dataclass(frozen=True, slots=True)
class Order:
    """One path and a direction. Records without a value come first, as the least of all."""

    path: Path
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """What a list is narrowed to: the role or type of its subset, its parents, the filter."""

    version: str
    collection: str
    subset: str = ""
    filter: Filter | None = None
    nesting: Nesting | None = None
    parents: tuple[str, ...] = ()
    order: Order | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is the whole collection in its own order."""
        return not (self.subset or self.filter or self.nesting or self.order)

    @property
    def with_tombstones(self) -> bool:
        return self.filter is not None and self.filter.names(*BY_LIST)

    @property
    def probed(self) -> frozenset[str]:
        """Return the fields that the list is asked by and that a reader may not have."""
        roots = {clause.field.partition(".")[0] for clause in self.clauses}
        if self.order:
            roots.add(self.order.path.root)
        return frozenset(roots.difference(ALWAYS_SHARED))

    @property
    def since(self) -> int:
        """Return a number that the stamps of all that is wanted have reached."""
        if self.filter is None or "OR" in self.filter.joins:
            return 0
        return max(
            (
                milliseconds(moment_in(clause))
                for clause in self.clauses
                if clause.field == "dateLastModified" and clause.predicate in (">", ">=", "=")
            ),
            default=0,
        )

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return self.filter.clauses if self.filter else ()

    def chosen(self, asking: Asking, listed: Listed) -> Numbers:
        """Return the positions in a list of what is wanted of it, in its order."""
        if self.nesting:
            positions = self.nesting(asking, listed, self.parents)
        else:
            positions = np.arange(len(listed.shows))
        if self.subset and positions.size:
            documents = listed.documents[positions]
            among = has_role(asking.source, self.collection, self.subset, documents)
            positions = positions[among]
        if self.filter and positions.size:
            positions = positions[self._filtered(asking, listed, positions)]
        return positions

    def _filtered(self, asking: Asking, listed: Listed, positions: Numbers) -> Mask:
        """Join the clauses from left to right, so that neither word binds more tightly.

        Each is asked only of the entries on which the result still depends.
        """
        assert self.filter is not None  # noqa: S101 - `chosen` has looked.
        found = np.ones(positions.size, np.bool_)
        for join, clause in zip(("AND", *self.filter.joins), self.clauses, strict=True):
            open_ = np.flatnonzero(found if join == "AND" else ~found)
            found[open_] = self._clause(clause, asking, listed, positions[open_])
        return found

    def _clause(self, clause: Clause, asking: Asking, listed: Listed, positions: Numbers) -> Mask:
        path = self._path(clause)
        if path.root in asking.withheld:
            # What isn't shared doesn't exist: not even as something that differs from a value.
            return np.zeros(positions.size, np.bool_)
        if path.name == "dateLastModified":
            return changed(clause, listed.stamps[positions])
        if path.name == "status":
            return status(asking.source, self.collection, clause, listed, positions)
        documents = listed.documents[positions]
        if role := role_in(path, clause):
            found = has_role(asking.source, self.collection, role, documents)
            return ~found if clause.predicate == "!=" else found
        condition = compared(self.version, path, clause)
        return matches(asking.source, self.collection, condition, documents)

    def _path(self, clause: Clause) -> Path:
        path = resolve(self.version, self.collection, clause.field)
        if path is None:
            raise UnknownField(
                f"“{{field}}” is no field of {self.collection} in OneRoster {self.version}.",
                field=clause.field,
            )
        return path

    def check(self) -> None:
        """Raise `BadFilter` for fields and values that no list of the collection understands."""
        for clause in self.clauses:
            path = self._path(clause)
            if path.name == "dateLastModified":
                changed(clause, np.empty(0, np.int64))
            else:
                compared(self.version, path, clause)
