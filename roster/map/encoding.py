"""How the cells of a row become numbers: one column of a table of the map each.

What SQL can say as a whole number it says; of texts the database sends the bytes, and each
distinct one is read once. References are kept as hashes of ids, so that a table needs no other
table to be read, and a changed row no other row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
import orjson
from django.db import models
from numpy.typing import NDArray

from roster.clock import milliseconds
from roster.database import bulk
from roster.map.arrays import TEXT, Hashes, Words, hash_of_bytes, hashes_of, joined, mixed
from roster.map.packed import SIZES, Packing, Values

OPEN = 2**30
"""The day on which what has no end ends."""

Say = Callable[[type[models.Model]], str]
"""Makes the SQL of a column for a model."""

Read = Callable[[bytes], Any]
"""From the bytes of a text to a number, or to a list of numbers."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what SQL says of a row, and how it becomes one number.

    Without `reader` it is a whole number already; `reader` makes the function that reads a text,
    for the words of a map. With `many`, it makes a list of numbers for each row. Of `distinct`
    texts few come twice, and none is remembered. `to` is the kind of the rows that it refers to.
    """

    name: str
    sql: Say
    dtype: Any
    reader: Callable[[Mapping[str, Words]], Read] | None = None
    many: bool = False
    distinct: bool = False
    to: str = ""


def column_of(model: type[models.Model], field: str) -> str:
    return f'"{model._meta.get_field(field).column}"'  # type: ignore[union-attr]


def cell(field: str) -> Say:
    return lambda model: column_of(model, field)


def ref(name: str, to: str = "", field: str = "") -> Column:
    """A reference to a row of the kind `to`, which else is called as the column is."""
    return Column(name, cell(field or name), np.uint64, lambda words: hash_of_bytes, to=to or name)


def refs(name: str, to: str) -> Column:
    def read(text: bytes) -> list[int]:
        return [hash_of_bytes(each.encode()) for each in orjson.loads(text)]

    return Column(name, cell(name), np.uint64, lambda words: read, many=True, to=to)


def alike(name: str, field: str) -> Column:
    """A number that texts have in common which differ in nothing but small and large letters."""

    def read(text: bytes) -> int:
        return hash_of_bytes(text.decode().lower().encode())

    return Column(name, cell(field), np.uint64, lambda words: read, distinct=True)


def is_blank(model: type[models.Model], field: str) -> str:
    """Return SQL that holds where a field has no value, or one that is blank or false."""
    known, column = model._meta.get_field(field), column_of(model, field)
    if getattr(known, "null", False):
        return f"{column} IS NULL"
    if isinstance(known, models.BooleanField):
        return f"NOT {column}"
    if isinstance(known, models.JSONField):
        return f"{column} = '{orjson.dumps(known.get_default()).decode()}'"
    return f"{column} = ''"


def fact(name: str, condition: Say) -> Column:
    """Whether a condition holds, which is never unknown."""
    return Column(name, lambda model: f"CASE WHEN {condition(model)} THEN 1 ELSE 0 END", np.bool_)


def given(name: str, field: str = "") -> Column:
    """Whether the field has a value that isn't blank or false."""
    return fact(name, lambda model: f"NOT ({is_blank(model, field or name)})")


def filled(name: str, field: str) -> Column:
    """Whether the field isn't null."""
    return fact(name, lambda model: f"{column_of(model, field)} IS NOT NULL")


def is_word(name: str, field: str, word: str) -> Column:
    return fact(name, lambda model: f"{column_of(model, field)} = '{word}'")


def is_extended(name: str, field: str) -> Column:
    """Whether the field's word is an extension of the vocabulary."""
    return fact(name, lambda model: f"substr({column_of(model, field)}, 1, 4) = 'ext:'")


def coded(name: str, field: str, kind: str) -> Column:
    def reader(words: Mapping[str, Words]) -> Read:
        return lambda text: words[kind].add(text.decode())

    return Column(name, cell(field), np.int32, reader)


def codes(name: str, field: str, kind: str, blank: tuple[str, ...] = ()) -> Column:
    def reader(words: Mapping[str, Words]) -> Read:
        return lambda text: [words[kind].add(each) for each in orjson.loads(text) or blank]

    return Column(name, cell(field), np.int32, reader, many=True)


def setting(name: str, key: str, kind: str) -> Column:
    """A word that the metadata names, a blank one where they don't."""

    def reader(words: Mapping[str, Words]) -> Read:
        return lambda text: words[kind].add(str(orjson.loads(text).get(key) or ""))

    return Column(name, cell("metadata"), np.int32, reader)


def day(name: str, blank: int = 0) -> Column:
    """The date's number, as Python counts them."""
    return Column(
        name, lambda model: f"coalesce({bulk.ordinal(column_of(model, name))}, {blank})", np.int32
    )


