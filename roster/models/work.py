"""What was done and is being done: imports with their findings, refreshes, jobs, audit."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from roster.clock import clock


class Import(models.Model):
    """One bundle that came in. `counts` is per file:
    `{"users.csv": {"read": 9, "created": 9, "updated": 0, "unchanged": 0, "retired": 0}}`.

    `force` is why a delta may go back in time, `answer` what somebody said files are that could
    be bulk or delta. `files` is what the next import compares its own files with
    (`roster.importing.traces`), `release` the code that read them.

    `holds` are the reasons for which it was held, as `[{"code": …, "reason": …}]`, `difference`
    what it would have changed (`roster.importing.totals`). `numbers` are what of the data
    reaches no vendor, and why (`roster.checking.unreached`). `revision` is the organization's
    after it was applied, `approved_by` who approved it though there were reasons to hold it: so
    they also approved of the refresh that shows this revision.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        APPLIED = "applied"
        REFUSED = "refused"
        HELD = "held"
        DISCARDED = "discarded"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="imports"
    )
    name = models.CharField(max_length=255)
    checksum = models.CharField(max_length=64, blank=True)
    oneroster = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    counts = models.JSONField(default=dict)
    files = models.JSONField(default=dict, editable=False)
    release = models.CharField(max_length=32, blank=True, editable=False)
    strict = models.BooleanField(default=False)
    force = models.TextField(blank=True)
    answer = models.CharField(max_length=5, blank=True)
    holds = models.JSONField(default=list)
    difference = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict, blank=True)
    revision = models.PositiveBigIntegerField(null=True, blank=True, editable=False)
    approved_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    began = models.DateTimeField(default=clock)
    finished = models.DateTimeField(null=True, blank=True)

    tried: list[Finding] | None = None
    """What a dry run found, of which nothing is stored."""

    class Meta:
        ordering = ["-began", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(state="held"), name="import_held_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReadFile(models.Model):
    """Which lines of a file the import applied last has read (`roster.importing.remembering`).

    `reading` is a hash of how they were read, `moment` when their rows were stored, `content`
    hashes of lines and then the keys of their rows, as whole numbers of eight bytes.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    file = models.CharField(max_length=64)
    reading = models.CharField(max_length=32)
    moment = models.DateTimeField()
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "file"], name="file_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.file} as it was read"


class Finding(models.Model):
    """One thing a bundle got wrong: where, what it means, what was done about it.

    `occurrences` counts all of its code, file and column in the import; the first ones are
    kept with row and value, the rest only counted.
    """

    class Severity(models.TextChoices):
        ERROR = "error", "row left out"
        WARNING = "warning", "value left out"
        NOTICE = "notice", "taken as it is"

    of_import = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="findings")
    code = models.CharField(max_length=64)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    file = models.CharField(max_length=255)
    row = models.PositiveBigIntegerField(null=True, blank=True)
    column = models.CharField(max_length=255, blank=True)
    value = models.CharField(max_length=120, blank=True)
    sourced_id = models.CharField(max_length=255, blank=True)
    message = models.TextField()
    occurrences = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.file}:{self.row} {self.code}"


class Refresh(models.Model):
    """One rebuilding of an organization's cache, for all of its feeds.

    `numbers` are what of the data reaches no vendor, and why (`roster.checking.unreached`), `basis`
    the hash of what they were counted with. `of_import` is the import that was applied last.
    `holds` are the reasons for which it was held, as `[{"code": …, "reason": …, "feeds": [key]}]`,
    and `difference` what it would have changed (`roster.publishing.changed`); it becomes
    approved, discarded or superseded. `approved_by` is who let this one show such a difference.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PUBLISHED = "published"
        FAILED = "failed"
        CANCELLED = "cancelled"
        HELD = "held"
        APPROVED = "approved"
        DISCARDED = "discarded"
        SUPERSEDED = "superseded"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="refreshes"
    )
    number = models.PositiveBigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    percent = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=120, blank=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    numbers = models.JSONField(default=dict, blank=True)
    basis = models.CharField(max_length=32, blank=True, editable=False)
    of_import = models.ForeignKey(
        Import, on_delete=models.SET_NULL, null=True, blank=True, related_name="refreshes"
    )
    holds = models.JSONField(default=list, blank=True)
    difference = models.JSONField(default=dict, blank=True)
    approved_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    began = models.DateTimeField(default=clock)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state="running"),
                name="refresh_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(state="held"), name="refresh_held_once"
            ),
        ]

    def __str__(self) -> str:
        return f"refresh {self.number or '…'} of {self.organization_id}"


class Job(models.Model):
    """The truth about a piece of background work; a broker's message carries only its id.

    `key` names the work and its period (`refresh:riverside:2026-11-22`), so that asking
    twice does it once. Who works on it holds a lock (`roster.jobs.lanes`); a sweep sends what
    nobody works on, and not again before `send_again`.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="jobs"
    )
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=200, unique=True)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    percent = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    send_again = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    result = models.JSONField(default=dict, blank=True)
    reason = models.TextField(blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    due = models.DateTimeField(default=clock)
    created = models.DateTimeField(default=clock)
    finished = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due"], name="job_by_state")]

    def __str__(self) -> str:
        return self.key


class AuditEntry(models.Model):
    """One change that somebody made: who, when, what it was, what it became, why.

    Append-only: nothing in the product changes or deletes one.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="audit"
    )
    at = models.DateTimeField(default=clock)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    by_name = models.CharField(max_length=200)
    action = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, blank=True)
    object_id = models.CharField(max_length=1100, blank=True)
    old = models.JSONField(null=True, blank=True)
    new = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["organization", "at"], name="audit_by_time")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"
