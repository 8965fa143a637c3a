"""Writes one collection of a build beside what is published, touching only what differs.

The rows of number n carry `valid_from` n, and superseded ones end at n; no reader's
predicate shows either before the line's head is n. Live records keep dense positions
(`ordinal`): a hole is taken by a new record, then by the last ones, whose stamps stay.
Tombstones have positions of their own by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from roster import bulk
from roster.compiling import Slice
from roster.dialects.composing import Doc, tombstone
from roster.dialects.facts import facts_of, facts_of_tombstone
from roster.models import OPEN, Line, Record, Status
from roster.parts import in_parts

BATCH = 1000

COLUMNS = (
    "line_id",
    "kind",
    "ordinal",
    "valid_from",
    "valid_to",
    "changed_in",
    "added_in",
    "sourced_id",
    "status",
    "role",
    "school",
    "klass",
    "person",
    "digest",
    "document",
    "facts",
)

ACTIVE: str = Status.ACTIVE.value
RETIRED: str = Status.RETIRED.value


class Known(NamedTuple):
    """A record as it stands at the head."""

    pk: int
    sourced_id: str
    status: str
    ordinal: int
    digest: str
    added_in: int


class Next(NamedTuple):
    """What takes a known record's place: another document, or a tombstone; facts as JSON."""

    known: Known
    doc: Doc
    status: str
    facts: str


@dataclass
class Positions:
    """The ordinals of one status: how many there are, and which became free in this build."""

    size: int
    free: list[int] = field(default_factory=list)

    def take(self) -> int:
        if self.free:
            return self.free.pop()
        self.size += 1
        return self.size - 1


