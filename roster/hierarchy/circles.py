"""Parents that lead back to where they begin: such a link says nothing, so it is cut."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def without_circles(parents: Mapping[Key, Key]) -> dict[Key, Key]:
    """Return each row's parent, but for rows that are above themselves."""
    circling = in_circles(parents)
    return {row: parent for row, parent in parents.items() if row not in circling}


def in_circles(parents: Mapping[Key, Key]) -> set[Key]:
    """Return the rows that are above themselves."""
    found: set[Key] = set()
    settled: set[Key] = set()
    for start in parents:
        path: dict[Key, int] = {}
        here = start
        while here in parents and here not in settled and here not in path:
            path[here] = len(path)
            here = parents[here]
        if here in path:
            found.update(list(path)[path[here] :])
        settled.update(path)
    return found
