"""Sweeping: lists and writes that nobody reads any more, then what nothing names: parts of lists,
documents, maps.

Whoever prepares a publication may have found a document that nothing lists this moment. So a
document goes an hour after it was first found unlisted, under the organization's lock, and the
organization counts it: a flip that began before is prepared again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, F, Max, Model, OuterRef

from roster.clock import clock, milliseconds
from roster.database import bulk
from roster.database.parts import in_parts
from roster.map import shown
from roster.models import (
    BegunList,
    Document,
    Import,
    ListPart,
    Organization,
    Publication,
    Rendered,
    StoredMap,
    Written,
)
from roster.publishing.flipping import Base, drop, locked, no_longer_read
from roster.publishing.lists import Numbers, Reference, Swept, fetch

GRACE = timedelta(hours=1)
WRITES_READ = timedelta(days=2)
"""So far back lies at most the write that somebody still reads: a run takes a day at most."""
BATCH = 5_000


def sweep(organization: Organization) -> dict[str, int]:
    """Delete what nobody can read any more; return how much, by what it is.

    Where something is shown meanwhile, the rest is left to the next sweep.
    """
    found = {
        "lists": drop_lists(organization),
        "headers": _drop_headers(organization),
        "begun": _drop_begun(organization),
        "writes": _drop_writes(organization),
    }
    base, named = Base.of(organization), _named(organization)
    try:
        documents = bulk.distinct(np.append(_listed(named), _written(organization)))
    except Swept:  # By another one, of a publication that was superseded since.
        return found
    found["parts"] = _delete_parts(organization, base, named)
    found["documents"] = _delete_documents(organization, base, documents)
    found["maps"] = _delete_maps(organization)
    return found


def drop_lists(organization: Organization) -> int:
    """Let go of the lists of publications that nobody reads."""
    with transaction.atomic():
        locked(organization)
        return drop(no_longer_read(organization))


def _drop_headers(organization: Organization) -> int:
    """Delete the history of publications that is older than any delta that is answered."""
    before = clock() - timedelta(days=organization.tombstone_days) - 2 * timedelta(days=1)
    rows = Publication.objects.filter(
        feed__organization=organization, listed=False, superseded__lt=before
    )
    return rows.delete()[0]


def _drop_begun(organization: Organization) -> int:
    """Delete what is kept of lists that were begun so long ago that nobody reads on."""
    before = clock() - WRITES_READ
    return BegunList.objects.filter(feed__organization=organization, at__lt=before).delete()[0]


def _drop_writes(organization: Organization) -> int:
    """Delete what vendors wrote and had written anew long ago; what a record was at the moment
    since when lists go on stays.
    """
    before = milliseconds(clock() - WRITES_READ)
    old = Written.objects.filter(organization=organization, number__lt=before)
    anew = old.filter(
        collection=OuterRef("collection"),
        sourced_id=OuterRef("sourced_id"),
        record=OuterRef("record"),
        number__gt=OuterRef("number"),
    )
    return old.filter(Exists(anew)).delete()[0]


def _named(organization: Organization) -> list[Reference]:
    """Return the parts of all lists of an organization, those begun too, once each."""
    rows = Publication.objects.filter(feed__organization=organization, listed=True)
    found = {
        part[0]: part
        for lists in rows.values_list("lists", flat=True).iterator(100)
        for kept in lists.values()
        for parts in kept.values()
        for part in parts
    }
    begun = BegunList.objects.filter(feed__organization=organization)
    found |= {part[0]: part for parts in begun.values_list("parts", flat=True) for part in parts}
    return list(found.values())


def _listed(named: Sequence[Reference]) -> Numbers:
    """Return all documents that these parts list, in order."""
    found = np.empty(0, np.int64)
    for some in in_parts(named, 500):
        documents = [each.documents for each in fetch(some)]
        found = bulk.distinct(np.concatenate([found, *documents]))
    return found


def _written(organization: Organization) -> Numbers:
    """Return the documents of what vendors wrote, which no publication lists."""
    columns = ("shown_11", "stone_11", "shown_12", "stone_12")
    found = bulk.numbers(
        f"SELECT {', '.join(columns)} FROM {Written._meta.db_table} WHERE organization_id = %s",  # noqa: S608
        [organization.pk],
        len(columns),
    )
    return found.ravel()


def _delete_parts(organization: Organization, base: Base, named: Iterable[Reference]) -> int:
    kept = {part for part, _, _ in named}
    old = ListPart.objects.filter(organization=organization, made__lt=clock() - GRACE)
    stale = [part for part in old.values_list("pk", flat=True) if part not in kept]
    return _delete(organization, base, ListPart, stale)


def _delete_documents(organization: Organization, base: Base, listed: Numbers) -> int:
    """Delete documents that have been unlisted for long; note those that are unlisted now."""
    numbers, noted = bulk.numbers(
        "SELECT id, CASE WHEN unlisted_since IS NULL THEN 0 ELSE 1 END"  # noqa: S608
        f" FROM {Document._meta.db_table} WHERE organization_id = %s",
        [organization.pk],
        columns=2,
    )
    unlisted = ~np.isin(numbers, listed)
    _note(numbers[unlisted & (noted == 0)], clock())
    _note(numbers[~unlisted & (noted == 1)], None)
    old = Document.objects.filter(organization=organization, unlisted_since__lt=clock() - GRACE)
    return _delete(organization, base, Document, list(old.values_list("pk", flat=True)))


def _note(documents: Numbers, since: datetime | None) -> None:
    for some in in_parts(documents.tolist(), BATCH):
        chosen, values = bulk.among(some)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {Document._meta.db_table} SET unlisted_since = %s"  # noqa: S608
                f" WHERE id {chosen}",
                [connection.ops.adapt_datetimefield_value(since) if since else None, *values],
            )


def _delete(
    organization: Organization, base: Base, model: type[Model], stale: Sequence[int]
) -> int:
    """Delete rows that nothing names, as long as nothing was shown since that was looked up."""
    deleted = 0
    for some in in_parts(stale, BATCH):
        chosen, values = bulk.among(some)
        with transaction.atomic(), connection.cursor() as cursor:
            if locked(organization)._replace(swept=0) != base._replace(swept=0):
                break
            Organization.objects.filter(pk=organization.pk).update(swept=F("swept") + 1)
            if model is Document:
                cursor.execute(
                    f"DELETE FROM {Rendered._meta.db_table}"  # noqa: S608
                    f" WHERE organization_id = %s AND document {chosen}",
                    [organization.pk, *values],
                )
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id {chosen}", values)  # noqa: S608
            deleted += cursor.rowcount
    return deleted


def _delete_maps(organization: Organization) -> int:
    """Delete the maps that no publication was made with, but for the newest."""
    maps = StoredMap.objects.filter(organization=organization)
    listed = Publication.objects.filter(feed__organization=organization, listed=True)
    with transaction.atomic():
        locked(organization)
        newest = maps.aggregate(Max("revision"))["revision__max"] or 0
        organization.refresh_from_db(fields=["shown_map"])
        last = shown(organization)
        used = {*listed.values_list("map", flat=True)} | ({last.pk} if last else set())
        # With what an approved import holds, the next refresh is compared.
        approved = Import.objects.filter(organization=organization).exclude(approved_by="")
        stale = maps.filter(revision__lt=newest).exclude(pk__in=used - {None})
        stale = stale.exclude(
            revision__gt=last.revision if last else 0,
            revision__in=approved.filter(revision__isnull=False).values("revision"),
        )
        return stale.delete()[1].get("roster.StoredMap", 0)
