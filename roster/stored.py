"""What a line has stored: every version of its documents that readers may be given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from django.db.models import Q

from roster.models import Line, Record

BATCH = 1000


class Stored(NamedTuple):
    """One version of a record as it is stored; live, or it wouldn't be looked at."""

    pk: int
    sourced_id: str
    valid_from: int
    valid_to: int
    ordinal: int
    document: str
    added_in: int
    role: str
    school: str
    klass: str
    person: str

    def is_read_at(self, number: int) -> bool:
        """Return whether it is what readers of that publication get."""
        return self.valid_from <= number < self.valid_to


Change = tuple[Stored, bytes | None]
"""A version and its document as it has to be; None: nothing may be left of it."""


def stored(line: Line, collection: str, wanted: list[Q] | None = None) -> Iterator[Stored]:
    """Yield every version that readers may be given and that isn't a tombstone's.

    `wanted` are conditions, of which one must hold; None: all versions. What is written while
    one reads on isn't among them, nor what a build has written that isn't shown yet.
    """
    rows = Record.objects.filter(
        line=line, kind=collection, status="active", valid_from__lte=line.head
    )
    told = rows.values_list(*Stored._fields)
    found = _all(told) if wanted is None else _picked(told, wanted)
    # In publications still read, a tombstone stands in a live record's place.
    return (row for row in map(Stored._make, found) if not _is_tombstone(row.document))


def _picked(told: Any, wanted: list[Q]) -> Iterator[tuple[Any, ...]]:
    seen: set[int] = set()
    for part in wanted:
        fresh = [row for row in told.filter(part) if row[0] not in seen]
        seen.update(row[0] for row in fresh)
        yield from fresh


def _all(told: Any) -> Iterator[tuple[Any, ...]]:
    """Yield all, by the key under which a version is stored once: others' rows lie between."""
    ordered = told.order_by("sourced_id", "valid_from")
    last, at = "", -1
    while part := list(
        ordered.filter(sourced_id__gte=last).exclude(sourced_id=last, valid_from__lte=at)[:BATCH]
    ):
        yield from part
        last, at = part[-1][1:3]


def _is_tombstone(text: str) -> bool:
    return '"tobedeleted"' in text and orjson.loads(text)["status"] == "tobedeleted"
