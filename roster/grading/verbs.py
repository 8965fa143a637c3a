"""Writing: put, delete and post of one vendor's records, each whole or not at all.

A record is the vendor's within the organization, whichever of its connections writes. Writes of
an organization are numbered one after the other under the lock of its gradebook, in the order in
which they become readable.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction

from roster import reading
from roster.database import bulk, prepared
from roster.dialects.composing import Doc, Unpublishable, parse
from roster.dialects.fields import V11
from roster.grading.accepting import Body, Values
from roster.grading.completing import completed
from roster.grading.posts import Posted, known_posts, remember
from roster.grading.referring import Found, References, look_up, period_in
from roster.grading.refusals import Invalid, NotYours, Stale, Unwritten
from roster.grading.refused import noted
from roster.grading.rendering import documents, shelve
from roster.grading.windows import rules_of
from roster.grading.writer import Writer
from roster.models import Status, Written
from roster.written import numbering, reach_of

Matches = Callable[[bytes], bool]
"""Whether a client's condition holds of a record's document."""


@dataclass
class Entry:
    """One record to be written: its row, its documents, and the row that it replaces.

    One that is `tied` replaces that very row, or nothing is written; one that is `posted` has an
    id of ours. `category` is one that is made with it, for a line item that names none.
    """

    row: Written
    documents: dict[str, Doc]
    before: Before | None
    tied: bool = False
    posted: bool = False
    category: Entry | None = None
    overlooked: list[str] = field(default_factory=list)

    @property
    def creates(self) -> bool:
        return self.before is None or self.before.status != Status.ACTIVE


def put(
    writer: Writer, collection: str, sourced_id: str, body: Any, matches: Matches | None = None
) -> Entry:
    """Create or replace a record of the vendor's; the entry says which.

    `matches` is the client's condition on what stands there. Raises a `Refusal`.
    """
    with noted(writer, collection, sourced_id, body):
        there = _there(writer, collection, sourced_id)
        _require(there, collection, sourced_id, matches)
        entry = _Checked(there.writer, collection).entry(sourced_id, body, there.before)
        entry.tied = matches is not None
        with transaction.atomic():
            if entry.category:
                _write(writer.organization, [entry.category])
                entry.row.category = entry.category.row.record
            _write(writer.organization, [entry])
    return entry


def delete(
    writer: Writer, collection: str, sourced_id: str, matches: Matches | None = None
) -> None:
    """Delete a record of the vendor's. Raises a `Refusal`."""
    with noted(writer, collection, sourced_id):
        _delete(writer, collection, sourced_id, matches)


def _delete(writer: Writer, collection: str, sourced_id: str, matches: Matches | None) -> None:
    there = _there(writer, collection, sourced_id)
    writer, before, current = there
    if before is None or before.vendor != writer.vendor:
        if current is None and before is None:
            raise Unwritten(f"There is no such record “{sourced_id}” here.")
        raise NotYours(_NOT_YOURS)
    if current is None:
        raise Unwritten(f"There is no such record “{sourced_id}” here.")
    _require(there, collection, sourced_id, matches)
    closed = rules_of(writer.organization).shut
    if closed and (words := closed.get(_period(writer, before))):
        raise Invalid("gradingPeriod", words)
    row = Written.objects.get(pk=before.pk)
    row.pk, row.status, row.connection = None, Status.RETIRED, writer.connection
    with transaction.atomic():
        _write(writer.organization, [Entry(row, {}, before, matches is not None)])


def post(
    writer: Writer, collection: str, bodies: Sequence[Any], envelope: str, fixed: dict[str, str]
) -> list[Posted]:
    """Create records under ids of our own, all or none; return the ids in their order.

    `fixed` are columns that the path gives. What the connection posted before, within a day, by
    the same ids and with the same bodies, isn't written again.
    """
    known = known_posts(writer, collection, bodies, fixed)
    entries, pairs, checked = [], [], _Checked(writer, collection)
    look_up(writer, bodies, checked.found)
    for at, body in enumerate(bodies):
        where, sent = f"{envelope}[{at}].", body.get("sourcedId") if isinstance(body, dict) else ""
        with noted(writer, collection, sent or "", body, fixed):
            supplied = Body(writer.version, collection, "UTC", where).sourced_id(body)
            if (allocated := known[at].allocated) is None:
                allocated = secrets.token_hex(16)
                entry = checked.entry(allocated, body, None, where, fixed)
                entry.posted = True
                entries.append(entry)
        pairs.append(Posted(supplied, allocated))
    with transaction.atomic():
        _write(writer.organization, entries)
        remember(writer, collection, known, pairs)
    return pairs


_NOT_YOURS = (
    "This record belongs to the district or to another vendor; only who wrote a record may "
    "change or delete it."
)


class Before(NamedTuple):
    """The last write of a record, as far as the next one asks for it."""

    pk: int
    number: int
    record: int
    born: int
    vendor: int
    klass: int
    person: int
    status: str
    collection: str
    sourced_id: str


LAST = (
    "SELECT id, number, record, born, vendor, klass, person, status, collection, sourced_id"  # noqa: S608
    f" FROM {Written._meta.db_table} WHERE organization_id = %s AND collection = %s"
    " AND sourced_id = %s ORDER BY number DESC LIMIT 1"
)


def _last(organization: int, collection: str, sourced_id: str) -> Before | None:
    with prepared.cursor() as cursor:
        cursor.execute(LAST, [organization, collection, sourced_id])
        row = cursor.fetchone()
    return Before(*row) if row else None


class There(NamedTuple):
    """What is there of an id: its last write, and what its writer reads of it since."""

    writer: Writer
    before: Before | None
    current: tuple[int, bytes] | None


