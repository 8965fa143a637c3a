"""The parents of a row in the hierarchy, as the table of kinds has them and the map knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from roster.kinds import KINDS, Parent
from roster.map import Lists, Map

Node = tuple[str, str]
"""Kind and id of a row."""

ROWS = {"school": "org"}
"""The map's kind of a kind's rows, where it isn't the same."""


class Parents(NamedTuple):
    """A row is hidden with any one of `all_of`, and with the last of `any_of`."""

    all_of: list[Node]
    any_of: list[Node]


def parents_of(m: Map, node: Node) -> Parents:
    """Return a row's parents; none for a row that the map doesn't have."""
    kind, row = node[0], position(m, node)
    if row < 0:
        return Parents([], [])
    table = KINDS[kind]
    return Parents(
        _nodes(m, (each for parent in table.all_of for each in _at(m, kind, parent, row))),
        _nodes(m, (each for parent in table.any_of for each in _at(m, kind, parent, row))),
    )


def position(m: Map, node: Node) -> int:
    """Return where the map has a row, -1 where it hasn't."""
    rows = ROWS.get(node[0], node[0])
    return m.ids[rows].position(node[1]) if rows in m.ids else -1


def _at(m: Map, kind: str, parent: Parent, row: int) -> Iterator[tuple[str, int]]:
    """Yield a row's parents of one relation: the map's kind and the position of each."""
    above = ROWS.get(parent.kind, parent.kind)
    named = getattr(getattr(m, above if parent.inverse else ROWS.get(kind, kind)), parent.by)
    if not parent.inverse:
        found = named[row] if isinstance(named, Lists) else [int(named[row])]
    elif isinstance(named, Lists):
        return  # A term has thousands of classes.
    else:
        found = np.flatnonzero(named[:-1] == row).tolist()
    for each in found:
        if each < 0:
            continue
        if above == "course_row":
            yield from (("course", level) for level in m.course_row.levels[each])
        else:
            yield above, each


def _nodes(m: Map, rows: Iterable[tuple[str, int]]) -> list[Node]:
    return list(dict.fromkeys(_node(m, kind, row) for kind, row in rows))


def _node(m: Map, kind: str, row: int) -> Node:
    """Return a row of the map as people know it."""
    sourced_id = m.ids[kind][row]
    if kind == "org" and m.org.is_school[row]:
        return "school", sourced_id
    return ("enrollment" if kind == "past_enrollment" else kind), sourced_id
