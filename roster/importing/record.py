"""One row of a bundle as it was read, and the hash by which a changed one is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from roster.models import Status

BLANKS = frozenset({"", None, "[]"})


class Record(NamedTuple):
    """One row as read. One that isn't `sound` only says that its id is there.

    `line` is the hash by which its line is known the next time, 0 if it must be read again.
    """

    row: int
    sound: bool
    sourced_id: str
    status: str
    metadata: str
    digest: str
    values: list[Any]
    line: int = 0


def unsound(row: int, sourced_id: str, blanks: list[Any]) -> Record:
    """Return the record of a row that can't be taken: its id is there, so nothing is retired."""
    return Record(row, False, sourced_id, Status.ACTIVE.value, "{}", "", blanks)


def digest(fields: Sequence[str], stored: Sequence[Any], metadata: str) -> str:
    """Return the hash of what a row says. Blanks don't count, so new columns change no hash."""
    said = {
        field: value
        for field, value in zip(fields, stored, strict=True)
        if (value != "[]" if value else value == 0)
    }
    text = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return blake2b(text + metadata.encode(), digest_size=16).hexdigest()


def digests(
    fields: Sequence[str], columns: Sequence[Sequence[Any]], metadata: Sequence[str]
) -> Iterator[str]:
    """Yield the same hash for each of many rows, given as the values of each field."""
    filled = sorted(
        (field, column)
        for field, column in zip(fields, columns, strict=True)
        if not BLANKS.issuperset(column)
    )
    names = [field for field, _ in filled]
    rows = zip(*(column for _, column in filled), strict=True) if filled else [()] * len(metadata)
    for row, own in zip(rows, metadata, strict=True):
        said = {
            field: value
            for field, value in zip(names, row, strict=True)
            if (value != "[]" if value else value == 0)
        }
        yield blake2b(orjson.dumps(said) + own.encode(), digest_size=16).hexdigest()
