"""A map with levels that aren't in the database: of a school year that isn't the active one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from roster.map.arrays import Words
from roster.map.encoding import Reader
from roster.map.map import Map
from roster.map.models import SOURCES, Source
from roster.map.tables import Table


def with_levels(m: Map, year: str, levels: Mapping[tuple[str, str], Any]) -> Map:
    """Return a map of the same rows in another school year, with these levels by kind and id.

    A level has the fields of a `Level` as texts (`roster.hierarchy.Derived`), and no key.
    """
    words = {name: Words(known.words) for name, known in m.words.items()}
    tables = dict(m.tables)
    for kind, source in SOURCES.items():
        if source.level:
            rows = {
                sourced_id.encode(): level
                for (of, sourced_id), level in levels.items()
                if of == source.level
            }
            tables[kind] = _table(source, rows, words)
    return Map(m.organization, m.revision, year, words, tables)


def _table(source: Source, rows: Mapping[bytes, Any], words: Mapping[str, Words]) -> Table:
    ids = sorted(rows)
    reader = Reader(source.columns, words)
    # All that is read of a level are texts, each of one column.
    fields = [each.sql(source.model).strip('"') for each in reader.texts]
    if ids:
        cells = [[getattr(rows[each], field).encode() for each in ids] for field in fields]
        reader.add(ids, [], cells)
    values = reader.values()
    values["record"] = np.full(len(ids), -1, np.int64)
    values["own"] = np.empty(0, np.uint64)
    return Table([], values)
