"""Long lists in parts, since one query takes only so many values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the items in order, `size` at a time and the rest last."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
