"""Withdraw now: what was tightened leaves every publication still read, within a minute.

Loosening waits for a refresh; a mark, a withheld field, a school no longer shared, a person
kept out does not. The published documents that tell of what fell by it (`falling.py`), or
name it, are replaced. At the head by a next
number with ordinary tombstones and new stamps; in older publications, which runs and pauses
still read, in place, so that no offset moves under a reader. Why not an ordinary refresh: it
would also publish what else has changed since, imports that nobody has looked at. It is safe
to run twice; while it is overdue the organization's API answers 503.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import orjson
from django.db import connection, transaction
from django.db.models import F

from roster.clock import MILLISECOND, clock
from roster.dialects import people
from roster.dialects.composing import Doc, tombstone
from roster.dialects.facts import facts_in_place
from roster.falling import Fall, Stored
from roster.lines import next_stamp, obeyed_by, runs_into_a_build, withdrawal_number
from roster.models import Line, Mark, Organization, Publication, Refresh
from roster.parts import in_parts
from roster.refusal import Refused
from roster.storing import Known, Writer, sweep_builds, sweep_withdrawals

LEASE = timedelta(seconds=90)
PATIENCE = 60.0
BATCH = 1000


class Moved(Exception):
    """Rows or publications are others meanwhile; what was found must be found again."""


def announce(organization: Organization) -> None:
    """Note, in the transaction of a tightening verb, that a withdrawal is due."""
    Organization.objects.filter(pk=organization.pk, withdrawal_due__isnull=True).update(
        withdrawal_due=clock()
    )


def withdraw(organization: Organization, *, build: Refresh | None = None) -> None:
    """Bring everything that is still read in step with what was confirmed.

    Returns when it is done, by this call or by another that was at it already. Refused when
    that other one takes longer than a minute. `build` is the refresh that begins with it.
    """
    deadline = time.monotonic() + PATIENCE
    while _is_due(organization):
        lease = Lease.taken(organization, build)
        if lease:
            with suppress(Moved), lease:
                _withdraw_all(organization, lease)
        elif time.monotonic() > deadline:
            raise Refused("Another withdrawal is still at work. Nothing is lost; look again soon.")
        else:
            time.sleep(0.1)


def _is_due(organization: Organization) -> bool:
    return Organization.objects.filter(pk=organization.pk, withdrawal_due__isnull=False).exists()


class Lease:
    """The right to withdraw, which one has at a time, and renews with all that it writes.

    `after_one_that_died` says that another began and didn't finish: its rows may lie about.
    """

    def __init__(
        self, organization: Organization, build: Refresh | None, until: datetime, *, died: bool
    ) -> None:
        self.organization = organization.pk
        self.build = build.pk if build else 0
        self.until = self.before = until
        self.after_one_that_died = died

    @classmethod
    def taken(cls, organization: Organization, build: Refresh | None) -> Lease | None:
        """Return the lease, if it was to be had."""
        now = clock()
        rows = Organization.objects.filter(pk=organization.pk)
        if rows.filter(withdrawing_until__isnull=True).update(withdrawing_until=now + LEASE):
            return cls(organization, build, now + LEASE, died=False)
        if rows.filter(withdrawing_until__lte=now).update(withdrawing_until=now + LEASE):
            return cls(organization, build, now + LEASE, died=True)
        return None

    def renew(self) -> None:
        """Hold it for longer; raises Moved where another has taken it meanwhile."""
        if not self._set(max(clock() + LEASE, self.until + MILLISECOND)):
            raise Moved

    def _set(self, until: datetime | None) -> bool:
        # What was renewed in a transaction that was rolled back stands as it did before.
        mine = Organization.objects.filter(
            pk=self.organization, withdrawing_until__in=(self.before, self.until)
        )
        held = bool(mine.update(withdrawing_until=until))
        if held and until:
            self.before, self.until = self.until, until
        return held

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        """Give it back; where the work broke off, as one that has run out."""
        self._set(None if error is None else clock())


def _withdraw_all(organization: Organization, lease: Lease) -> None:
    fresh = list(
        Mark.objects.filter(organization=organization, withdrawn=False).values_list("pk", flat=True)
    )
    organization = Organization.objects.get(pk=organization.pk)
    for line in Line.objects.filter(organization=organization, head__gt=0).order_by("pk"):
        line.organization = organization = Organization.objects.get(pk=organization.pk)
        lease.renew()
        if lease.after_one_that_died:
            sweep_withdrawals(line, lease.renew)
        if fresh or line.applied != obeyed_by(line):
            _OfLine(line, lease).run()
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)
        lease.renew()
        marks = Mark.objects.filter(organization=organization, withdrawn=False)
        for part in in_parts(fresh, BATCH):
            marks.filter(pk__in=part).update(withdrawn=True)
        current = Organization.objects.get(pk=organization.pk)
        lines = Line.objects.filter(organization=organization, head__gt=0)
        obeying = all(line.applied == obeyed_by(line) for line in lines.select_related())
        if obeying and not marks.exists() and current.field_policy == organization.field_policy:
            Organization.objects.filter(pk=organization.pk).update(withdrawal_due=None)


class _OfLine:
    """One withdrawal on one line."""

    def __init__(self, line: Line, lease: Lease) -> None:
        self.line = line
        self.lease = lease
        self.fall = Fall(line)
        if Organization.objects.get(pk=line.organization.pk).revision != line.organization.revision:
            # An import between the two walks would look like part of the act.
            raise Moved
        self.head: dict[str, list[tuple[Known, Doc | None]]] = defaultdict(list)
        self.older: list[tuple[str, str, int]] = []

    def run(self) -> None:
        for collection, (row, body) in self.fall.changes():
            self._note(collection, row, body)
        if self.head:
            self._flip()
        for part in in_parts(self.older, BATCH):
            _replace(part, self.lease)
        Line.objects.filter(pk=self.line.pk).update(
            applied=obeyed_by(self.line), withdrawals=F("withdrawals") + 1
        )

    def _note(self, collection: str, row: Stored, body: bytes | None) -> None:
        version = self.line.version
        last = orjson.loads(row.document)
        told = body or tombstone(version, collection, last)
        now = orjson.loads(told)
        if self.fall.is_at_head(row):
            role = people.role_words(now) if body and collection == "users" else row.role
            doc = Doc(row.sourced_id, body, role, *row[-3:]) if body else None
            known = Known(row.pk, row.sourced_id, "active", row.ordinal, "", row.added_in)
            self.head[collection].append((known, doc))
        # The row that ends now is read on by those who read an older publication.
        facts = facts_in_place(version, collection, now, last)
        self.older.append((told.decode(), orjson.dumps(facts).decode(), row.pk))

    def _flip(self) -> None:
        organization = self.line.organization
        organization.refresh_from_db(fields=["last_number"])
        number = withdrawal_number(organization.last_number)
        latest = Publication.objects.get(line=self.line, number=self.line.head)
        counts = {
            name: {**told, "added": 0, "changed": 0, "removed": 0, "expired": 0}
            for name, told in latest.counts.items()
        }
        if runs_into_a_build(self.line.head, number):
            self._give_up_builds()
        for collection, changes in self.head.items():
            writer = Writer(self.line, collection, number, self.lease.renew)
            counts[collection] = writer.apply(changes)
        with transaction.atomic():
            current = Organization.objects.select_for_update().get(pk=organization.pk)
            self.lease.renew()
            moved = Line.objects.filter(pk=self.line.pk, head=self.line.head).update(head=number)
            if not moved or current.last_number != organization.last_number:
                raise Moved
            Publication.objects.create(
                line=self.line,
                number=number,
                state=Publication.State.PUBLISHED,
                stamp=next_stamp(current),
                counts=counts,
            )
            Organization.objects.filter(pk=organization.pk).update(last_number=number)
        organization.last_number = number

    def _give_up_builds(self) -> None:
        """Push aside a build whose number this withdrawal would pass, and what it wrote."""
        running = Refresh.objects.filter(
            organization=self.line.organization, state=Refresh.State.RUNNING
        )
        # The one that began with this withdrawal hasn't written anything yet.
        running.exclude(pk=self.lease.build).update(
            state=Refresh.State.FAILED,
            reason="So much was withdrawn meanwhile that it has to begin anew.",
            finished=clock(),
            lease_until=None,
        )
        sweep_builds(self.line, self.lease.renew)


def _replace(rows: Sequence[tuple[str, str, int]], lease: Lease) -> None:
    """Replace documents and their facts where they stand; their digest matches nothing now."""
    facts = "%s::jsonb" if connection.vendor == "postgresql" else "%s"
    with transaction.atomic(), connection.cursor() as cursor:
        lease.renew()
        cursor.executemany(
            f"UPDATE roster_record SET document = %s, facts = {facts}, digest = ''"  # noqa: S608
            " WHERE id = %s",
            rows,
        )
