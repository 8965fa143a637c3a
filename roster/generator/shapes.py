"""The shapes in which the rows of a bundle are handed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

Row = dict[str, str]
"""Column to cell; a column left out is a blank cell."""

Groups = Iterator[list[Row]]
"""The rows of each subject in turn, an empty list for one that isn't there tonight.

Two nights have their subjects in the same order, so they are compared as they stream by.
"""

Sources = dict[str, tuple[Groups, ...]]
"""File name without `.csv` to its rows, in parts that each have subjects of their own."""


def flat(parts: Iterable[Groups]) -> Iterator[Row]:
    """Yields the rows of a file's parts."""
    return chain.from_iterable(chain.from_iterable(parts))
