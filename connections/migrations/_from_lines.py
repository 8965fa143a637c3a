"""Turns lines into feeds: what each connection reads today, as documents and lists.

A line was a copy of all documents, shared by connections of equal rules; a feed is one
connection's. Each record of what a connection reads keeps its stamp, which is now the
publication's number in milliseconds, so that a vendor's next delta tells what it would have told.
"""

import json
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from typing import NamedTuple

import numpy as np
from django.db.models import Max
from isal import isal_zlib

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

BATCH = 1000
PART = 16_384

MODELS = {
    "orgs": "Org",
    "academicSessions": "AcademicSession",
    "courses": "Course",
    "classes": "Klass",
    "users": "User",
    "enrollments": "Enrollment",
    "demographics": "Demographics",
    "resources": "Resource",
    "categories": "Category",
    "scoreScales": "ScoreScale",
    "lineItems": "LineItem",
    "results": "Result",
    "assessmentLineItems": "AssessmentLineItem",
    "assessmentResults": "AssessmentResult",
}

OFF_NOW = ("userMasterIdentifier", "userProfiles", "pronouns")
"""Fields of users that connections had without a tick, and have with one only from now on."""

IN_PROGRESS, LONGEST = timedelta(minutes=15), timedelta(hours=24)

UNFINISHED = (
    "Something is still being withdrawn from what vendors of %s read. Start the version before "
    "this one, wait until it has finished, and upgrade then."
)


class Entries(NamedTuple):
    """A list of one collection; `changed_in` is the old number of each stamp."""

    records: list
    documents: list
    stamps: list
    changed_in: list

    def after(self, since):
        """Return the entries that changed after an old number."""
        kept = [at for at, number in enumerate(self.changed_in) if number > since]
        return Entries(*([column[at] for at in kept] for column in self))


def milliseconds(moment):
    return (moment - EPOCH) // MILLISECOND


def clock():
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Conversion:
    def __init__(self, apps, database):
        self.database = database
        self.now = clock()
        self.roster = lambda name: apps.get_model("roster", name).objects.using(database)
        self.keys = lambda name: apps.get_model("connections", name).objects.using(database)
        self.model = lambda name: apps.get_model("roster", name)
        self.run = apps.get_model("connections", "Run")
        newest = self.keys("Reading").aggregate(newest=Max("last"))["newest"]
        self.stopped = newest - IN_PROGRESS if newest else self.now

    def was_interrupted(self, reading):
        """Return whether a run was in progress when the service was last stopped."""
        return reading.last > self.stopped and self.now - reading.began < LONGEST

    def convert(self):
        for organization in self.roster("Organization").order_by("pk"):
            self._refuse_unfinished(organization)
            Tenant(self, organization).convert()

    def _refuse_unfinished(self, organization):
        open_ones = self.keys("Connection").filter(organization=organization).exclude(
            status="closed"
        )
        if (
            organization.withdrawal_due
            or open_ones.filter(reline_due__isnull=False).exists()
            or open_ones.filter(line__withdrawal_due__isnull=False).exists()
        ):
            raise RuntimeError(UNFINISHED % organization.slug)


