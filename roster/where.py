"""What a list is narrowed to and ordered by, as SQL over records.

A list's own narrowing (students, terms, a class's members) and the vendor's filter are joined
with AND, the filter in parentheses of its own: its OR can't reach around the list it was asked
of. What the reader may see is decided elsewhere still, by line and number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from roster.comparing import compared, has_word, in_order
from roster.dialects.facts import LAST
from roster.dialects.paths import Path, resolve
from roster.facts_sql import ALWAYS, NEVER, Sql, joined
from roster.query import BadFilter, Clause, Filter
from roster.withholding import EVERYWHERE

Moments = list[tuple[datetime, int]]
"""Stamp and number of every publication of a line, in order."""


NEVER_HIDDEN = frozenset(EVERYWHERE)


class UnknownField(BadFilter):
    """A filter names a field that the version's documents don't have."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a list is asked: a line at a number, by somebody who sees tombstones after `since`.

    `hidden` are the fields of the collection that the line doesn't share; `veil` those, by
    collection, whose facts are still there although they are withheld.
    """

    line: int
    number: int
    since: int
    moments: Moments
    hidden: frozenset[str] = frozenset()
    veil: Mapping[str, Collection[str]] = field(default_factory=dict)

    def told(self, kind: str, key: str) -> str:
        """Return the fact by which records of a kind are found: of a veiled field, what
        tombstones belong by, which is what is left of it when they are rewritten.
        """
        return LAST + key if self.veils(kind, key) else key

    def veils(self, kind: str, key: str) -> bool:
        return key.partition(".")[0] in self.veil.get(kind, ())

    def version(self, kind: str, alias: str = "roster_record") -> Sql:
        """Return the condition for the records of a kind as they stand at the number."""
        return Sql(
            f"{alias}.line_id = %s AND {alias}.kind = %s"
            f" AND {alias}.valid_from <= %s AND {alias}.valid_to > %s",
            (self.line, kind, self.number, self.number),
        )


Nesting = Callable[[Scope, tuple[str, ...], bool], Sql]
"""From scope, the ids in the path, and whether tombstones are listed, to a condition."""


@dataclass(frozen=True, slots=True)
class Order:
    """One path and a direction. Records without a value come first, as the least of all."""

    path: Path
    descending: bool = False

    def sql(self) -> Sql:
        value = in_order(self.path)
        way = "DESC NULLS LAST" if self.descending else "ASC NULLS FIRST"
        return Sql(f"{value.text} {way}, sourced_id", value.parameters)


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
        """Tombstones stand only where the filter names status or dateLastModified."""
        return self.filter is not None and self.filter.names("status", "dateLastModified")

    @property
    def probed(self) -> frozenset[str]:
        """Return the fields that the filter names and that a line may not share."""
        clauses = self.filter.clauses if self.filter else ()
        return frozenset(clause.field.partition(".")[0] for clause in clauses) - NEVER_HIDDEN

    def key(self, scope: Scope) -> tuple[object, ...]:
        """Return what a cached list is found by; `since` matters where tombstones are seen."""
        return (self, scope.hidden & self.probed, scope.since if self.with_tombstones else None)

    def sql(self, scope: Scope) -> Sql:
        """Return a condition on record columns."""
        parts: list[Sql] = []
        if self.subset:
            parts.append(has_word("role", self.subset))
        if self.nesting:
            parts.append(self.nesting(scope, self.parents, self.with_tombstones))
        if self.filter:
            parts.append(self._chain(self.filter, scope))
        return joined("AND", parts) if parts else ALWAYS

    def order_sql(self, scope: Scope) -> Sql:
        """Return what the list is ordered by: a total order always."""
        if self.order is None:
            return Sql("status, ordinal")
        if scope.veils(self.collection, self.order.path.root):
            return Sql("sourced_id")
        return self.order.sql()

    def _chain(self, tree: Filter, scope: Scope) -> Sql:
        """Join the clauses from left to right, so that neither word binds more tightly."""
        sql = self._clause(tree.clauses[0], scope)
        for join, clause in zip(tree.joins, tree.clauses[1:], strict=True):
            sql = joined(join, [sql, self._clause(clause, scope)])
        return Sql(f"({sql.text})", sql.parameters)

    def _clause(self, clause: Clause, scope: Scope) -> Sql:
        path = resolve(self.version, self.collection, clause.field)
        if path is None:
            raise UnknownField(
                f"“{{field}}” is no field of {self.collection} in OneRoster {self.version}.",
                field=clause.field,
            )
        condition = compared(self.version, path, clause, scope.moments)
        # What isn't shared doesn't exist: not even as something that differs from a value.
        return NEVER if path.root in scope.hidden else condition


NOWHERE = Scope(0, 0, 0, [])


def check(version: str, collection: str, tree: Filter) -> None:
    """Raise `BadFilter` for fields and values that no list of the collection understands."""
    Where(version, collection, filter=tree).sql(NOWHERE)
