"""Renders what a decision lists: rows are read in batches, answers and rows become documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np

from roster.deciding import Decision
from roster.deciding.answers import answers
from roster.dialects import Doc, document
from roster.dialects.fields import V11
from roster.dialects.users import Person
from roster.kinds import ROWS_OF
from roster.map.arrays import Lists
from roster.models import Organization
from roster.parts import in_parts
from roster.publishing.rows import RowsChanged, rows_at

__all__ = ["RowsChanged", "rendered"]

BATCH = 1000
"""Rows read at once."""


def rendered(
    organization: Organization, d: Decision, collection: str, positions: Iterable[int]
) -> Iterator[tuple[int, Doc]]:
    """Yield the documents of the rows at these positions, in their order.

    The decision must see the records, and its map be the organization's. Raises `RowsChanged`
    where a row is no longer what the map knows and what it was isn't kept.
    """
    at = [int(each) for each in positions]
    hidden, said = d.hidden(collection), answers(d, collection, at)
    read = _People(d) if collection == "users" else _Rows(d, collection)
    for batch in in_parts(at, BATCH):
        some = list(islice(said, len(batch)))
        for position, row, answer in zip(batch, read.rows(batch), some, strict=True):
            yield position, document(d.version, collection, row, answer, hidden)


class _Rows:
    """Reads the rows of a collection."""

    def __init__(self, d: Decision, collection: str) -> None:
        self.m = d.map
        self.kind = ROWS_OF[collection]

    def rows(self, batch: Sequence[int]) -> list[Any]:
        return rows_at(self.m, self.kind, batch)


class _People:
    """Reads users, and in 1.2 the rows of their roles and profiles."""

    def __init__(self, d: Decision) -> None:
        self.m = d.map
        size, nobody = len(d.map.ids["person"]), np.empty(0, np.int32)
        whole = d.version != V11
        roles = d.map.role.person[:-1] if whole else nobody
        profiles = d.map.profile.person[:-1]
        if not whole or "userProfiles" in d.hidden("users"):
            profiles = nobody
        self.roles, self.profiles = (
            Lists.grouped(size, each, np.arange(len(each), dtype=np.int32))
            for each in (roles, profiles)
        )

    def rows(self, batch: Sequence[int]) -> list[Person]:
        roles = dict(self._of(batch, self.roles, "role"))
        profiles = dict(self._of(batch, self.profiles, "profile"))
        keys = self.m.profile.record
        return [
            Person(row, roles, [profiles[keys[each]] for each in held])
            for row, held in zip(
                rows_at(self.m, "person", batch), self.profiles.each(batch), strict=True
            )
        ]

    def _of(self, batch: Sequence[int], lists: Lists, kind: str) -> Iterator[tuple[int, Any]]:
        """Yield the rows of these people in another table, each with its key."""
        at = [*chain.from_iterable(lists.each(batch))]
        records = getattr(self.m, kind).record[at].tolist() if at else []
        return zip(records, rows_at(self.m, kind, at), strict=True)