def lacking(*fields: str) -> Column:
    """Which of the fields is blank: 0, or one more than the position of the first."""

    def sql(model: type[models.Model]) -> str:
        cases = (
            f"WHEN {column_of(model, field)} IS NULL OR {is_blank(model, field)} THEN {at}"
            for at, field in enumerate(fields, 1)
        )
        return f"CASE {' '.join(cases)} ELSE 0 END"

    return Column("lacking", sql, np.uint8)


def bits(name: str, fields: Iterable[str]) -> Column:
    """Which of several fields have a value that isn't blank: a bit for each, the first lowest."""
    known = [*enumerate(fields)]

    def sql(model: type[models.Model]) -> str:
        return " + ".join(
            f"CASE WHEN {is_blank(model, field)} THEN 0 ELSE {1 << at} END" for at, field in known
        )

    return Column(name, sql, np.min_scalar_type((1 << len(known)) - 1))


def edge(name: str, kind: str, nth: int = 0) -> Column:
    """The nth parent of that kind among those that a level needs all of."""

    def read(text: bytes) -> int:
        found = [each for of, each in orjson.loads(text) if of == kind]
        return hash_of_bytes(found[nth].encode()) if len(found) > nth else 0

    return Column(name, cell("all_of"), np.uint64, lambda words: read, to=kind)


def edges(name: str, to: str) -> Column:
    def read(text: bytes) -> list[int]:
        return [hash_of_bytes(each.encode()) for _, each in orjson.loads(text)]

    return Column(name, cell("any_of"), np.uint64, lambda words: read, many=True, to=to)


def content_of(digest: str, last_modified: datetime) -> int:
    """Return the 64-bit hash by which a row's content is told from another of the same row."""
    moment = np.array([milliseconds(last_modified)], np.int64)
    return int(contents_of([digest.encode()], moment)[0])


def contents_of(digests: Iterable[bytes], moments: NDArray[np.int64]) -> Hashes:
    """Return the contents of rows with these digests, last changed at these milliseconds."""
    first = b"".join(each[:16].rjust(16, b"0") for each in digests)
    words = np.frombuffer(bytes.fromhex(first.decode()), ">u8").astype(np.uint64)
    # Halfway as seconds, with what that loses: stored maps have it so.
    times = (moments * 1000 / 1e6 * 1000).astype(np.uint64)
    return mixed(mixed(words, 20) + times, 21)


class Known(dict[bytes, Any]):
    """What texts are read as: each distinct one is read once."""

    def __init__(self, read: Read) -> None:
        self.read = read

    def __missing__(self, text: bytes) -> Any:
        found = self[text] = self.read(text)
        return found


class Reader:
    """Collects the ids of rows and their numbers, by column: whole numbers, and texts to be read.

    Packed as they come: of a district's enrollments all columns at once are a tenth of the memory.
    """

    def __init__(self, columns: Iterable[Column], words: Mapping[str, Words]) -> None:
        every = tuple(columns)
        self.numbers = tuple(each for each in every if each.reader is None)
        self.texts = tuple(each for each in every if each.reader is not None)
        self._read = [
            each.reader(words) if each.distinct else Known(each.reader(words)).__getitem__
            for each in self.texts
            if each.reader
        ]
        self._found = {TEXT: Packing(np.uint8), "hash": Packing(np.uint64)}
        self._found |= {column.name: Packing(column.dtype) for column in every}
        self._found |= {column.name + SIZES: Packing(np.int32) for column in every if column.many}

    def add(
        self,
        ids: list[bytes],
        numbers: Sequence[NDArray[np.int64]],
        texts: Sequence[list[bytes]],
    ) -> None:
        """Read some rows, given as the values of each column."""
        self._add(TEXT, joined([b"", *ids] if self._found[TEXT].length else ids))
        self._add("hash", hashes_of(ids))
        for column, values in zip(self.numbers, numbers, strict=True):
            self._add(column.name, values)
        for column, reader, some in zip(self.texts, self._read, texts, strict=True):
            read = map(reader, some)
            if column.many:
                lists = [*read]
                sizes = np.fromiter(map(len, lists), np.int32, len(lists))
                entries = chain.from_iterable(lists)
                self._add(column.name, np.fromiter(entries, column.dtype, int(sizes.sum())))
                self._add(column.name + SIZES, sizes)
            else:
                self._add(column.name, np.fromiter(read, column.dtype, len(some)))

    def _add(self, name: str, values: NDArray[Any]) -> None:
        self._found[name].add(values)

    def values(self) -> Values:
        return Values({name: packing.packed() for name, packing in self._found.items()})
