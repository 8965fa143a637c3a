"""Conditions: where each of them holds, and what is wrong with a row that fails it.

A row is visible where all conditions of its kind hold; why it isn't, the first that fails says.
Conditions on parents are made from the table of kinds: a kind that has no such parent there has
no such condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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

Holds = Callable[[Given], Flags]


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
    holds: Holds
    about: str | Callable[[Given, int], str] = ""
    leads: Leads | None = None
    dates: Callable[[Given, int], Dates] | None = None


class Edge(NamedTuple):
    """Conditions that come from parents of the table of kinds, found there by their relation.

    `make` gets the kind that the map has the row under, and the parents that there are.
    """

    relations: tuple[str, ...]
    make: Callable[[str, tuple[Parent, ...]], Iterable[Condition]]


def marked(kind: str) -> Condition:
    return Condition("marked", lambda d: ~d.marked(kind))


def of_year(kind: str) -> Condition:
    return Condition("other_year", lambda d: d.rows(kind).of_year)


def lacks(kind: str) -> Condition:
    """The row can fill every field that the version requires."""

    def field(d: Given, row: int) -> str:
        return str(d.map.fields[d.rows(kind).lacks[d.version][row] - 1])

    return Condition("unpublishable", lambda d: d.rows(kind).lacks[d.version] == 0, field)


def in_v11(kind: str, field: str, holds: Holds) -> Condition:
    """What only 1.1 asks for."""
    return Condition(
        "unpublishable", lambda d: holds(d) if d.version == "1.1" else d.every(kind), field
    )


def parent(by: str, step: str, *, needed: bool = True, none: str = "") -> Edge:
    """The parent is visible, or each of a list of parents, as a `step` of the table.

    One that isn't `needed` may be missing; `none` names the flags of rows that name none.
    """

    def make(rows: str, parents: tuple[Parent, ...]) -> Iterator[Condition]:
        def at(d: Given) -> Any:
            return getattr(d.rows(rows), by)

        def is_there(d: Given) -> Flags:
            there: Flags = at(d) >= 0
            return there | getattr(d.rows(rows), none) if none else there

        def holds(d: Given) -> Flags:
            named = at(d)
            if isinstance(named, Lists):
                return named.all(d.ok(step))
            return d.ok(step)[named] | (named < 0)

        if needed:
            yield Condition("missing", is_there, parents[0].kind)
        yield Condition("hidden", holds, leads=lambda d: [Lead(step, at(d))])

    return Edge((by,), make)


def any_parent(*, none: str = "", **steps: str) -> Edge:
    """Of all the parents by these relations, at least one is visible, as a step of the table.

    `none` names the flags of rows that need none.
    """

    def make(rows: str, parents: tuple[Parent, ...]) -> Iterator[Condition]:
        def at(d: Given, parent: Parent) -> Any:
            return getattr(d.rows(rows), parent.by)

        def holds(d: Given) -> Flags:
            found = getattr(d.rows(rows), none).copy() if none else d.none(rows)
            for each in parents:
                named, ok = at(d, each), d.ok(steps[each.by])
                found |= named.any(ok) if isinstance(named, Lists) else ok[named]
            return found

        def leads(d: Given) -> Iterator[Lead]:
            return (Lead(steps[each.by], at(d, each)) for each in parents)

        yield Condition("hidden", holds, leads=leads)

    return Edge(tuple(steps), make)


def where(*relations: str, condition: Condition) -> Edge:
    """A condition of its own, for as long as the table of kinds has these parents."""
    return Edge(relations, lambda rows, parents: [condition])
