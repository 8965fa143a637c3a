"""Withdraw now: what was tightened leaves every publication still read, within a minute.

Loosening waits for a refresh; a mark, a withheld field, a school no longer shared, a person
kept out does not. What: two walks, with and without what was confirmed, say what fell by it;
the published documents that tell of it, or name it, are replaced. At the head by a next
number with ordinary tombstones and new stamps; in older publications, which runs and pauses
still read, in place, so that no offset moves under a reader. Why not an ordinary refresh: it
would also publish what else has changed since, imports that nobody has looked at. It is safe
to run twice; while it is overdue the organization's API answers 503.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F, Q

from roster import compiling
from roster.clock import MILLISECOND, clock
from roster.dialects import people
from roster.dialects.composing import Doc, render, tombstone
from roster.dialects.facts import facts_in_place
from roster.kinds import COLLECTIONS
from roster.lines import next_stamp, runs_into_a_build, withdrawal_number
from roster.models import Enrollment, Line, Mark, Organization, Publication, Record, Refresh
from roster.pruning import Gone, Withdrawn, prune, subtract, targets
from roster.refusal import Refused
from roster.storing import Known, Writer, sweep_builds, sweep_withdrawals
from roster.visibility import Beginning, Rules, Walk, marks_of, touched

LEASE = timedelta(seconds=90)
PATIENCE = 60.0
BATCH = 1000
FEW = 20
"""Up to so many withdrawn records are looked for by name; for more, every document is read."""

DIRECT = {
    "school": "orgs",
    "org": "orgs",
    "enrollment": "enrollments",
    "demographics": "demographics",
    "line_item": "lineItems",
    "result": "results",
}
"""Kinds of which only the marks are taken as they are."""

FALLING = {
    "session": "academicSessions",
    "section": "classes",
    "person": "users",
    "grading_task": "categories",
}
"""Kinds whose notes in a walk are ids of documents that aren't told."""


class Moved(Exception):
    """Another publication was shown meanwhile; what was found must be found again."""


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
        line.organization = organization
        lease.renew()
        if lease.after_one_that_died:
            sweep_withdrawals(line, lease.renew)
        if fresh or line.applied != obeyed_by(line):
            _OfLine(line, lease).run()
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)
        lease.renew()
        marks = Mark.objects.filter(organization=organization, withdrawn=False)
        for start in range(0, len(fresh), BATCH):
            marks.filter(pk__in=fresh[start : start + BATCH]).update(withdrawn=True)
        current = Organization.objects.get(pk=organization.pk)
        lines = Line.objects.filter(organization=organization, head__gt=0)
        obeying = all(line.applied == obeyed_by(line) for line in lines.select_related())
        if obeying and not marks.exists() and current.field_policy == organization.field_policy:
            Organization.objects.filter(pk=organization.pk).update(withdrawal_due=None)


def obeyed_by(line: Line) -> dict[str, Any]:
    """Return what a line's documents must obey: its rules and the organization's policy."""
    return {"rules": line.rules, "policy": line.organization.field_policy}


