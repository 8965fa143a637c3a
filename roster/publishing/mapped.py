"""Reads rows by key as a map knows them: as they are, else as they were before an import.

A map may be older than the rows. Each row read is compared with the content that the map has of
it; the values of one that has changed since come from what the import kept of it. Plain SQL, for
this is where a refresh spends its time.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import UTC
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import orjson
from django.db import connection, models
from django.db.models import Model

from roster.database import bulk
from roster.map import Map, content_of
from roster.map.encoding import contents_of
from roster.map.models import SOURCES
from roster.models import FormerRow
from roster.models.fields import JsonField

APART = ("id", "organization", "status", "digest", "last_modified", "search")
"""Fields that no document is made of."""


class RowsChanged(Exception):
    """A row isn't what the map knows, and what it was isn't kept: decide with a newer map."""


def rows_at(m: Map, kind: str, positions: Sequence[int]) -> list[Any]:
    """Return the rows of a kind at these positions of a map, in this order, as named tuples."""
    if not positions:
        return []
    shape = _shape(SOURCES[kind].model)
    known, at = getattr(m, kind), np.array(positions, np.int64)
    records: list[int] = known.record[at].tolist()
    own = dict(zip(records, known.own[at].tolist(), strict=True))
    found = _read(shape, own)
    if len(found) < len(own):
        found |= _former(shape, m, {r: content for r, content in own.items() if r not in found})
    return [found[record] for record in records]


class _Shape(NamedTuple):
    """A table's columns, what makes a named tuple of their values, and which must be decoded."""

    model: type[Model]
    sql: str
    fields: tuple[Any, ...]
    make: Callable[[Any], Any]
    decoders: list[tuple[int, Callable[[Any], Any]]]


@cache
def _shape(model: type[Model]) -> _Shape:
    by_name = {field.name: field for field in model._meta.concrete_fields}
    names = [name for name in by_name if name not in APART]
    fields = tuple(by_name[name] for name in names)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    named: Any = namedtuple(f"{model.__name__}Row", names)  # type: ignore[misc]
    table = connection.ops.quote_name(model._meta.db_table)
    return _Shape(
        model,
        f"SELECT id, digest, {bulk.milliseconds('last_modified')}, {columns}"  # noqa: S608
        f" FROM {table} WHERE id ",
        fields,
        named._make,
        [(at, decode) for at, field in enumerate(fields) if (decode := _decoder(field))],
    )


def _decoder(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, JsonField):
        return orjson.loads
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return lambda moment: moment.replace(tzinfo=UTC)
    return None


def _read(shape: _Shape, own: dict[int, int]) -> dict[int, Any]:
    """Return the rows of these keys as they are now, those that have the content given."""
    chosen, parameters = bulk.among([*own])
    with connection.cursor() as cursor:
        cursor.execute(shape.sql + chosen, parameters)
        rows = cursor.fetchall()
    contents = contents_of(
        [digest.encode() for _, digest, *_ in rows], np.array([row[2] for row in rows], np.int64)
    )
    found = {}
    for (record, _, _, *cells), content in zip(rows, contents.tolist(), strict=True):
        if content != own[record]:
            continue
        for at, decode in shape.decoders:
            if cells[at] is not None:
                cells[at] = decode(cells[at])
        found[record] = shape.make(cells)
    return found


def _former(shape: _Shape, m: Map, wanted: dict[int, int]) -> dict[int, Any]:
    """Return the rows with these contents by key, as they were before an import."""
    name = str(shape.model._meta.model_name)
    found: dict[int, Any] = {}
    kept = FormerRow.objects.filter(
        organization=m.organization, table=name, record__in=list(wanted)
    )
    modified = shape.model._meta.get_field("last_modified")
    for record, columns in kept.values_list("record", "columns"):
        moment = modified.to_python(columns["last_modified"])  # type: ignore[union-attr]
        if content_of(columns["digest"], moment) == wanted[record]:
            values = (field.to_python(columns[field.attname]) for field in shape.fields)
            found[record] = shape.make(values)
    if missing := wanted.keys() - found.keys():
        raise RowsChanged(f"{name} {min(missing)}")
    return found
