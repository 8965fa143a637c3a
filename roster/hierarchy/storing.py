"""Writes derived levels: only what differs, in batches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from roster.database import bulk
from roster.database.parts import batches, in_parts
from roster.hierarchy.ground import BATCH
from roster.hierarchy.levels import Derived, Level
from roster.models import Level as StoredLevel
from roster.models import Organization

COLUMNS = ("organization_id", "kind", "sourced_id", *Derived._fields)


def store(organization: Organization, levels: Iterable[Level]) -> int:
    """Write what differs; unchanged levels keep their rows."""
    known = _known(organization)
    rows = (_row(organization, *each) for each in levels if known.pop(hash(each), None) is None)
    # A level that is written anew must go before it comes; where there are none, all come at once.
    coming: Iterable[tuple[Any, ...]] = [*rows] if known else rows
    count = len(known)
    for part in in_parts([*known.values()], BATCH):
        StoredLevel.objects.filter(pk__in=part).delete()
    for some in batches(coming, BATCH):
        bulk.insert(StoredLevel, COLUMNS, some)
        count += len(some)
    return count


def _known(organization: Organization) -> dict[int, int]:
    """Return the keys of the stored levels, by the hash of all that each says."""
    texts = [Cast(field, TextField()) for field in Derived._fields[-2:]]
    stored = StoredLevel.objects.filter(organization=organization)
    columns = stored.values_list("pk", "kind", "sourced_id", *Derived._fields[:-2], *texts)
    return {
        hash(((kind, sourced_id), tuple(said))): pk
        for pk, kind, sourced_id, *said in columns.iterator(BATCH)
    }


def _row(organization: Organization, key: tuple[str, str], level: Derived) -> tuple[Any, ...]:
    return (organization.pk, *key, *level)
