"""Renders what a decision lists: rows are read in batches, answers and rows become documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any

import numpy as np

from roster.database.parts import in_parts
from roster.deciding import Decision
from roster.deciding.answers import answers
from roster.dialects import Doc, document
from roster.dialects.fields import V11
from roster.dialects.users import Person
from roster.kinds import ROWS_OF
from roster.map.arrays import Lists
from roster.models import Organization
from roster.publishing.mapped import RowsChanged, rows_at

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
    read = _people(d) if collection == "users" else partial(rows_at, d.map, ROWS_OF[collection])
    for batch in in_parts(at, BATCH):
        some = list(islice(said, len(batch)))
        for position, row, answer in zip(batch, read(batch), some, strict=True):
            yield position, document(d.version, collection, row, answer, hidden)


def _people(d: Decision) -> Callable[[Sequence[int]], list[Person]]:
    """Return what reads users, and in 1.2 the rows of their roles and profiles."""
    m, size, nobody = d.map, len(d.map.ids["person"]), np.empty(0, np.int32)
    shown = {"role": d.version != V11}
    shown["profile"] = shown["role"] and "userProfiles" not in d.hidden("users")
    of_person = {}
    for kind, there in shown.items():
        people = getattr(m, kind).person[:-1] if there else nobody
        of_person[kind] = Lists.grouped(size, people, np.arange(len(people), dtype=np.int32))

    def of(batch: Sequence[int], kind: str) -> dict[int, Any]:
        """Return the rows of these people in another table, by their keys."""
        at = [*chain.from_iterable(of_person[kind].each(batch))]
        records = getattr(m, kind).record[at].tolist() if at else []
        return dict(zip(records, rows_at(m, kind, at), strict=True))

    def read(batch: Sequence[int]) -> list[Person]:
        roles, profiles, keys = of(batch, "role"), of(batch, "profile"), m.profile.record
        return [
            Person(row, roles, [profiles[keys[each]] for each in own])
            for row, own in zip(
                rows_at(m, "person", batch), of_person["profile"].each(batch), strict=True
            )
        ]

    return read
