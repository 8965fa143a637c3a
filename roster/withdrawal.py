"""One number of one line under which documents are withdrawn: written beside, then shown.

What is read at the head gets a next version, which no reader's predicate shows until one small
transaction moves the head to it. Then the versions that ended by it, and those of publications
before, which runs and pauses go on reading, are replaced where they stand. So no offset moves
under a reader; of what is read at the head nothing is held in memory but keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import orjson
from django.db import connection, transaction

from roster import bulk, veils
from roster.clock import clock
from roster.dialects import people
from roster.dialects.composing import Doc, tombstone
from roster.dialects.facts import STAYING, facts_in_place, facts_of, facts_of_tombstone
from roster.lease import Lease, Moved
from roster.lines import next_stamp, runs_into_a_build, withdrawal_number
from roster.models import Line, Organization, Publication, Refresh, Status
from roster.parts import in_parts
from roster.stored import Change
from roster.storing import Known, Next, Writer
from roster.sweeping import sweep_builds
from roster.veils import Veil

BATCH = 1000

ACTIVE: str = Status.ACTIVE.value
RETIRED: str = Status.RETIRED.value


class Withdrawal:
    """Call `take` for collection after collection, then `show`.

    Where documents leave, those that others name go first. `veil` are the fields that nothing
    may remember; `hold` is called in each transaction that writes, and may raise.
    """

    def __init__(
        self, line: Line, lease: Lease, veil: Veil, hold: Callable[[], None] | None = None
    ) -> None:
        self.line = line
        self.lease = lease
        self.veil = veil
        self.hold = hold or lease.renew
        self.organization = line.organization
        self.organization.refresh_from_db(fields=["last_number"])
        self.number = withdrawal_number(self.organization.last_number)
        self.counts: dict[str, dict[str, int]] = {}
        self.ended: list[int] = []
        self.older: list[tuple[str, str, int]] = []

    def take(self, collection: str, changes: Iterable[Change]) -> None:
        """Write what a collection's versions become; nobody reads it yet."""
        at_head = self._at_head(collection, changes)
        first = next(at_head, None)
        if first is None:
            return
        if not self.counts and runs_into_a_build(self.line.head, self.number):
            self._give_up_builds()
        writer = Writer(self.line, collection, self.number, self.hold)
        self.counts[collection] = writer.apply(chain([first], at_head))

    def show(self) -> None:
        """Show what was written, and replace the versions that others go on reading.

        Raises Moved where another has moved the head meanwhile.
        """
        if self.counts:
            self._flip()
        # What names others comes before what it names: whoever does it again, as this one died,
        # finds by that what must be looked for.
        for pks in in_parts(self.ended[::-1], BATCH):
            self._end(pks)
        for rows in in_parts(self.older[::-1], BATCH):
            self._replace(rows)

    def _at_head(self, collection: str, changes: Iterable[Change]) -> Iterator[Next]:
        """Yield the next versions of what is read at the head, and note the older ones."""
        version = self.line.version
        for row, body in changes:
            last = orjson.loads(row.document)
            # What a tombstone belongs by would outlive the rewriting of what is live.
            veils.strip(last, self.veil.get(collection, ()))
            told = body or tombstone(version, collection, last)
            now = orjson.loads(told)
            if row.is_read_at(self.line.head):
                role = people.role_words(now) if body and collection == "users" else row.role
                known = Known(row.pk, row.sourced_id, ACTIVE, row.ordinal, "", row.added_in)
                doc = Doc(row.sourced_id, told, role, row.school, row.klass, row.person)
                if body:
                    facts = facts_of(version, collection, now)
                else:
                    facts = facts_of_tombstone(version, collection, now, last)
                self.ended.append(row.pk)
                yield Next(known, doc, ACTIVE if body else RETIRED, orjson.dumps(facts).decode())
            else:
                facts = facts_in_place(version, collection, now, last)
                self.older.append((told.decode(), orjson.dumps(facts).decode(), row.pk))

    def _flip(self) -> None:
        latest = Publication.objects.get(line=self.line, number=self.line.head)
        counts = {
            name: {**told, "added": 0, "changed": 0, "removed": 0, "expired": 0}
            for name, told in latest.counts.items()
        }
        with transaction.atomic():
            current = Organization.objects.select_for_update().get(pk=self.organization.pk)
            self.hold()
            line = Line.objects.filter(pk=self.line.pk, head=self.line.head)
            if current.last_number != self.organization.last_number or not line.update(
                head=self.number
            ):
                raise Moved
            Publication.objects.create(
                line=self.line,
                number=self.number,
                state=Publication.State.PUBLISHED,
                stamp=next_stamp(current),
                counts=counts | self.counts,
            )
            Organization.objects.filter(pk=current.pk).update(last_number=self.number)
        self.organization.last_number = self.number

    def _give_up_builds(self) -> None:
        """Push aside a build whose number this withdrawal would pass, and what it wrote."""
        running = Refresh.objects.filter(
            organization=self.organization, state=Refresh.State.RUNNING
        )
        # Of one that hasn't written anything yet the number isn't known.
        running = running.exclude(number__gt=self.number)
        if self.lease.build:
            # The one that began with this withdrawal will take its number after it.
            running = running.exclude(pk=self.lease.build.pk)
        running.update(
            state=Refresh.State.FAILED,
            reason="So much was withdrawn meanwhile that it has to begin anew.",
            finished=clock(),
            lease_until=None,
        )
        sweep_builds(self.line, self.hold, below=self.number)

    def _end(self, pks: Sequence[int]) -> None:
        """Give versions that ended what follows them; their digest matches nothing now."""
        chosen, values = bulk.among(pks)
        with transaction.atomic(), connection.cursor() as cursor:
            self.hold()
            cursor.execute(
                "UPDATE roster_record SET document = told.document, digest = '',"  # noqa: S608
                f" facts = {_facts_told()} FROM roster_record told"
                f" WHERE roster_record.id {chosen} AND told.line_id = roster_record.line_id"
                " AND told.kind = roster_record.kind"
                " AND told.sourced_id = roster_record.sourced_id AND told.valid_from = %s",
                [*values, self.number],
            )

    def _replace(self, rows: Sequence[tuple[str, str, int]]) -> None:
        """Replace documents and facts where they stand; their digest matches nothing now."""
        facts = "%s::jsonb" if connection.vendor == "postgresql" else "%s"
        with transaction.atomic(), connection.cursor() as cursor:
            self.hold()
            cursor.executemany(
                f"UPDATE roster_record SET document = %s, facts = {facts}, digest = ''"  # noqa: S608
                " WHERE id = %s",
                rows,
            )


def _facts_told() -> str:
    """Return SQL for the facts of a version that ended, by those of the next: `facts_in_place`."""
    if connection.vendor == "postgresql":
        kept = "told.facts || jsonb_strip_nulls(jsonb_build_object({}))"
        pair = "'{0}', roster_record.facts -> '{0}'"
    else:
        kept = "json_patch(told.facts, json_object({}))"
        pair = "'{0}', json_extract(roster_record.facts, '$.{0}')"
    cases = " ".join(
        f"WHEN told.kind = '{kind}' AND told.status <> roster_record.status THEN "
        + kept.format(", ".join(pair.format(key) for key in keys))
        for kind, keys in STAYING.items()
    )
    return f"CASE {cases} ELSE told.facts END"