class Tenant:
    """One organization: its connections, and the lines that they read."""

    def __init__(self, conversion, organization):
        self.all = conversion
        self.organization = organization
        self.stamps = {}
        self.lists = {}
        self.number = 0

    def convert(self):
        connections = list(
            self.all.keys("Connection")
            .filter(organization=self.organization)
            .select_related("line")
            .order_by("line", "pk")
        )
        published = self.all.roster("LinePublication").filter(
            line__organization=self.organization, state="published"
        )
        for line, number, stamp in published.values_list("line", "number", "stamp"):
            self.stamps.setdefault(line, {})[number] = milliseconds(stamp)
        known = (number for line in self.stamps.values() for number in line.values())
        # Numbers were counted; from now on each is the moment at which it was shown.
        self.number = max(milliseconds(self.all.now), max(known, default=0) + 1)
        for _, group in groupby(connections, key=lambda each: each.line_id):
            for connection in group:
                self._convert(connection)
            self.lists = {}
        self.organization.last_number = self.number if self.stamps else 0
        self.organization.save(update_fields=["last_number"])

    def _convert(self, connection):
        line = connection.line
        if connection.status == "closed" or line is None:
            self._keep_runs(connection)
            return
        feed = self.all.roster("Feed").create(
            organization=self.organization,
            version=line.version,
            rules=line.rules,
            state=self._state(connection),
        )
        connection.feed = feed
        connection.save(update_fields=["feed"])
        number = line.head if connection.held_at is None else connection.held_at
        if number and feed.state != "off":
            feed.publication = self._publication(connection, feed, number)
            feed.save(update_fields=["publication"])
        self._keep_runs(connection)

    def _state(self, connection):
        """Disabled ones that nobody ever read begin with their first enabling."""
        if connection.status == "active":
            return "following"
        never = connection.last_seen is None and not connection.readings.exists()
        return "off" if connection.status == "disabled" and never else "held"

    def _publication(self, connection, feed, number):
        """Return what the connection reads, behind the headers of what it read before."""
        line, stamps = connection.line, self.stamps.get(connection.line_id, {})
        # What was withdrawn from a pause kept its stamp, so it was never told: all of it is anew.
        anew = number < line.head and line.withdrawals > 0
        last = self.number if anew else stamps.get(number, self.number)
        earlier = sorted(ms for of, ms in stamps.items() if of <= number and ms < last)
        day = line.published_on or self.all.now.date()
        make = self.all.model("Publication")
        self.all.roster("Publication").bulk_create(
            [
                make(
                    feed=feed,
                    number=ms,
                    day=(EPOCH + ms * MILLISECOND).date(),
                    rules=line.rules,
                    listed=False,
                    superseded=EPOCH + after * MILLISECOND,
                )
                for ms, after in zip(earlier, [*earlier[1:], last], strict=True)
            ],
            batch_size=BATCH,
        )
        lists, counts = self._lists(connection, number, last if anew else None)
        return self.all.roster("Publication").create(
            feed=feed,
            number=last,
            day=day,
            rules=line.rules,
            lists=lists,
            counts=counts,
            cut=self._cut(line),
        )

    def _cut(self, line):
        """Return the fields that are taken out as documents are read: those under a veil, and
        those that go by a tick only from now on."""
        cut = {name: dict.fromkeys(fields, self.number) for name, fields in line.veil.items()}
        shares = line.rules.get("shares", ())
        off = [field for field in OFF_NOW if f"users.{field}" not in shares]
        if line.version == "1.2" and off:
            cut["users"] = dict.fromkeys(off, self.number) | cut.get("users", {})
        return cut

    def _lists(self, connection, number, anew):
        """Return the lists of a connection by collection, and how many records they have."""
        lists, counts = {}, {}
        for collection in MODELS:
            live, tombstones = self._entries(connection.line, collection, number)
            told = tombstones.after(connection.since)
            held = {
                "live": self._parts((number, collection, "live", anew), live, anew),
                "tombstones": self._parts(
                    (number, collection, connection.since, anew), told, anew
                ),
            }
            if live.records or told.records:
                lists[collection] = {name: parts for name, parts in held.items() if parts}
                counts[collection] = {
                    "records": len(live.records),
                    "tombstones": len(told.records),
                    "added": 0,
                    "changed": 0,
                    "removed": 0,
                }
        return lists, counts

    def _parts(self, key, entries, anew):
        """Return the references to the parts of a list, which connections of a line share."""
        if key not in self.lists:
            stamps = [anew] * len(entries.records) if anew else entries.stamps
            columns = np.array([entries.records, entries.documents, stamps], np.int64)
            starts = range(0, columns.shape[1], PART)
            make = self.all.model("ListPart")
            made = self.all.roster("ListPart").bulk_create(
                [
                    make(
                        organization=self.organization,
                        entries=columns[:, start : start + PART].shape[1],
                        content=encoded(columns[:, start : start + PART]),
                    )
                    for start in starts
                ]
            )
            self.lists[key] = [[part.pk, part.entries, 0] for part in made]
        return self.lists[key]

    def _entries(self, line, collection, number):
        """Return what a line has of a collection at an old number: live records, tombstones."""
        key = (number, collection)
        if key in self.lists:
            return self.lists[key]
        found = {True: Entries([], [], [], []), False: Entries([], [], [], [])}
        stamps = self.stamps.get(line.pk, {})
        newest = stamps.get(number, self.number)
        for rows in self._batches(line, collection, number):
            records = self._records(collection, [row.sourced_id for row in rows])
            documents = self._documents(line.version, collection, rows, records)
            for row, document in zip(rows, documents, strict=True):
                entries = found[row.status == "active"]
                entries.records.append(records[row.sourced_id])
                entries.documents.append(document)
                entries.stamps.append(stamps.get(row.changed_in, newest))
                entries.changed_in.append(row.changed_in)
        self.lists[key] = found[True], found[False]
        return self.lists[key]

    def _batches(self, line, collection, number):
        """Yield the records of a line at a number, in order of their sourcedIds."""
        rows = self.all.roster("Record").filter(
            line=line, kind=collection, valid_from__lte=number, valid_to__gt=number
        )
        last = ""
        while batch := list(rows.filter(sourced_id__gt=last).order_by("sourced_id")[:BATCH]):
            for row in batch:
                if row.status == "active" and '"status":"tobedeleted"' in row.document:
                    # A pause kept the place of what was withdrawn from it; the document says so.
                    row.status = json.loads(row.document)["status"]
            yield batch
            last = batch[-1].sourced_id

    def _records(self, collection, sourced_ids):
        """Return the keys of rows by sourcedId; of one that is gone, a negative one of its own."""
        rows = self.all.roster(MODELS[collection]).filter(
            organization=self.organization, sourced_id__in=sourced_ids
        )
        there = dict(rows.values_list("sourced_id", "pk"))
        return {each: there.get(each) or self._gone(each) for each in sourced_ids}

    def _gone(self, sourced_id):
        name = f"{self.organization.pk}\0{sourced_id}".encode()
        return -1 - int.from_bytes(blake2b(name, digest_size=7).digest())

    def _documents(self, version, collection, rows, records):
        """Return the keys of documents, in the order of the rows; those new are stored."""
        wanted = [(records[row.sourced_id], digest_of(row)) for row in rows]
        stored = self.all.roster("Document").filter(
            version=version, collection=collection, record__in=records.values()
        )
        known = {(record, digest): pk for pk, record, digest in stored.values_list(
            "pk", "record", "digest"
        )}
        make = self.all.model("Document")
        new = {
            key: make(
                organization=self.organization,
                version=version,
                collection=collection,
                record=key[0],
                digest=key[1],
                sourced_id=row.sourced_id,
                status=row.status,
                role=row.role,
                school=row.school,
                klass=row.klass,
                person=row.person,
                body=row.document,
                facts=row.facts,
            )
            for key, row in zip(wanted, rows, strict=True)
            if key not in known
        }
        for key, made in zip(
            new, self.all.roster("Document").bulk_create(new.values()), strict=True
        ):
            known[key] = made.pk
        return [known[key] for key in wanted]

    def _keep_runs(self, connection):
        """Keep the readings as runs: their numbers, by which deltas are widened.

        One in progress as the service was stopped may go on, in lists that have another order
        now: its next delta tells everything.
        """
        before, runs = 0, []
        for reading in connection.readings.order_by("began", "pk"):
            interrupted = self.all.was_interrupted(reading)
            stamps = self.stamps.get(reading.line_id or connection.line_id, {})
            read = [ms for number, ms in stamps.items() if number <= reading.number]
            runs.append(
                self.all.run(
                    connection=connection,
                    number=0 if interrupted else max(read, default=0),
                    after=before,
                    began=reading.began,
                    last=max(reading.last, self.all.now) if interrupted else reading.last,
                    tokens=[],
                    lists={},
                )
            )
            before = -len(runs)
        self.all.keys("Run").bulk_create(runs, batch_size=BATCH)


def encoded(columns):
    """Return the content of a list's part: differences of its numbers, compressed."""
    differences = np.diff(columns, axis=1, prepend=np.int64(0))
    return isal_zlib.compress(differences.astype("<i8").tobytes(), 1)


def digest_of(row):
    """Return the digest of a document: of its bytes, and what is known of it beyond them."""
    parts = [row.role, row.school, row.klass, row.person]
    if row.status != "active":
        parts += [f"{key}={row.facts[key]}" for key in sorted(row.facts) if key.startswith("@")]
    return blake2b(f"{row.document}\0{chr(0).join(parts)}".encode(), digest_size=16).hexdigest()


def convert(apps, schema_editor):
    """Give each connection its feed, its publication and its runs."""
    Conversion(apps, schema_editor.connection.alias).convert()
    if schema_editor.connection.vendor == "postgresql":
        # Tables with checks still to be made can't be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")