def _there(writer: Writer, collection: str, sourced_id: str) -> There:
    # In this order: what can be read was written before, and others write meanwhile.
    current = reading.found(writer, collection, sourced_id)
    before = _last(writer.organization, collection, sourced_id)
    if before is not None and before.number > writer.written:
        writer = writer.as_of(before.number)
        current = reading.found(writer, collection, sourced_id)
    return There(writer, before, current)


def _period(writer: Writer, before: Before) -> str:
    """Return the grading period of a record that is there, as its line item has it now."""
    if before.collection not in ("lineItems", "results"):
        return ""
    item = before.sourced_id
    if before.collection == "results":
        item = Written.objects.values_list("values", flat=True).get(pk=before.pk)["line_item"]
    found = reading.found(writer, "lineItems", item)
    return period_in(parse(found[1])) if found else ""


def _require(there: There, collection: str, sourced_id: str, matches: Matches | None) -> None:
    """Refuse what isn't the vendor's, what it can't see, and what has changed meanwhile."""
    writer, before, current = there
    if before is not None and before.vendor != writer.vendor:
        raise NotYours(_NOT_YOURS)
    if before is None and current is not None:
        raise NotYours(_NOT_YOURS)
    if before is not None and before.status == Status.ACTIVE and current is None:
        raise NotYours("This record's class or student is not shared with this connection.")
    if matches is not None and not _is_met(writer, collection, sourced_id, matches):
        raise Stale("The record is not as If-Match says; read it again.")


def _is_met(writer: Writer, collection: str, sourced_id: str, matches: Matches) -> bool:
    text = reading.single(writer, collection, sourced_id, None)
    return text is not None and matches(text)


class _Checked:
    """Entries for one request of a collection; what is asked for one isn't asked for the next."""

    def __init__(self, writer: Writer, collection: str) -> None:
        self.writer = writer
        self.collection = collection
        self.zone, self.closed = rules_of(writer.organization)
        self.reach = reach_of(writer)
        self.found: Found = {}

    def entry(
        self,
        sourced_id: str,
        body: Any,
        before: Before | None,
        where: str = "",
        fixed: dict[str, str] | None = None,
    ) -> Entry:
        """Return what is written of a body, read, completed and checked."""
        writer, collection = self.writer, self.collection
        reader = Body(writer.version, collection, self.zone, where)
        own = reader.sourced_id(body)
        if not fixed and own not in ("", sourced_id):
            raise reader.invalid("sourcedId", "must be that of the address.")
        values = reader.values(body, fixed or {})
        completed(writer, collection, values, self.zone)
        category = self._category(values)
        to = References(writer, self.reach, reader, self.found).of(collection, values)
        if self.closed:
            for period in (to.period, _period(writer, before) if before else ""):
                if words := self.closed.get(period):
                    raise reader.invalid("gradingPeriod", words)
        try:
            docs = documents(collection, sourced_id, values, to, writer.version)
        except Unpublishable as lacking:
            raise reader.invalid(str(lacking), "is required.") from lacking
        row = Written(
            organization_id=writer.organization,
            collection=collection,
            sourced_id=sourced_id,
            vendor=writer.vendor,
            connection=writer.connection,
            klass=to.klass,
            person=to.person,
            category=to.category,
            item=to.item,
            values=values,
        )
        return Entry(row, docs, before, category=category, overlooked=reader.overlooked)

    def _category(self, values: Values) -> Entry | None:
        """Name the vendor's own category where 1.1 lets one out; return it if it isn't there yet.

        Version 1.2 has no line item without one, so it must be named there.
        """
        writer = self.writer
        if self.collection != "lineItems" or writer.version != V11 or "category" in values:
            return None
        name = values["category"] = f"uncategorized-{writer.vendor}"
        if reading.found(writer, "categories", name):
            return None
        made = _Checked(writer, "categories")
        self.found["categories", name] = 0, b'{"status":"active"}'
        return made.entry(
            name, {"title": "Uncategorized"}, _last(writer.organization, "categories", name)
        )


def _write(organization: int, entries: Sequence[Entry]) -> None:
    """Number and keep writes of one collection, in a transaction that nobody else's comes between.

    What it asks and keeps, it asks and keeps of all entries at once.
    """
    if not entries:
        return
    number = numbering.take(organization, len(entries))
    _require_last(organization, entries)
    fresh = [entry.row for entry in entries if not entry.row.born]
    keys = bulk.reserve(Written, len(fresh)) if fresh else []
    for row, key in zip(fresh, keys, strict=True):
        row.record = -key
    for at, entry in enumerate(entries):
        entry.row.number = number + at
        entry.row.born = entry.row.born or entry.row.number
    shelve([(entry.row, entry.documents) for entry in entries])
    Written.objects.bulk_create([entry.row for entry in entries])


def _require_last(organization: int, entries: Sequence[Entry]) -> None:
    """Refuse a write that the last one forbids; else it is one more of the same record.

    Nobody comes between any more. A vendor that writes one id twice at once: the last one wins
    whole, and whose it is stands. What is posted has an id that nobody else knows.
    """
    for entry in entries:
        row, before = entry.row, entry.before
        last = None if entry.posted else _last(organization, row.collection, row.sourced_id)
        if last is None:
            continue
        if last.vendor != row.vendor:
            raise NotYours(_NOT_YOURS)
        if entry.tied and (before is None or last.pk != before.pk):
            raise Stale("The record was changed at the same moment; read it again.")
        # Who doesn't see the other class or student would never hear that the record has gone.
        if last.klass != row.klass:
            raise Invalid("class", "can't be changed; write a new record.")
        if last.person != row.person:
            raise Invalid("student", "can't be changed; write a new record.")
        row.record, row.born = last.record, last.born
