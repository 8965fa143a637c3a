"""What vendors tried to write and couldn't, for the district to see: who, which field, why.

Kept without what was sent, one for each record and field, a bounded number for each connection.
A write that was changed meanwhile (412) is between the vendor's own programs, and not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Max

from roster.clock import clock, moment_of
from roster.grading.refusals import Invalid, NotYours, Unwritten
from roster.grading.writer import Writer
from roster.models import Klass, LineItem, Organization, RefusedWrite, Written
from roster.models.fields import LONGEST_ID

MOST = 500
"""Kept of a connection; the oldest go first."""


class RefusedRecord(NamedTuple):
    """A refused write, the class that it was for, and when its record was written since, if so."""

    row: RefusedWrite
    klass: Klass | None
    written: datetime | None


def refused_of(
    organization: Organization, klass: Klass | None = None, part: slice = slice(None)
) -> list[RefusedRecord]:
    """Return what was refused, of one class if so asked, the last first."""
    rows = list(_rows(organization, klass)[part])
    classes = Klass.objects.in_bulk({row.klass for row in rows if row.klass})
    written = Written.objects.filter(
        organization=organization, sourced_id__in={row.sourced_id for row in rows}
    )
    lasts = {
        (each["collection"], each["sourced_id"], each["vendor"]): moment_of(each["at"])
        for each in written.values("collection", "sourced_id", "vendor").annotate(at=Max("number"))
    }
    found = []
    for row in rows:
        at = lasts.get((row.collection, row.sourced_id, row.vendor))
        found.append(
            RefusedRecord(row, classes.get(row.klass), at if at and at > row.last else None)
        )
    return found


def number_refused(organization: Organization, klass: Klass | None = None) -> int:
    return _rows(organization, klass).count()


def _rows(organization: Organization, klass: Klass | None) -> Any:
    rows = RefusedWrite.objects.filter(organization=organization)
    return rows.filter(klass=klass.pk) if klass else rows


@contextmanager
def noted(
    writer: Writer,
    collection: str,
    sourced_id: str,
    body: Any = None,
    fixed: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Note a refusal inside `with`, which goes on to the vendor.

    `fixed` are columns that the path gives, as for a post.
    """
    try:
        yield
    except (Invalid, NotYours, Unwritten) as refusal:
        field = refusal.field[:80] if isinstance(refusal, Invalid) else ""
        words = refusal.why if isinstance(refusal, Invalid) else str(refusal)
        columns = {
            "vendor": writer.vendor,
            "klass": _class_of(writer, collection, sourced_id, body, fixed or {}),
            "named": named_in(body, field),
            "words": words[:300],
            "last": clock(),
        }
        _, made = RefusedWrite.objects.update_or_create(
            organization_id=writer.organization,
            connection=writer.connection,
            collection=collection,
            sourced_id=_id(sourced_id),
            field=field,
            defaults={**columns, "occurrences": F("occurrences") + 1},
            create_defaults=columns,
        )
        if made:
            rows = RefusedWrite.objects.filter(connection=writer.connection)
            beyond = list(rows.values_list("pk", flat=True)[MOST:])
            RefusedWrite.objects.filter(pk__in=beyond).delete()
        raise


def _class_of(
    writer: Writer, collection: str, sourced_id: str, body: Any, fixed: Mapping[str, str]
) -> int:
    """Return the key of the class that a record is of, as far as it can be told; else 0."""
    named = fixed.get("klass") or named_in(body, "class")
    item = fixed.get("line_item") or named_in(body, "lineItem")
    if not named and not item:
        return _written_for(writer, collection, _id(sourced_id))
    if not named:
        if key := _written_for(writer, "lineItems", item):
            return key
        items = LineItem.objects.filter(organization=writer.organization, sourced_id=item)
        named = items.values_list("klass", flat=True).first() or ""
    classes = Klass.objects.filter(organization=writer.organization, sourced_id=named)
    return classes.values_list("pk", flat=True).first() or 0


def _written_for(writer: Writer, collection: str, sourced_id: str) -> int:
    rows = Written.objects.filter(
        organization=writer.organization, collection=collection, sourced_id=sourced_id
    )
    return rows.order_by("-number").values_list("klass", flat=True).first() or 0


def named_in(body: Any, field: str) -> str:
    """Return the sourcedId in a reference of a body; blank where there is none."""
    value = body.get(field) if isinstance(body, dict) else None
    return _id(value.get("sourcedId") if isinstance(value, dict) else None)


def _id(value: Any) -> str:
    """Return what can be kept as a sourcedId; else blank."""
    if not isinstance(value, str) or len(value) > LONGEST_ID or not value.isprintable():
        return ""
    return value
