"""Conditions: where each of them holds, and what is wrong with a row that fails it.

A row is visible where all conditions of its kind hold; why it isn't, the first that fails says.
Conditions on parents are made from the table of kinds: a kind that has no such parent there has
no such condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.deciding.given import Given
from roster.kinds import Parent
from roster.map import Lists
from roster.map.arrays import Flags, Positions

Node = tuple[str, int]
"""A step of the table and the position of a row."""

Predicate = Callable[[Given], Flags]


class Dates(NamedTuple):
    """Why dates hide a row: it begins then, and is shared from then; or it has ended."""

    begins: date | None = None
    shared_from: date | None = None
    ended: date | None = None


class Lead(NamedTuple):
    """Rows of a `step` that rows name, by their own array `at`; with `inverse`, by the other's."""

    step: str
    at: Positions | Lists
    inverse: bool = False

    def of(self, row: int) -> list[int]:
        """Return the rows that one row names."""
        if self.inverse:
            found: list[int] = np.flatnonzero(self.at[:-1] == row).tolist()  # type: ignore[index]
            return found
        at = self.at[row] if isinstance(self.at, Lists) else [int(self.at[row])]
        return [each for each in at if each >= 0]

    def pairs(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return every row with a row that it names, as two arrays."""
        if isinstance(self.at, Lists):
            return self.at.owners, self.at.at
        rows = np.arange(len(self.at) - 1)
        return (self.at[:-1], rows) if self.inverse else (rows, self.at[:-1])


Leads = Callable[[Given], Iterable[Lead]]


class Condition(NamedTuple):
    """`code` names what failed, `about` what of the row it is about.

    | code | `about` |
    |---|---|
    | marked, kept_out, inactive, other_year, unenrolled, dates | – |
    | hidden: parents are not visible, of which `leads` names some | – |
    | missing: a required reference leads nowhere | the kind that it names |
    | unpublishable: the version requires a field that isn't there | the field |
    | school_not_shared, org_not_shared | – |
    | not_shared | grade, role, course, guardians; a collection |
    | nobody: nothing visible uses it | – |

    `leads` returns the rows to look at next, those that aren't visible, and `dates` what dates
    are in the way, of a row that fails.
    """

    code: str
    met: Predicate
    about: str | Callable[[Given, int], str] = ""
    leads: Leads | None = None
    dates: Callable[[Given, int], Dates] | None = None


class Edge(NamedTuple):
    """A relation of the table of kinds, and what its parents are asked.

    Which rows this lets through follows from the tuple that the table of kinds has the relation
    in: with `all_of`, rows all of whose parents meet the condition; with `any_of`, rows of which
    one parent does, by whichever of the relations in that tuple.

    `condition.met` is about the parents, its other fields about the row, and `step` is where
    the parents' own reasons are found. With `needed`, a row must name a parent; of rows that
    `unless` holds for, nothing is asked. `naming` says which rows name one of the parents that
    flags hold for, where a column of the map doesn't.
    """

    by: str
    condition: Condition
    step: str = ""
    needed: bool = True
    inverse: bool = False
    unless: Predicate | None = None
    naming: Callable[[Given, Flags], Flags] | None = None

    def is_of(self, parent: Parent) -> bool:
        alike = (self.by, self.inverse) == (parent.by, parent.inverse)
        return alike and (not self.inverse or self.step == parent.kind)

    def column(self, d: Given, rows: str) -> Any:
        return getattr(d.rows(self.step if self.inverse else rows), self.by)

    def named(self, d: Given, rows: str, flags: Flags) -> Flags:
        """Return which rows name one of the parents that the flags hold for."""
        if flags[-1]:
            flags = flags.copy()
            flags[-1] = False
        if self.naming:
            return self.naming(d, flags)
        column = self.column(d, rows)
        if self.inverse:
            return d.scattered(rows, column, flags)
        found: Flags = column.any(flags) if isinstance(column, Lists) else flags[column]
        return found

    def is_named(self, d: Given, rows: str) -> Flags:
        """Return which rows name a parent at all."""
        column = self.column(d, rows)
        if self.naming or self.inverse or isinstance(column, Lists):
            return self.named(d, rows, np.ones_like(self.condition.met(d)))
        there: Flags = column >= 0
        return there

    def leads(self, d: Given, rows: str) -> Iterable[Lead]:
        if self.condition.leads:
            return self.condition.leads(d)
        return [Lead(self.step, self.column(d, rows), self.inverse)] if self.step else []


def marked(kind: str) -> Condition:
    return Condition("marked", lambda d: ~d.marked(kind))


def of_year(kind: str) -> Condition:
    return Condition("other_year", lambda d: d.rows(kind).of_year)


def lacks(kind: str) -> Condition:
    """The row can fill every field that the version requires."""

    def field(d: Given, row: int) -> str:
        return str(d.map.fields[d.rows(kind).lacks[d.version][row] - 1])

    return Condition("unpublishable", lambda d: d.rows(kind).lacks[d.version] == 0, field)


def in_v11(kind: str, field: str, met: Predicate) -> Condition:
    """What only 1.1 asks for."""
    return Condition(
        "unpublishable", lambda d: met(d) if d.version == "1.1" else d.every(kind), field
    )


def parent(
    by: str,
    step: str,
    *,
    visible: Predicate | None = None,
    needed: bool = True,
    inverse: bool = False,
    unless: Predicate | None = None,
) -> Edge:
    """The parents are visible as a `step` of the table, or as `visible` says."""
    condition = Condition("hidden", visible or (lambda d: d.ok(step)))
    return Edge(by, condition, step, needed, inverse, unless)


def each_of(edge: Edge, rows: str, kind: str) -> Iterator[Condition]:
    """Yield what holds where all parents of one relation, of this kind, meet its condition.

    `rows` is the map's kind of the rows.
    """

    def is_there(d: Given) -> Flags:
        there = edge.is_named(d, rows)
        return there | edge.unless(d) if edge.unless else there

    def met(d: Given) -> Flags:
        found = ~edge.named(d, rows, ~edge.condition.met(d))
        return found | edge.unless(d) if edge.unless else found

    if edge.needed:
        yield Condition("missing", is_there, kind)
    yield _lifted((edge,), rows, met)


def one_of(edges: Sequence[Edge], rows: str) -> Condition:
    """Return what holds where one parent by any of these relations meets its condition."""

    def met(d: Given) -> Flags:
        found = d.none(rows)
        for edge in edges:
            found |= edge.named(d, rows, edge.condition.met(d))
        for unless in {edge.unless for edge in edges if edge.unless}:
            found |= unless(d)
        if not any(edge.needed for edge in edges):
            found |= ~np.logical_or.reduce([edge.is_named(d, rows) for edge in edges])
        return found

    return _lifted(edges, rows, met)


def _lifted(edges: Sequence[Edge], rows: str, met: Predicate) -> Condition:
    """Return the condition of parents as one of rows."""
    leads = None
    if any(edge.step or edge.condition.leads for edge in edges):

        def leads(d: Given) -> list[Lead]:
            return [lead for edge in edges for lead in edge.leads(d, rows)]

    return edges[0].condition._replace(met=met, leads=leads)
