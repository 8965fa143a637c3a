"""Writes derived levels: only what differs, in batches."""

from __future__ import annotations

from typing import Any

import orjson

from roster import bulk
from roster.hierarchy.ground import BATCH
from roster.hierarchy.levels import Derived
from roster.models import Level, Organization
from roster.parts import batches, in_parts

COLUMNS = ("organization_id", "kind", "sourced_id", *Derived._fields)


def store(organization: Organization, levels: dict[tuple[str, str], Derived]) -> int:
    """Write what differs; unchanged levels keep their rows."""
    stale: list[int] = []
    known = Level.objects.filter(organization=organization)
    columns = ("pk", "kind", "sourced_id", *Derived._fields)
    for pk, kind, sourced_id, *rest in known.values_list(*columns).iterator(BATCH):
        now = Derived(*rest[:-2], *(orjson.dumps(each).decode() for each in rest[-2:]))
        if levels.get((kind, sourced_id)) == now:
            del levels[kind, sourced_id]
        else:
            stale.append(pk)
    for part in in_parts(stale, BATCH):
        known.filter(pk__in=part).delete()
    for some in batches(levels.items(), BATCH):
        bulk.insert(Level, COLUMNS, [_row(organization, *level) for level in some])
    return len(stale) + len(levels)


def _row(organization: Organization, key: tuple[str, str], level: Derived) -> tuple[Any, ...]:
    return (organization.pk, *key, *level)
