"""The OneRoster cache: lines, their numbered publications, and the records in them.

A line is what connections with equal rules read. A record row says from which number on it
is read and until which; the newest number that readers are shown is the line's `head`. So a
build writes rows that no reader's predicate shows, and showing them is one small update.
Stamps belong to publications: a record stores the number that changed it, and the time is
that publication's, set when it became visible. Weighed and left: a copy of all rows per
build (ten times the writing), a swap of tables (no history, no deltas).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from roster.clock import clock
from roster.models.fields import BytewiseField, ReferenceField, SourcedIdField

OPEN = 2**62
"""`valid_to` of a record that nothing has superseded yet."""


class Line(models.Model):
    """One reading of an organization: a version, sharing rules, and a history of its own.

    `pinned` is the oldest number that a paused connection goes on reading, if one does.
    `applied` is what its documents obey, `{"rules": …, "policy": […]}`: rules differ from it
    between a change of sharing and the withdrawal and build that follow. `withdrawal_due` is
    since when its documents don't obey something that was confirmed. `veil` is what is taken out
    of them as they are read (`roster/veils.py`). `unread_since` is set while no connection reads
    it: it isn't built any more, and dropped after a day.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="lines"
    )
    version = models.CharField(max_length=3)
    rules = models.JSONField()
    rules_digest = models.CharField(max_length=64)
    applied = models.JSONField(default=dict, blank=True)
    head = models.PositiveBigIntegerField(default=0)
    revision = models.BigIntegerField(default=-1)
    published_on = models.DateField(null=True, blank=True)
    unread_since = models.DateTimeField(null=True, blank=True)
    pinned = models.PositiveBigIntegerField(null=True, blank=True)
    withdrawals = models.PositiveBigIntegerField(default=0)
    withdrawal_due = models.DateTimeField(null=True, blank=True)
    veil = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(version__in=["1.1", "1.2"]), name="line_version_known"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "version", "rules_digest"], name="line_by_rules")
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.rules_digest[:8]} at {self.head}"

    def oldest_read(self) -> int:
        """Return the oldest number that anybody may still be reading on purpose."""
        return self.head if self.pinned is None else self.pinned


class Publication(models.Model):
    """One finished (or begun) build of a line. `counts` is per collection:
    `{"users": {"records": 9, "tombstones": 1, "added": 9, "changed": 0, "removed": 1}}`.
    """

    class State(models.TextChoices):
        BUILDING = "building"
        PUBLISHED = "published"

    line = models.ForeignKey(
        Line, on_delete=models.CASCADE, db_index=False, related_name="publications"
    )
    number = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.BUILDING)
    stamp = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    began = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "number"], name="publication_numbered_once"),
            models.CheckConstraint(
                condition=Q(state="building", stamp__isnull=True)
                | Q(state="published", stamp__isnull=False),
                name="publication_stamped_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}/{self.number}"


class Record(models.Model):
    """One version of one document of a line, as its readers get it but for base URL and stamp.

    `ordinal` is its position: dense from 0 among the live records of its line and kind, and
    dense on its own among the tombstones. `role` is the role or type that subsets and common
    filters ask for, space-separated where there are several; `school`, `klass` and `person`
    are what nested lists go by. `added_in` is the number since which it has been live without
    a break (of a tombstone: had been).
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, db_index=False, related_name="+")
    kind = BytewiseField(max_length=32)
    ordinal = models.PositiveIntegerField()
    valid_from = models.PositiveBigIntegerField()
    valid_to = models.PositiveBigIntegerField(default=OPEN)
    changed_in = models.PositiveBigIntegerField()
    added_in = models.PositiveBigIntegerField()
    sourced_id = SourcedIdField()
    status = models.CharField(max_length=12, default="active")
    role = models.CharField(max_length=255, blank=True)
    school = ReferenceField()
    klass = ReferenceField()
    person = ReferenceField()
    digest = models.CharField(max_length=32)
    document = models.TextField()
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "kind", "sourced_id", "valid_from"], name="record_version_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="record_valid_for_a_while"
            ),
        ]
        indexes = [
            models.Index(
                fields=["line", "kind", "status", "ordinal", "valid_from"], name="record_by_ordinal"
            ),
            models.Index(fields=["line", "kind", "changed_in"], name="record_by_change"),
            # Few have ended; builds take back and purge by these alone.
            models.Index(
                fields=["line", "valid_to"], condition=Q(valid_to__lt=OPEN), name="record_ended"
            ),
            models.Index(
                fields=["line", "kind", "school"], condition=~Q(school=""), name="record_by_school"
            ),
            models.Index(
                fields=["line", "kind", "klass"], condition=~Q(klass=""), name="record_by_class"
            ),
            models.Index(
                fields=["line", "kind", "person"], condition=~Q(person=""), name="record_by_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sourced_id}"
