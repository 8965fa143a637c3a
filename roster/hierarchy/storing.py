"""Writes derived levels: only what differs, in batches."""

from __future__ import annotations

from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

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
    texts = [Cast(field, TextField()) for field in Derived._fields[-2:]]
    columns = known.values_list("pk", "kind", "sourced_id", *Derived._fields[:-2], *texts)
    for pk, kind, sourced_id, *rest in columns.iterator(BATCH):
        if levels.get((kind, sourced_id)) == tuple(rest):
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
