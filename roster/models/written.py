"""What vendors wrote into the gradebook: one row for each write, never changed.

It stands beside the rows of bundles and belongs to the vendor, whichever of its connections wrote
it. Why a log: the newest row of a record says what it is now, so a write is one insert whatever
the number of readers. Weighed and left: writing into the tables of bundles (each write would be a
change of the roster that asks for a refresh).
"""

from __future__ import annotations

from datetime import date

from django.db import models

from roster.clock import clock, milliseconds
from roster.models.fields import BytewiseField, JsonField, SourcedIdField
from roster.models.row import Status


class Gradebook(models.Model):
    """The last write of an organization; its row is the lock under which writes are numbered."""

    organization = models.OneToOneField(
        "roster.Organization", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"gradebook of {self.organization_id}"


class GradingWindow(models.Model):
    """The days on which vendors may write into a grading period, both included.

    `session` is the period's sourcedId; a date that isn't set is open, and so is a period without
    a window.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="windows"
    )
    session = SourcedIdField()
    opens = models.DateField(null=True, blank=True)
    closes = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "session"], name="grading_window_once"),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True)
                | models.Q(closes__isnull=True)
                | models.Q(opens__lte=models.F("closes")),
                name="grading_window_opens_first",
            ),
        ]

    def __str__(self) -> str:
        return self.session

    def shut(self, today: date) -> str:
        """Return why nothing is written into the period today; blank where it is open."""
        if self.opens and today < self.opens:
            return f"the grading window of “{self.session}” opens on {self.opens}."
        if self.closes and today > self.closes:
            return f"the grading window of “{self.session}” closed after {self.closes}."
        return ""


class Written(models.Model):
    """One write. `number` is its moment in milliseconds, one after the other in an organization.

    `record` is the key of what was written, negative, the same in each of its writes. `vendor` is
    the partner whose it is, `connection` the one that wrote; `born` is the number of the record's
    first write. `klass` and `person` are keys of rows; `category` and `item` are those of rows, or,
    negative, records that were written; 0: none. `values` are the columns of the row that a bundle
    would have brought, `shown` and `stone` by version the documents that are read, the record's and
    its tombstone's.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    number = models.PositiveBigIntegerField()
    collection = BytewiseField(max_length=32)
    sourced_id = SourcedIdField()
    record = models.BigIntegerField()
    born = models.PositiveBigIntegerField()
    vendor = models.BigIntegerField()
    connection = models.BigIntegerField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    klass = models.BigIntegerField(default=0)
    person = models.BigIntegerField(default=0)
    category = models.BigIntegerField(default=0)
    item = models.BigIntegerField(default=0)
    values = JsonField(default=dict)
    shown_11 = models.BigIntegerField(default=0)
    stone_11 = models.BigIntegerField(default=0)
    shown_12 = models.BigIntegerField(default=0)
    stone_12 = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="write_numbered_in_organization"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "collection", "sourced_id", "number"],
                name="written_by_id",
            ),
            models.Index(fields=["organization", "klass"], name="written_by_class"),
        ]

    def __str__(self) -> str:
        return f"{self.collection} {self.sourced_id}"


class RefusedWrite(models.Model):
    """A write that was refused, for the district to see: the last one of a record and field.

    `field` is the one at fault, blank where the record itself can't be written, `named` the
    sourcedId that it had if it is a reference. Nothing else that was sent is kept. `klass` is the
    key of the class that it was for, 0 where none is known.
    """

    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        db_index=False,
        related_name="refused_writes",
    )
    vendor = models.BigIntegerField()
    connection = models.BigIntegerField()
    collection = BytewiseField(max_length=32)
    sourced_id = SourcedIdField(blank=True)
    klass = models.BigIntegerField(default=0)
    field = models.CharField(max_length=80, blank=True)
    named = SourcedIdField(blank=True)
    words = models.CharField(max_length=300)
    occurrences = models.PositiveIntegerField(default=1)
    last = models.DateTimeField(default=clock)

    class Meta:
        ordering = ["-last", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "connection", "collection", "sourced_id", "field"],
                name="refused_write_once",
            )
        ]
        indexes = [models.Index(fields=["connection", "last"], name="refused_write_by_time")]

    def __str__(self) -> str:
        return f"{self.collection} {self.sourced_id}"


class ReachQuerySet(models.QuerySet["Reach"]):
    def outdate(self, organization: int) -> int:
        """Note the moment from which on what an organization's readers see may be another."""
        current = self.filter(feed__organization=organization, outdated=0)
        return current.update(outdated=milliseconds(clock()))


class Reach(models.Model):
    """What a feed's reader may see written records of, and since when (`roster/written/`).

    As it was found at a publication, its revision and the organization's acts; `outdated` is when
    the first of these changed since, in milliseconds. `parts` says how `content` is divided.
    """

    feed = models.OneToOneField(
        "roster.Feed", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    publication = models.BigIntegerField()
    revision = models.PositiveIntegerField()
    acts = models.PositiveBigIntegerField()
    outdated = models.PositiveBigIntegerField(default=0)
    parts = models.JSONField(default=list)
    content = models.BinaryField()

    objects = ReachQuerySet.as_manager()

    def __str__(self) -> str:
        return f"reach of feed {self.feed_id}"


class BegunList(models.Model):
    """A gradebook list as it was when its first page was asked: its later pages are taken from it.

    `program` is the mark of the token, `key` that of the list, `stand` the publication, its
    revision and the organization's acts: where these have moved, documents are taken anew. `at` is
    when it was begun, `last` when, to the minute, a page of it was last asked. `content` are the
    `entries` of a narrowed list. Of a whole one there are none: it is made of the `parts` of what
    was published, and behind these of records that vendors wrote, as of the write `upto`: of the
    first `known` of the log, which end with `newest`, those whose bit is set; all where there are
    none.
    """

    feed = models.ForeignKey("roster.Feed", on_delete=models.CASCADE, related_name="+")
    program = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    stand = models.CharField(max_length=80)
    at = models.DateTimeField()
    last = models.DateTimeField(default=clock)
    parts = JsonField(default=list)
    entries = models.PositiveIntegerField()
    content = models.BinaryField()
    upto = models.PositiveBigIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    newest = models.BigIntegerField(default=0)
    bits = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "program", "key"], name="list_begun_once")
        ]

    def __str__(self) -> str:
        return f"list of feed {self.feed_id}"


class PostedRecord(models.Model):
    """A record that a connection posted, by the digest of its body: for a day."""

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    connection = models.BigIntegerField()
    digest = models.CharField(max_length=32)
    allocated = SourcedIdField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["connection", "digest"], name="posted_record_by_digest"),
        ]

    def __str__(self) -> str:
        return self.allocated