class _OfLine:
    """One withdrawal on one line."""

    def __init__(self, line: Line, lease: Lease) -> None:
        self.line = line
        self.lease = lease
        self.version = line.version
        organization = line.organization
        applied = line.applied or obeyed_by(line)
        known = marks_of(organization, withdrawn=True)
        day = organization.today()
        old = Rules.of(applied["rules"], applied["policy"])
        new = Rules.of(line.rules, organization.field_policy)
        before = Beginning(organization, line.version, old, day, known)
        after = Beginning(organization, line.version, new, day)
        only = touched(before, after)
        self.before, self.after = Walk(before, only), Walk(after, only)
        for walk in (self.before, self.after):
            people.settle(walk)
        self.gone: Gone = set()
        self.dead: dict[str, set[str]] = defaultdict(set)
        self.users: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self.head: dict[str, list[tuple[Known, Doc | None]]] = defaultdict(list)
        self.older: list[tuple[str, str, int]] = []

    def run(self) -> None:
        self._find()
        for collection in compiling.collections_of(self.before):
            self._decide(collection)
        if any(self.head.values()):
            self._flip()
        for start in range(0, len(self.older), BATCH):
            _replace(self.older[start : start + BATCH], self.lease)
        Line.objects.filter(pk=self.line.pk).update(
            applied=obeyed_by(self.line), withdrawals=F("withdrawals") + 1
        )

    # What fell by the act.

    def _find(self) -> None:
        for kind, collection in FALLING.items():
            self.dead[collection] |= self.after.fell[kind].keys() - self.before.fell[kind].keys()
            # A marked record that has left the rows may still be read in a publication.
            self.dead[collection] |= self.after.marks[kind] - self.before.marks[kind]
        for kind, collection in DIRECT.items():
            self.dead[collection] |= self.after.marks[kind] - self.before.marks[kind]
        self.dead["orgs"] |= {
            org
            for org in self.before.places.orgs
            if self.before.places.sees(org) and not self.after.places.sees(org)
        }
        self.dead["courses"] |= {
            course
            for course in self.before.teaching.subjects
            if self.before.teaching.sees_course(course)
            and not self.after.teaching.sees_course(course)
        }
        moved = self._moved()
        self._find_users(moved)
        self._find_enrollments(moved)

    def _moved(self) -> set[str]:
        """Return whose places or relations are other than before."""
        moved: set[str] = set()
        for name in ("student_at", "staff_at", "guardian_of", "wards"):
            old, new = getattr(self.before.people, name), getattr(self.after.people, name)
            moved |= {user for user in old if old[user] != new.get(user)}
        # Guardians are shown where their children are.
        relations = self.before.people.guardian_of
        moved |= {guardian for child in moved for guardian in relations.get(child, ())}
        return moved | (self.before.people.teaches ^ self.after.people.teaches)

    def _find_users(self, moved: set[str]) -> None:
        told = compiling.tell_many(self.before, "users", moved)
        still = compiling.tell_many(self.after, "users", moved)
        for user, doc in told.items():
            if user not in still:
                self.dead["users"].add(user)
            elif doc.body != still[user].body:
                self.users[user] = (orjson.loads(doc.body), orjson.loads(still[user].body))

    def _find_enrollments(self, moved: set[str]) -> None:
        ordered = sorted(moved)
        for start in range(0, len(ordered), 500):
            rows = self.after.ledger.live(Enrollment).filter(user__in=ordered[start : start + 500])
            for row in rows.iterator(BATCH):
                if self.after.people.enrollment_cause(row) and not (
                    self.before.people.enrollment_cause(row)
                ):
                    self.dead["enrollments"].add(row.sourced_id)

    # Which documents tell of it.

    def _decide(self, collection: str) -> None:
        """Find the collection's documents that must change, and how."""
        singular = COLLECTIONS[collection].singular
        refers = targets(self.version, collection)
        whole = collection not in compiling.collections_of(self.after)
        off = self.after.rules.hidden(collection) - self.before.rules.hidden(collection)
        if collection == "demographics":
            self.dead[collection] |= {
                sourced_id for kind, sourced_id in self.gone if kind == "user"
            }
        self.gone |= {(singular, sourced_id) for sourced_id in self.dead[collection]}
        found: list[tuple[Any, bytes | None]] = []
        # Where documents name others of their own collection, the first round finds who falls.
        for _ in range(2 if singular in refers else 1):
            rows = self._rows(collection, self._looked_for(collection, refers, whole or bool(off)))
            found = list(self._changes(collection, rows, whole, off))
            fell = {row[1] for row, body in found if body is None}
            stayed = self._live_at_head(collection, fell) - {
                row[1] for row, body in found if body is None and self._is_at_head(row)
            }
            self.gone |= {(singular, sourced_id) for sourced_id in fell - stayed}
        for row, body in found:
            self._note(collection, row, body)

    def _looked_for(self, collection: str, refers: frozenset[str], every: bool) -> Q | None:
        """Return which of the collection's records may have to change; None: any of them."""
        named = [sourced_id for kind, sourced_id in self.gone if kind in refers]
        if every or len(named) > FEW:
            return None
        own = self.dead[collection] | (self.users.keys() if collection == "users" else set())
        wanted = Q(sourced_id__in=sorted(own))
        for sourced_id in named:
            wanted |= Q(document__contains=f'"sourcedId":{orjson.dumps(sourced_id).decode()}')
        return wanted if len(own) <= BATCH else None

    def _live_at_head(self, collection: str, ids: set[str]) -> set[str]:
        """Return those of them that stand at the head. A record that fell and doesn't is gone as
        well: perhaps by a withdrawal that died between the head and what is older.
        """
        head = self.line.head
        rows = Record.objects.filter(
            line=self.line, kind=collection, status="active", valid_from__lte=head
        ).filter(valid_to__gt=head)
        ordered = sorted(ids)
        live: set[str] = set()
        for start in range(0, len(ordered), BATCH):
            part = rows.filter(sourced_id__in=ordered[start : start + BATCH])
            live.update(part.values_list("sourced_id", flat=True))
        return live

    def _is_at_head(self, row: tuple[Any, ...]) -> bool:
        return bool(row[2] <= self.line.head < row[3])

    def _rows(self, collection: str, wanted: Q | None) -> Iterator[tuple[Any, ...]]:
        """Yield every version still stored, live ones only: pk, id, from, to, document, tags."""
        rows = Record.objects.filter(line=self.line, kind=collection, status="active")
        columns = ("pk", "sourced_id", "valid_from", "valid_to", "ordinal", "document", "added_in")
        told = rows.values_list(*columns, "role", "school", "klass", "person").order_by("pk")
        if wanted is not None:
            yield from told.filter(wanted)
            return
        last = 0
        while part := list(told.filter(pk__gt=last)[:BATCH]):
            yield from part
            last = part[-1][0]

    def _changes(
        self,
        collection: str,
        rows: Iterable[tuple[Any, ...]],
        whole: bool,
        off: frozenset[str],
    ) -> Iterator[tuple[tuple[Any, ...], bytes | None]]:
        for row in rows:
            sourced_id, text = row[1], row[5]
            document = orjson.loads(text)
            if document["status"] != "active":
                continue
            if whole or sourced_id in self.dead[collection]:
                yield row, None
            else:
                try:
                    if collection == "users" and sourced_id in self.users:
                        before, after = self.users[sourced_id]
                        subtract(document, before, after)
                    for name in off:
                        document.pop(name, None)
                    prune(self.version, collection, document, self.gone)
                except Withdrawn:
                    yield row, None
                    continue
                body = render(document)
                if body.decode() != text:
                    yield row, body

    def _note(self, collection: str, row: tuple[Any, ...], body: bytes | None) -> None:
        pk, sourced_id, _, _, ordinal, text, added_in, *tags = row
        last = orjson.loads(text)
        told = body or tombstone(self.version, collection, last)
        if self._is_at_head(row):
            doc = None
            if body is not None:
                if collection == "users":
                    tags[0] = people.role_words(orjson.loads(body))
                doc = Doc(sourced_id, body, *tags)
            self.head[collection].append(
                (Known(pk, sourced_id, "active", ordinal, "", added_in), doc)
            )
        # The row that ends now is read on by those who read an older publication.
        facts = facts_in_place(self.version, collection, orjson.loads(told), last)
        self.older.append((told.decode(), orjson.dumps(facts).decode(), pk))

    # Showing it.

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
        sweep_withdrawals(self.line, self.lease.renew)
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


def _replace(rows: list[tuple[str, str, int]], lease: Lease) -> None:
    """Replace documents and their facts where they stand; their digest matches nothing now."""
    facts = "%s::jsonb" if connection.vendor == "postgresql" else "%s"
    with transaction.atomic(), connection.cursor() as cursor:
        lease.renew()
        cursor.executemany(
            f"UPDATE roster_record SET document = %s, facts = {facts}, digest = ''"  # noqa: S608
            " WHERE id = %s",
            rows,
        )
