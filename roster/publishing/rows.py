"""Reads rows by key as a map knows them: as they are, else as they were before an import.

A map may be older than the rows. Each row read is compared with the content that the map has of
it; the values of one that has changed since come from what the import kept of it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from django.db.models import Model

from roster.map import Map, content_of
from roster.map.columns import contents_of
from roster.map.sources import SOURCES
from roster.models import FormerRow

APART = ("id", "organization", "status")
"""Fields that no document is made of."""

STAMPS = ("digest", "last_modified")


class RowsChanged(Exception):
    """A row isn't what the map knows, and what it was isn't kept: decide with a newer map."""


def rows_at(m: Map, kind: str, positions: Sequence[int]) -> list[Any]:
    """Return the rows of a kind at these positions of a map, in this order, as named tuples."""
    model, known, at = SOURCES[kind].model, getattr(m, kind), np.array(positions, np.int64)
    records: list[int] = known.record[at].tolist()
    names, make = _shape(model)
    found = model._default_manager.filter(pk__in=records).values_list("pk", *names)
    rows = {row[0]: row for row in found}
    there = [record for record in records if record in rows]
    own = dict(zip(records, known.own[at].tolist(), strict=True))
    contents = contents_of(
        (rows[record][1] for record in there), (rows[record][2] for record in there)
    )
    current = {
        record: make(rows[record][1:])
        for record, content in zip(there, contents.tolist(), strict=True)
        if content == own[record]
    }
    if len(current) < len(own):
        current |= _former(model, m, {r: c for r, c in own.items() if r not in current})
    return [current[record] for record in records]


def _former(model: type[Model], m: Map, wanted: dict[int, int]) -> dict[int, Any]:
    """Return the rows with these contents by key, as they were before an import."""
    names, make = _shape(model)
    fields = [model._meta.get_field(name) for name in names]
    found: dict[int, Any] = {}
    kept = FormerRow.objects.filter(
        organization=m.organization, table=model._meta.model_name, record__in=list(wanted)
    )
    for record, columns in kept.values_list("record", "columns"):
        row = make(field.to_python(columns[field.attname]) for field in fields)
        if content_of(row.digest, row.last_modified) == wanted[record]:
            found[record] = row
    if missing := wanted.keys() - found.keys():
        raise RowsChanged(f"{model._meta.model_name} {min(missing)}")
    return found


@cache
def _shape(model: type[Model]) -> tuple[tuple[str, ...], Any]:
    """Return the columns of a model's rows, and what makes a named tuple of them."""
    others = (field.name for field in model._meta.concrete_fields)
    names = (*STAMPS, *(name for name in others if name not in (*APART, *STAMPS)))
    return names, namedtuple(f"{model.__name__}Row", names)._make
