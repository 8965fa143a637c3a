"""Rows of a bundle as they were read, and the hashes by which changed ones are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from operator import itemgetter
from typing import Any

import orjson

from roster.models import Status

BLANKS = frozenset({"", None, "[]"})
REMEMBERED = 20_000
"""Distinct values of a column that are looked up instead of read or written again."""


class Record(tuple[Any, ...]):
    """One row as it is staged: what `HEAD` names, and its values.

    One that isn't `sound` (1 or 0) only says that its id is there. `line` is the hash by which
    its line is known the next time, 0 if it must be read again.
    """

    __slots__ = ()

    row: int = property(itemgetter(0))  # type: ignore[assignment]
    sound: int = property(itemgetter(2))  # type: ignore[assignment]
    sourced_id: str = property(itemgetter(3))  # type: ignore[assignment]
    status: str = property(itemgetter(4))  # type: ignore[assignment]
    metadata: str = property(itemgetter(5))  # type: ignore[assignment]
    values: tuple[Any, ...] = property(itemgetter(slice(7, None)))  # type: ignore[assignment]

    def but(self, values: Iterable[Any], **changed: Any) -> Record:
        """Return the row with other values, and with changes of what `HEAD` names."""
        head = zip(HEAD, self, strict=False)
        return Record((*(changed.get(name, each) for name, each in head), *values))


HEAD = ("row_number", "line", "sound", "sourced_id", "status", "metadata", "digest")


def unsound(row: int, sourced_id: str, blanks: Iterable[Any]) -> Record:
    """Return the record of a row that can't be taken: its id is there, so nothing is retired."""
    return Record((row, 0, 0, sourced_id, Status.ACTIVE.value, "{}", "", *blanks))


class Said(dict[Any, str]):
    """What a field says in the text that is hashed, by its value; blanks say nothing."""

    def __init__(self, field: str) -> None:
        self._name = orjson.dumps(field).decode()

    def __missing__(self, value: Any) -> str:
        said = "" if value in BLANKS else f"{self._name}:{orjson.dumps(value).decode()}"
        if len(self) < REMEMBERED:
            self[value] = said
        return said

    def column(self, values: Sequence[Any]) -> Iterable[str] | None:
        """Return what some rows say, None where all are blank."""
        some = {*values}
        if len(some) == 1 and values[0] in BLANKS:
            return None
        if len(values) == 1 or len(some) < len(values) or {*map(type, some)} != {str}:
            return map(self.__getitem__, values)
        begin = f'{self._name}:"'
        # With line breaks between texts: within them these are escaped.
        texts = orjson.dumps(values, option=orjson.OPT_INDENT_2).decode()[5:-3].split('",\n  "')
        return [f'{begin}{text}"' if text and text != "[]" else "" for text in texts]


class Hashing:
    """Hashes what rows say in these fields. Blanks don't count, so new columns change no hash."""

    def __init__(self, fields: Sequence[str]) -> None:
        self._said = [
            (Said(fields[at]), at) for at in sorted(range(len(fields)), key=fields.__getitem__)
        ]

    def digests(self, columns: Sequence[Sequence[Any]], metadata: Sequence[str]) -> list[str]:
        """Return the hash of each row; the rows are given as the values of each field."""
        every = (said.column(columns[at]) for said, at in self._said)
        said = [each for each in every if each is not None]
        rows = zip(*said, strict=True) if said else [()] * len(metadata)
        return [
            blake2b(f"{{{','.join(filter(None, row))}}}{own}".encode(), digest_size=16).hexdigest()
            for row, own in zip(rows, metadata, strict=True)
        ]

    def digest(self, values: Iterable[Any], metadata: str) -> str:
        return self.digests([(value,) for value in values], [metadata])[0]
