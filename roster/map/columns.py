"""How the cells of a row become numbers: one column of a table of the map each.

References are kept as hashes of ids, so that a table needs no other table to be read, and a
changed row no other row.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster.map.arrays import Hashes, Words, hash_of, mixed

OPEN = 2**30
"""The day on which what has no end ends."""


Read = Callable[[Any], Any]
"""From a cell to a number, or to a list of numbers."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the model's fields it is read from, and how their values become one number.

    With `many`, a list of numbers for each row. `code` is array's, and numpy's by `DTYPES`.
    `reader` makes the function that reads a cell, for the words of a map.
    """

    name: str
    fields: tuple[str, ...]
    code: str
    reader: Callable[[Mapping[str, Words]], Read]
    many: bool = False


DTYPES = {"Q": np.uint64, "i": np.int32, "b": np.bool_, "B": np.uint8}
STORED = {"Q": "Q", "i": "i", "b": "B", "B": "B"}
"""How array keeps what numpy has as `DTYPES` say."""

Values = dict[str, NDArray[Any]]
"""Columns by name; a list column has a second array of its rows' sizes, `name + SIZES`."""

SIZES = "#"


def plain(name: str, field: str, code: str, read: Read, *, many: bool = False) -> Column:
    return Column(name, (field,), code, lambda words: read, many)


def ref(name: str, field: str = "") -> Column:
    return plain(name, field or name, "Q", hash_of)


def refs(name: str, field: str = "") -> Column:
    return plain(name, field or name, "Q", lambda cell: [hash_of(e) for e in cell], many=True)


def given(name: str, field: str = "") -> Column:
    """Whether the field has a value that isn't blank, zero or false."""
    return plain(name, field or name, "b", bool)


def filled(name: str, field: str = "") -> Column:
    """Whether the field isn't null."""
    return plain(name, field or name, "b", lambda cell: cell is not None)


def test(name: str, field: str, holds: Read) -> Column:
    return plain(name, field, "b", holds)


def coded(name: str, field: str, kind: str) -> Column:
    return Column(name, (field,), "i", lambda words: words[kind].add)


def codes(name: str, field: str, kind: str, blank: tuple[str, ...] = ()) -> Column:
    def reader(words: Mapping[str, Words]) -> Read:
        add = words[kind].add
        return lambda cell: [add(each) for each in cell or blank]

    return Column(name, (field,), "i", reader, many=True)


def setting(name: str, key: str, kind: str) -> Column:
    """A word that the metadata names, a blank one where they don't."""

    def reader(words: Mapping[str, Words]) -> Read:
        add = words[kind].add
        return lambda cell: add(str(cell.get(key) or ""))

    return Column(name, ("metadata",), "i", reader)


def day(name: str, blank: int = 0) -> Column:
    return plain(name, name, "i", lambda cell: blank if cell is None else cell.toordinal())


def lacking(*fields: str) -> Column:
    """Which of the fields is blank: 0, or one more than the position of the first."""

    def read(cell: Any) -> int:
        cells = cell if len(fields) > 1 else (cell,)
        return next((at + 1 for at, each in enumerate(cells) if each in ("", None)), 0)

    return Column("lacking", fields, "B", lambda words: read)


def bits(name: str, fields: tuple[str, ...]) -> Column:
    """Which of several fields have a value that isn't blank: a bit for each, the first lowest."""

    def read(cells: Any) -> int:
        return sum(1 << at for at, cell in enumerate(cells) if cell)

    return Column(name, fields, "Q", lambda words: read)


def edge(name: str, kind: str, nth: int = 0) -> Column:
    """The nth parent of that kind among those that a level needs all of."""

    def read(cell: list[list[str]]) -> int:
        found = [each for of, each in cell if of == kind]
        return hash_of(found[nth]) if len(found) > nth else 0

    return plain(name, "all_of", "Q", read)


def edges(name: str) -> Column:
    return plain(name, "any_of", "Q", lambda cell: [hash_of(each) for _, each in cell], many=True)


def content_of(digest: str, last_modified: datetime) -> int:
    """Return the 64-bit hash by which a row's content is told from another of the same row."""
    return int(contents_of([digest], [last_modified])[0])


def contents_of(digests: Iterable[str], moments: Iterable[datetime]) -> Hashes:
    """Return the contents of rows with these digests, last changed at these moments."""
    words = np.array([int(each[:16], 16) if each else 0 for each in digests], np.uint64)
    times = np.array([int(each.timestamp() * 1000) for each in moments], np.uint64)
    with np.errstate(over="ignore"):
        return mixed(mixed(words, 20) + times, 21)


class Reader:
    """Collects the numbers of rows, column by column."""

    def __init__(self, columns: Iterable[Column], words: Mapping[str, Words]) -> None:
        self.columns = tuple(columns)
        self.fields = tuple(dict.fromkeys(f for column in self.columns for f in column.fields))
        self._plan = [
            (column, column.reader(words), array(STORED[column.code]), array("i"))
            for column in self.columns
        ]

    def add(self, cells: Mapping[str, Sequence[Any]]) -> None:
        """Read some rows, given as the values of each field."""
        for column, read, values, sizes in self._plan:
            of = [cells[field] for field in column.fields]
            found = map(read, of[0] if len(of) == 1 else zip(*of, strict=True))
            if column.many:
                lists = list(found)
                sizes.extend(map(len, lists))
                values.extend(chain.from_iterable(lists))
            else:
                values.extend(found)

    def values(self) -> Values:
        found: Values = {}
        for column, _, values, sizes in self._plan:
            found[column.name] = np.array(values, STORED[column.code]).astype(DTYPES[column.code])
            if column.many:
                found[column.name + SIZES] = np.array(sizes, np.int32)
        return found
