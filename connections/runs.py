"""Runs: which publication a vendor reads, from the first request of a sync to the last.

A run is pinned to what was published when it began, so plain `limit` and `offset` are enough
to read a district whole while refreshes land. It is one row, to which the connection points:
the authentication's one query brings it along, two requests that begin one at once are settled
by one conditional update, and a page costs no writing. Written are its beginning, once per list
that it has been advanced, and with the request log's batches when it was last heard of.
Weighed and left: cursors in the `Link` (vendors count offsets themselves) and a pin per token
(many take a token per request).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import connection as database
from django.db import transaction

from connections.models import Connection, Reading, Request
from roster.api.operations import OPERATIONS
from roster.api.reader import Reader
from roster.clock import clock
from roster.models import Organization
from roster.veils import Veil

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=24)

BEFORE = timedelta(minutes=5)
AFTER = timedelta(minutes=20)
"""How far a reading's span reaches before its first and after its last request: a vendor's
clock may be five minutes wrong, and fifteen may pass until the vendor calls its reading done."""

MOST_LISTS = 1000
"""So many lists are remembered as advanced; beyond, asking one again begins no run."""

TRIES = 3


@dataclass(frozen=True, slots=True)
class Pin:
    """The reading that a connection points to, as the database has it."""

    id: int
    line: int | None
    number: int
    withdrawals: int
    began: datetime
    last: datetime
    lists: list[str]
    veil: Veil = field(default_factory=dict)

    def holds(self, key: str | None, offset: int) -> bool:
        """Return whether a request now, for the list of that key, is part of this run."""
        now = clock()
        if self.line is None or now - self.last >= IDLE or now - self.began >= LONGEST:
            return False
        return key is None or offset > 0 or mark(key) not in self.lists

    def move(self, reader: Reader) -> Reader:
        """Return the reader at the publication of this run."""
        return replace(
            reader,
            line=self.line,
            number=self.number,
            withdrawals=self.withdrawals,
            veil=self.veil,
            run=ConnectionRun(reader.connection, self),
        )


@dataclass(frozen=True, slots=True)
class ConnectionRun:
    """The run of a connection's reader (`roster.api.reader.Run`); `pin` is None without one."""

    connection: int
    pin: Pin | None

    @property
    def id(self) -> int | None:
        return self.pin.id if self.pin else None

    def enter(self, reader: Reader, key: str | None, offset: int) -> Reader:
        """Return the reader at its run's publication, or at the head of a run that begins."""
        pin = self.pin
        if pin is not None and pin.holds(key, offset):
            return pin.move(reader)
        for _ in range(TRIES):
            if not reader.number:
                break
            before = pin.id if pin else None
            begun = begin(reader, before)
            if begun is not None:
                return begun.move(reader)
            # Another request was quicker, or a verb moved the connection.
            reader, pin = _again(reader)
            if pin is not None and pin.id != before and pin.holds(None, 0):
                return pin.move(reader)
        return replace(reader, run=ConnectionRun(self.connection, None))

    def gave(self, key: str, offset: int, count: int, total: int) -> None:
        """Remember, once, that a later page of a list was given, or everything."""
        pin = self.pin
        if pin is None or (offset == 0 and count < total):
            return
        told = mark(key)
        if told not in pin.lists and len(pin.lists) < MOST_LISTS:
            _advance(pin.id, told)

    def oldest_read(self, moment: datetime) -> int | None:
        """Return the oldest number read by the readings whose span holds `moment`."""
        try:
            begun, still = moment + BEFORE, moment - AFTER
            earliest = still - LONGEST - IDLE
        except OverflowError:  # The year 1 or 9999: no reading was then.
            return None
        # A run is over after 24 hours, so those before `earliest` needn't be looked at.
        return (
            Reading.objects.filter(
                connection=self.connection,
                began__range=(earliest, begun),
                last__gte=still,
            )
            .order_by("number")
            .values_list("number", flat=True)
            .first()
        )


def mark(key: str) -> str:
    """Return the short word by which a list is remembered: its filter may name a child."""
    return blake2b(key.encode("utf-8", "replace"), digest_size=6).hexdigest()


def begin(reader: Reader, before: int | None) -> Pin | None:
    """Begin a run where the reader stands; None if the connection has moved on meanwhile.

    `before` is the reading that the connection was seen to point to.
    """
    now = clock()
    with transaction.atomic():
        reading = Reading.objects.create(
            connection_id=reader.connection,
            line_id=reader.line,
            number=reader.number,
            began=now,
            last=now,
        )
        seen = Connection.objects.filter(pk=reader.connection, reading=before, line=reader.line)
        if not seen.update(reading=reading):
            transaction.set_rollback(True)
            return None
    return Pin(
        reading.pk, reader.line, reader.number, reader.withdrawals, now, now, [], reader.veil
    )


def _again(reader: Reader) -> tuple[Reader, Pin | None]:
    """Return the reader, and the reading it points to, as its connection stands now."""
    found = Connection.objects.select_related("line", "reading__line").get(pk=reader.connection)
    line, reading = found.line, found.reading
    pin = None
    if reading is not None:
        read = reading.line
        pin = Pin(
            reading.pk,
            reading.line_id,
            reading.number,
            read.withdrawals if read else 0,
            reading.began,
            reading.last,
            reading.lists,
            read.veil if read else {},
        )
    head = replace(
        reader,
        line=found.line_id,
        number=found.number,
        since=found.since,
        withdrawals=line.withdrawals if line else 0,
        veil=line.veil if line else {},
    )
    return head, pin


def _advance(reading: int, told: str) -> None:
    """Add a mark to a reading, in one statement, so that requests side by side lose none."""
    if database.vendor == "postgresql":
        sql = "SET lists = lists || %s::jsonb WHERE id = %s AND NOT lists @> %s::jsonb"
        values: list[int | str] = [json.dumps([told]), reading, json.dumps([told])]
    else:
        sql = "SET lists = json_insert(lists, '$[#]', %s) WHERE id = %s AND instr(lists, %s) = 0"
        values = [told, reading, told]
    with database.cursor() as cursor:
        cursor.execute(f"UPDATE {Reading._meta.db_table} {sql}", values)


def last_read(connection: Connection, collection: str) -> datetime | None:
    """Return when the vendor last got a list of that collection, as far as the log goes back."""
    return (
        Request.objects.filter(connection=connection, endpoint__in=lists_of(collection), status=200)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )


def lists_of(collection: str) -> list[str]:
    """Return the paths of the lists that show who reads a collection, as the log has them.

    Its subsets count: who reads `students` reads users. Nested lists don't: they show a part.
    """
    return [
        operation.path
        for operation in OPERATIONS
        if operation.many and not operation.parents and operation.collection == collection
    ]


def prune() -> int:
    """Delete the readings that are older than their district's tombstones; return how many."""
    pruned = 0
    for days in Organization.objects.values_list("tombstone_days", flat=True).distinct():
        before = clock() - max(timedelta(days=days), 2 * LONGEST)
        old = Reading.objects.filter(connection__organization__tombstone_days=days)
        pruned += old.filter(last__lt=before).delete()[1].get("connections.Reading", 0)
    return pruned
