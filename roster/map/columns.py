"""How the cells of a row become numbers: one column of a table of the map each.

References are kept as hashes of ids, so that a table needs no other table to be read, and a
changed row no other row.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster.map.arrays import Words, hash_of

OPEN = 2**30
"""The day on which what has no end ends."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the model's fields it is read from, and how their values become one number.

    With `many`, a list of numbers for each row. `code` is array's, and numpy's by `DTYPES`.
    """

    name: str
    fields: tuple[str, ...]
    code: str
    value: Callable[[Mapping[str, Words], Any], Any]
    many: bool = False


DTYPES = {"Q": np.uint64, "i": np.int32, "b": np.bool_, "B": np.uint8}

Values = dict[str, NDArray[Any]]
"""Columns by name; a list column has a second array of its rows' sizes, `name + SIZES`."""

SIZES = "#"


def ref(name: str, field: str = "") -> Column:
    return Column(name, (field or name,), "Q", lambda words, cell: hash_of(cell))


def refs(name: str, field: str = "") -> Column:
    return Column(
        name, (field or name,), "Q", lambda words, cell: [hash_of(each) for each in cell], many=True
    )


def given(name: str, field: str = "") -> Column:
    """Whether the field has a value that isn't blank, zero or false."""
    return Column(name, (field or name,), "b", lambda words, cell: bool(cell))


def filled(name: str, field: str = "") -> Column:
    """Whether the field isn't null."""
    return Column(name, (field or name,), "b", lambda words, cell: cell is not None)


def test(name: str, field: str, holds: Callable[[Any], bool]) -> Column:
    return Column(name, (field,), "b", lambda words, cell: holds(cell))


def coded(name: str, field: str, kind: str) -> Column:
    return Column(name, (field,), "i", lambda words, cell: words[kind].add(cell))


def codes(name: str, field: str, kind: str, blank: tuple[str, ...] = ()) -> Column:
    def value(words: Mapping[str, Words], cell: list[str]) -> list[int]:
        return [words[kind].add(each) for each in cell or blank]

    return Column(name, (field,), "i", value, many=True)


def setting(name: str, key: str, kind: str) -> Column:
    """A word that the metadata names, a blank one where they don't."""
    return Column(
        name, ("metadata",), "i", lambda words, cell: words[kind].add(str(cell.get(key) or ""))
    )


def day(name: str, blank: int = 0) -> Column:
    def value(words: Mapping[str, Words], cell: date | None) -> int:
        return blank if cell is None else cell.toordinal()

    return Column(name, (name,), "i", value)


def lacking(*fields: str) -> Column:
    """Which of the fields is blank: 0, or one more than the position of the first."""

    def value(words: Mapping[str, Words], cell: Any) -> int:
        cells = cell if len(fields) > 1 else (cell,)
        return next((at + 1 for at, each in enumerate(cells) if each in ("", None)), 0)

    return Column("lacking", fields, "B", value)


def edge(name: str, kind: str, nth: int = 0) -> Column:
    """The nth parent of that kind among those that a level needs all of."""

    def value(words: Mapping[str, Words], cell: list[list[str]]) -> int:
        found = [each for of, each in cell if of == kind]
        return hash_of(found[nth]) if len(found) > nth else 0

    return Column(name, ("all_of",), "Q", value)


def edges(name: str) -> Column:
    return Column(
        name, ("any_of",), "Q", lambda words, cell: [hash_of(each) for _, each in cell], many=True
    )


def content_of(digest: str, last_modified: datetime) -> int:
    """Return the 64-bit hash by which a row's content is told from another of the same row."""
    return hash_of(f"{digest} {last_modified.timestamp():.3f}")


class Reader:
    """Collects the numbers of rows, column by column."""

    def __init__(self, columns: Iterable[Column], words: Mapping[str, Words]) -> None:
        self.words = words
        self.columns = tuple(columns)
        self.fields = tuple(dict.fromkeys(f for column in self.columns for f in column.fields))
        place = {field: at for at, field in enumerate(self.fields)}
        self._plan = []
        for column in self.columns:
            values = array("B" if column.code == "b" else column.code)
            sizes = array("i") if column.many else None
            at = tuple(place[field] for field in column.fields)
            self._plan.append((column, at, values, sizes))

    def add(self, cells: tuple[Any, ...]) -> None:
        for column, at, values, sizes in self._plan:
            cell = cells[at[0]] if len(at) == 1 else tuple(cells[each] for each in at)
            value = column.value(self.words, cell)
            if sizes is None:
                values.append(value)
            else:
                values.extend(value)
                sizes.append(len(value))

    def values(self) -> Values:
        found: Values = {}
        for column, _, values, sizes in self._plan:
            raw = np.array(values, DTYPES["B" if column.code == "b" else column.code])
            found[column.name] = raw.astype(np.bool_) if column.code == "b" else raw
            if sizes is not None:
                found[column.name + SIZES] = np.array(sizes, np.int32)
        return found
