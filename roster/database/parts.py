"""Long lists in parts, since one query takes only so many values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")

PART = 500
"""Ids of one query."""


def in_parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in order, `size` at a time and the rest last."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items that are still being made, so many at a time."""
    waiting = iter(items)
    while batch := list(islice(waiting, size)):
        yield batch


def named(rows: Any, column: str, values: Iterable[str], wanted: str) -> set[str]:
    """Return what the column `wanted` has in the rows that have one of the values in another."""
    return {
        name
        for part in in_parts(sorted(values), PART)
        for name in rows.order_by()
        .filter(**{f"{column}__in": part})
        .values_list(wanted, flat=True)
        .distinct()
    }
