"""Joins the rows of one file that have the same id: the stricter of them, or none.

Rows that differ in what narrows visibility alone become one that is as narrow as each of them;
a user's rows may also differ in their orgs, which are joined. Of others it isn't known which one
is true, so none is taken, and the stored version stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from roster.importing.bundle_marks import KEY
from roster.importing.record import Hashing, Record, unsound
from roster.importing.values import as_json
from roster.models import Status

Join = Callable[[Any, Any], Any]

LATEST, EARLIEST = "0001-01-01", "9999-12-31"
JOINS: dict[str, Join] = {
    "begin_date": lambda one, other: max(one or LATEST, other or LATEST),
    "end_date": lambda one, other: min(one or EARLIEST, other or EARLIEST),
    "enabled": lambda one, other: one is not False and other is not False,
    "orgs": lambda one, other: as_json(sorted({*json.loads(one), *json.loads(other)})),
}
"""How two values of a field that differ become one. Blank dates are open."""


class Doubles:
    """Rows that wait for others of the same id; `expected` says how many each id has."""

    def __init__(self, expected: dict[str, int], fields: Sequence[str]) -> None:
        self._total = expected
        self._expected = dict(expected)
        self._fields = fields
        self._hashing = Hashing(fields)
        self._waiting: dict[str, Record] = {}

    def __contains__(self, sourced_id: str) -> bool:
        return sourced_id in self._expected

    def count(self, sourced_id: str) -> int:
        return self._total[sourced_id]

    def add(self, record: Record) -> Record | None:
        """Return what all rows of an id come to, when this was the last of them."""
        first = self._waiting.pop(record.sourced_id, None)
        joined = record if first is None else self._join(first, record)
        self._expected[record.sourced_id] -= 1
        if not self._expected[record.sourced_id]:
            return joined
        self._waiting[record.sourced_id] = joined
        return None

    def _join(self, one: Record, other: Record) -> Record:
        values, metadata = self._values(one, other), _metadata(one, other)
        if values is None or metadata is None or not (one.sound and other.sound):
            return unsound(one.row, one.sourced_id, one.values)
        retired = Status.RETIRED.value in (one.status, other.status)
        return one.but(
            values,
            status=Status.RETIRED.value if retired else one.status,
            metadata=metadata,
            digest=self._hashing.digest(values, metadata),
        )

    def _values(self, one: Record, other: Record) -> list[Any] | None:
        values = list(one.values)
        for at, (left, right) in enumerate(zip(one.values, other.values, strict=True)):
            if left != right:
                join = JOINS.get(self._fields[at])
                if join is None:
                    return None
                values[at] = join(left, right)
        return values


def _metadata(one: Record, other: Record) -> str | None:
    left, right = json.loads(one.metadata), json.loads(other.metadata)
    mark = max(left.pop(KEY, ""), right.pop(KEY, ""))  # “true” comes after “false”.
    if left != right:
        return None
    return as_json(left | {KEY: mark}) if mark else one.metadata