class Writer:
    """One collection of one build of a line.

    `hold` is called in each transaction that writes; it raises where the build is another's now.
    """

    def __init__(
        self, line: Line, collection: str, number: int, hold: Callable[[], None] = lambda: None
    ) -> None:
        self.line = line
        self.collection = collection
        self.number = number
        self.hold = hold
        self.records = Record.objects.filter(line=line, kind=collection)
        self.at_head = self.records.filter(valid_from__lte=line.head, valid_to__gt=line.head)
        self.positions = {status: Positions(self._size(status)) for status in (ACTIVE, RETIRED)}
        self.counts = {"added": 0, "changed": 0, "removed": 0, "expired": 0}
        self.returned: set[int] = set()
        self.ended: list[int] = []
        self.rows: list[tuple[Any, ...]] = []

    def _size(self, status: str) -> int:
        last = self.at_head.filter(status=status).order_by("-ordinal").values_list("ordinal")[:1]
        return last[0][0] + 1 if last else 0

    def write(self, slices: Iterable[Slice], *, expired: int = 0) -> dict[str, int]:
        """Store the difference; return records, tombstones, added, changed, removed, expired.

        Tombstones of publications up to the number `expired` have been kept long enough.
        """
        last = ""
        for part in slices:
            known = self._known(last, part.upto)
            for doc in part.docs:
                self._meet(doc, known.pop(doc.sourced_id, None))
            self._retire([row for row in known.values() if row.status == ACTIVE])
            last = part.upto or last
        self._expire(expired)
        return self._finish()

    def apply(self, changes: Iterable[Next]) -> dict[str, int]:
        """Store single changes at the head; return counts as `write` does."""
        for known, doc, status, facts in changes:
            if status == ACTIVE:
                self.counts["changed"] += 1
                self.ended.append(known.pk)
                ordinal = known.ordinal
            else:
                self.counts["removed"] += 1
                self._end(known)
                ordinal = self.positions[RETIRED].take()
            self._put(doc, doc.digest(), status, ordinal, known.added_in, facts)
        return self._finish()

    def _finish(self) -> dict[str, int]:
        self._flush()
        for status, positions in self.positions.items():
            self._close_holes(status, positions)
        return {
            "records": self.positions[ACTIVE].size,
            "tombstones": self.positions[RETIRED].size,
            **self.counts,
        }

    def _known(self, last: str, upto: str | None) -> dict[str, Known]:
        if self.line.head == 0:
            return {}
        rows = self.at_head.filter(sourced_id__gt=last)
        if upto is not None:
            rows = rows.filter(sourced_id__lte=upto)
        return {row[1]: Known._make(row) for row in rows.values_list(*Known._fields)}

    def _meet(self, doc: Doc, known: Known | None) -> None:
        digest = doc.digest()
        if known is None:
            self.counts["added"] += 1
            self._add(doc, digest, ACTIVE, self.positions[ACTIVE].take())
        elif known.status == RETIRED:
            self.counts["added"] += 1
            self.returned.add(known.pk)
            self._end(known)
            self._add(doc, digest, ACTIVE, self.positions[ACTIVE].take())
        elif known.digest != digest:
            self.counts["changed"] += 1
            self.ended.append(known.pk)
            self._add(doc, digest, ACTIVE, known.ordinal, known.added_in)

    def _retire(self, gone: list[Known]) -> None:
        """Put a tombstone in the place of each record that is live no more."""
        for some in in_parts(gone, BATCH):
            part = {row.pk: row for row in some}
            columns = ("pk", "document", "role", "school", "klass", "person")
            found = self.records.filter(pk__in=part).order_by("sourced_id")
            for pk, document, *tags in found.values_list(*columns):
                known = part[pk]
                last = orjson.loads(document)
                body = tombstone(self.line.version, self.collection, last)
                self._end(known)
                self.counts["removed"] += 1
                doc = Doc(known.sourced_id, body, *tags)
                position = self.positions[RETIRED].take()
                self._add(doc, doc.digest(), RETIRED, position, known.added_in, last)

    def _expire(self, number: int) -> None:
        old = self.at_head.filter(status=RETIRED, changed_in__lte=number)
        # One that returned in this build has ended already; it can't end twice.
        for row in old.filter(valid_to__gt=self.number).values_list(*Known._fields):
            if row[0] not in self.returned:
                self._end(Known._make(row))
                self.counts["expired"] += 1

    def _end(self, known: Known) -> None:
        self.ended.append(known.pk)
        self.positions[known.status].free.append(known.ordinal)

    def _add(
        self,
        doc: Doc,
        digest: str,
        status: str,
        ordinal: int,
        added_in: int | None = None,
        last: dict[str, Any] | None = None,
    ) -> None:
        facts = self._facts(doc, last)
        added_in = self.number if added_in is None else added_in
        self._put(doc, digest, status, ordinal, added_in, facts)

    def _put(
        self, doc: Doc, digest: str, status: str, ordinal: int, added_in: int, facts: str
    ) -> None:
        self.rows.append(
            (
                self.line.pk,
                self.collection,
                ordinal,
                self.number,
                OPEN,
                self.number,
                added_in,
                doc.sourced_id,
                status,
                doc.role,
                doc.school,
                doc.klass,
                doc.person,
                digest,
                doc.body.decode(),
                facts,
            )
        )
        if len(self.rows) >= BATCH:
            self._flush()

    def _facts(self, doc: Doc, last: dict[str, Any] | None) -> str:
        """Return what a document is asked by; `last` is what a tombstone said before."""
        document, version = orjson.loads(doc.body), self.line.version
        if last is None:
            facts = facts_of(version, self.collection, document)
        else:
            facts = facts_of_tombstone(version, self.collection, document, last)
        return orjson.dumps(facts).decode()

    def _flush(self) -> None:
        """Write a batch: short, so that on SQLite nobody waits long for the write lock."""
        if not self.ended and not self.rows:
            return
        with transaction.atomic():
            self.hold()
            for part in in_parts(self.ended, BATCH):
                self._end_rows(part)
            bulk.insert(Record, COLUMNS, self.rows)
        self.ended, self.rows = [], []

    def _close_holes(self, status: str, positions: Positions) -> None:
        """Move the last records into the positions that are still free."""
        size = positions.size - len(positions.free)
        holes = sorted(ordinal for ordinal in positions.free if ordinal < size)
        pending = self.records.filter(
            status=status, valid_from__lte=self.number, valid_to__gt=self.number
        )
        for part in in_parts(holes, BATCH):
            # What was moved has left the tail, so each round finds the rest of it.
            tail = pending.filter(ordinal__gte=size).order_by("ordinal")[: len(part)]
            own: list[tuple[int, int]] = []
            moves: list[tuple[int, int]] = []
            for (pk, since), hole in zip(tail.values_list("pk", "valid_from"), part, strict=True):
                (own if since == self.number else moves).append((pk, hole))
            with transaction.atomic():
                self.hold()
                for pk, hole in own:
                    Record.objects.filter(pk=pk).update(ordinal=hole)
                self._move(moves)
        positions.size = size

    def _move(self, moves: list[tuple[int, int]]) -> None:
        """Begin versions of these records at other positions, with nothing else changed."""
        if not moves:
            return
        quote = connection.ops.quote_name
        told = {"ordinal": "move.ordinal", "valid_from": "%s"}
        names = ", ".join(map(quote, COLUMNS))
        values = ", ".join(told.get(name, f"roster_record.{quote(name)}") for name in COLUMNS)
        pairs = ", ".join(f"({pk}, {ordinal})" for pk, ordinal in moves)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH move(id, ordinal) AS (VALUES {pairs})"  # noqa: S608 - numbers of our own.
                f" INSERT INTO roster_record ({names})"
                f" SELECT {values} FROM roster_record JOIN move ON move.id = roster_record.id",
                [self.number],
            )
        self._end_rows([pk for pk, _ in moves])

    def _end_rows(self, pks: Sequence[int]) -> None:
        """Have these versions end here; what a withdrawal has ended meanwhile ended before."""
        ended = self.records.filter(pk__in=pks, valid_to__gt=self.number)
        ended.update(valid_to=self.number)
