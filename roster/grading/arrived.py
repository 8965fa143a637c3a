"""What vendors wrote into the classes of an organization, for the district's own eyes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from roster.clock import moment_of
from roster.models import Klass, Organization, Status, Written


class Arrived(NamedTuple):
    """A class into which vendors wrote: how many records, and when the last one came."""

    sourced_id: str
    title: str
    records: int
    last: datetime


def classes_of(organization: Organization) -> list[Arrived]:
    """Return the classes into which vendors wrote, the one written last first."""
    rows = Written.objects.filter(organization=organization, klass__gt=0).values("klass")
    found = {
        row["klass"]: row
        for row in rows.annotate(records=Count("record", distinct=True), last=Max("number"))
    }
    classes = Klass.objects.filter(organization=organization, pk__in=found)
    arrived = [
        Arrived(
            each.sourced_id,
            each.title,
            found[each.pk]["records"],
            moment_of(found[each.pk]["last"]),
        )
        for each in classes
    ]
    return sorted(arrived, key=lambda each: each.last, reverse=True)


class Record(NamedTuple):
    """A record as it stands now, and its results if it is a line item."""

    row: Written
    at: datetime
    results: list[Record]

    @property
    def is_gone(self) -> bool:
        return self.row.status == Status.RETIRED

    @property
    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = self.row.values
        return found


def of_class(organization: Organization, klass: Klass) -> list[Record]:
    """Return the line items of vendors' results, the newest first.

    Results on the district's own line items come last, each by itself.
    """
    rows = Written.objects.filter(organization=organization, klass=klass.pk)
    every = [Record(row, moment_of(row.number), []) for row in newest(rows)]
    items = {each.row.record: each for each in every if each.row.collection == "lineItems"}
    alone: list[Record] = []
    for each in every:
        if each.row.collection != "results":
            continue
        item = items.get(each.row.item)
        (item.results if item else alone).append(each)
    return [*sorted(items.values(), key=lambda each: each.at, reverse=True), *alone]


def newest(rows: QuerySet[Written]) -> list[Written]:
    """Return the newest write of each record, in the order in which they came."""
    return list({row.record: row for row in rows.order_by("number")}.values())


def between(organization: Organization, after: int, upto: int) -> QuerySet[Written]:
    """Return what was written after one number and up to another, each record as it was then."""
    rows = Written.objects.filter(organization=organization, number__gt=after, number__lte=upto)
    newer = Written.objects.filter(
        organization=organization,
        collection=OuterRef("collection"),
        sourced_id=OuterRef("sourced_id"),
        number__gt=OuterRef("number"),
        number__lte=upto,
    )
    return rows.exclude(Exists(newer)).order_by("number")
