"""Renders what a decision lists: rows are read in batches, answers and rows become documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np

from roster.deciding import Decision
from roster.deciding.answers import answers
from roster.dialects import Doc, document
from roster.dialects.fields import V11
from roster.dialects.roles import RoleRow
from roster.dialects.users import Person, UserAnswer
from roster.kinds import MODELS, ROWS_OF
from roster.map.arrays import Lists
from roster.models import Organization, Role, UserProfile
from roster.parts import in_parts
from roster.publishing.rows import RowsChanged, rows_at

__all__ = ["RowsChanged", "rendered"]

BATCH = 1000
"""Rows read at once."""


def rendered(
    organization: Organization, d: Decision, collection: str, positions: Sequence[int]
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
        return rows_at(MODEL_OF[self.kind], self.m, self.kind, batch)


class _People:
    """Reads users with the rows of their roles and profiles that their version has."""

    def __init__(self, d: Decision) -> None:
        self.m = d.map
        self.whole = d.version != V11
        self.with_profiles = self.whole and "userProfiles" not in d.hidden("users")

    def rows(self, batch: Sequence[int]) -> list[Person]:
        users = rows_at(User, self.m, "person", batch)
        return users
