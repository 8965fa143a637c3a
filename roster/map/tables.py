"""A kind's rows as a table of numbers, in the order of their ids: what a map is stored as.

A table reads no other table, so that a later map can take it over, or splice in what changed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster.map.arrays import SEPARATOR, TEXT, Ids, joined, split
from roster.map.packed import SIZES, Packed, Values

FEW = 16
"""Where of so many rows less than one has changed, each is looked for by itself."""

State = list[Any]
"""What an aggregate of the rows says; it differs where they have changed."""


@dataclass(slots=True)
class Table:
    """The rows of one kind: columns, their ids in one of them, and the state they were read at."""

    state: State
    values: Values

    @classmethod
    def of(cls, ids: Sequence[bytes], state: State, values: Values) -> Table:
        values[TEXT] = Packed.of(joined(ids))
        return cls(state, values)

    @property
    def size(self) -> int:
        return self.values.length("hash")

    @property
    def texts(self) -> list[str]:
        return split(self.values[TEXT]) if self.size else []

    def found_by(self) -> Ids:
        return Ids(self.values)


def spliced(base: Table, keep: NDArray[np.bool_], fresh: Table, state: State) -> Table:
    """Return a table of the rows of `base` that are kept and all of `fresh`, in order."""
    kept = np.flatnonzero(keep)
    # All ids as texts are found in less time, and take six times their memory.
    ids = base.found_by() if fresh.size < base.size // FEW else base.texts
    at = np.searchsorted(kept, [bisect(ids, each) for each in fresh.texts])
    rows = np.insert(kept, at, base.size + np.arange(fresh.size))
    values = Values({})
    for name in base.values:
        if name.endswith(SIZES) or name == TEXT:
            continue
        if (sizes := name + SIZES) in base.values:
            values[name], values[sizes] = map(
                Packed.of, _lists(base.values, fresh.values, name, rows)
            )
        else:
            both = np.concatenate([base.values[name], fresh.values[name]])
            # Levels have no content of their own.
            values[name] = Packed.of(both[rows] if both.size else both)
    return Table.of(_runs(base, fresh, rows), state, values)


def _runs(base: Table, fresh: Table, rows: NDArray[np.int64]) -> list[bytes]:
    """Return the ids of these rows of both, those that follow each other as one text."""
    text = SEPARATOR.join(each.values[TEXT].tobytes() for each in (base, fresh) if each.size)
    ends = np.append(np.flatnonzero(np.frombuffer(text, np.uint8) == 0), len(text))
    starts = np.append(0, ends + 1)
    first = np.flatnonzero(np.append(True, np.diff(rows) != 1)[: len(rows)])
    last = np.append(first, len(rows))[1:] - 1
    runs = zip(starts[rows[first]].tolist(), ends[rows[last]].tolist(), strict=True)
    return [text[start:end] for start, end in runs]


def _lists(
    base: Values, fresh: Values, name: str, rows: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return a list column of these rows of both, row by row, and its sizes."""
    sizes = np.concatenate([base[name + SIZES], fresh[name + SIZES]])
    values = np.concatenate([base[name], fresh[name]])
    return values[entries(sizes, rows)], sizes[rows]


def entries(sizes: NDArray[np.int32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the entries of these rows' lists are, one row after the other."""
    starts = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    wanted = sizes[rows]
    ends = np.cumsum(wanted)
    within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - wanted, wanted)
    return within + np.repeat(starts[rows], wanted)


def in_order(ids: Sequence[bytes]) -> bool:
    """Whether ids stand in bytewise order, each once."""
    return all(a < b for a, b in pairwise(ids))
