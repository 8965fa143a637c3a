"""What documents may name, and how they name an org."""

from __future__ import annotations

from roster.deciding.given import Given
from roster.dialects.references import Place
from roster.kinds import COLLECTIONS
from roster.map import Map
from roster.map.arrays import Flags

LISTED_IN = {"resource": "resources", "score_scale": "scoreScales"}
"""Kinds that optional references name only where their collection is shared."""


def is_named(d: Given, kind: str) -> Flags:
    """Return which rows of a kind optional references may name."""
    collection = LISTED_IN.get(kind)
    if collection is None or d.rules.shares_collection(collection, COLLECTIONS[collection].types):
        return d.ok(kind)
    return d.none(kind)


def places_of(m: Map) -> list[Place]:
    """Return every org of a map, as documents name it."""
    columns = m.ids["org"], m.org.is_school[:-1].tolist(), m.org.typed_school[:-1].tolist()
    return [Place(*each) for each in zip(*columns, strict=True)]
