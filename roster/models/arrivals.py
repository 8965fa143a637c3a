"""Bundles that came in, the sources that they are fetched from, and where grades are delivered."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from roster.clock import clock
from roster.models.fields import one_of


class Endpoint(models.Model):
    """A folder or server outside, who signs in there, and when it is visited.

    `address` holds no credentials; `secret` is encrypted. `host_key` is the public key that the
    SFTP server must have. `worker` is who visits it, or did so last.
    """

    class Kind(models.TextChoices):
        FOLDER = "folder", "watched folder"
        SFTP = "sftp", "SFTP"
        HTTPS = "https", "HTTPS"

    class Credential(models.TextChoices):
        NONE = "none", "none"
        PASSWORD = "password", "password"
        PRIVATE_KEY = "private key", "private key"
        TOKEN = "token", "bearer token"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="%(class)ss"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    address = models.CharField(max_length=1000)
    user = models.CharField(max_length=200, blank=True)
    credential = models.CharField(
        max_length=12, choices=Credential.choices, default=Credential.NONE
    )
    secret = models.TextField(blank=True, editable=False)
    host_key = models.TextField(blank=True)
    daily_at = models.TimeField(null=True, blank=True)
    every_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=clock, editable=False)

    problem = models.TextField(blank=True, editable=False)
    worker = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "address"], name="%(class)s_once"),
            models.CheckConstraint(
                condition=Q(every_minutes__isnull=True) | Q(every_minutes__gte=1),
                name="%(class)s_every_minute_at_most",
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def visited(self) -> datetime | None:
        """When it was last visited with success."""
        raise NotImplementedError

    @property
    def fingerprint(self) -> str:
        """The trusted host key's, as `ssh-keygen -l` prints it; blank where none is trusted."""
        if not self.host_key:
            return ""
        digest = hashlib.sha256(base64.b64decode(self.host_key.split()[1])).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def settings(self) -> dict[str, Any]:
        """Return what a person has set, without the secret, for the audit log and for lists."""
        return {
            "kind": self.kind,
            "address": self.address,
            "user": self.user,
            "credential": self.credential,
            "host_key": self.fingerprint,
            "daily_at": self.daily_at and f"{self.daily_at:%H:%M}",
            "every_minutes": self.every_minutes,
            "active": self.active,
        }


class Source(Endpoint):
    """Where an organization's bundles are fetched from.

    `certificate` is the authority (PEM) that a private HTTPS server's certificate must come from.
    `answer` is what files are that no manifest speaks of and that could be bulk or delta.
    `remembered` is what the last looks saw, for the next one to compare with.
    """

    class Answer(models.TextChoices):
        BULK = "bulk", "all records"
        DELTA = "delta", "changes only"

    certificate = models.TextField(blank=True)
    answer = models.CharField(max_length=5, choices=Answer.choices, blank=True)
    remembered = models.JSONField(default=dict, blank=True, editable=False)
    looked = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Endpoint.Meta):
        constraints = [
            *Endpoint.Meta.constraints,
            one_of("kind", ["folder", "sftp", "https"], "source_kind_known"),
            one_of("answer", ["", "bulk", "delta"], "source_answer_known"),
        ]

    @property
    def visited(self) -> datetime | None:
        return self.looked

    def settings(self) -> dict[str, Any]:
        own = {"certificate": bool(self.certificate), "answer": self.answer}
        return super().settings() | own


class Destination(Endpoint):
    """The folder, here or on a server, into which what vendors wrote is delivered.

    `form` is what a delivery is; `upto` the number of the last write that was delivered, and
    `delivered` when.
    """

    class Form(models.TextChoices):
        BUNDLE = "bundle", "a OneRoster 1.2 delta bundle"
        TABLE = "table", "a table of scores (CSV)"

    form = models.CharField(max_length=6, choices=Form.choices, default=Form.BUNDLE)
    upto = models.PositiveBigIntegerField(default=0, editable=False)
    delivered = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Endpoint.Meta):
        constraints = [
            *Endpoint.Meta.constraints,
            one_of("kind", ["folder", "sftp"], "destination_kind_known"),
            one_of("form", ["bundle", "table"], "destination_form_known"),
        ]

    @property
    def visited(self) -> datetime | None:
        return self.delivered

    def settings(self) -> dict[str, Any]:
        return super().settings() | {"form": self.form}


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def waiting(self) -> ArrivalQuerySet:
        """Return those that are still to be imported: kept, and not held by an import."""
        kept = ArrivalPart.objects.filter(arrival=OuterRef("pk"))
        return self.filter(Exists(kept), state=Arrival.State.WAITING, of_import=None)


class Arrival(models.Model):
    """One bundle as it came in; the record stays when its content is forgotten.

    `written` is when the file itself was written, where its source tells. What became of an
    imported one is its import's state.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "waiting for its import"
        UNCHANGED = "unchanged", "the same as the one before, not imported"
        IMPORTED = "imported", "imported"
        REFUSED = "refused", "refused"
        FAILED = "failed", "the import failed"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="arrivals"
    )
    source = models.ForeignKey(
        Source, on_delete=models.SET_NULL, null=True, blank=True, related_name="arrivals"
    )
    of_import = models.ForeignKey(
        "roster.Import", on_delete=models.SET_NULL, null=True, blank=True, related_name="arrivals"
    )
    name = models.CharField(max_length=255)
    checksum = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    reason = models.TextField(blank=True)
    by_name = models.CharField(max_length=200, blank=True)
    written = models.DateTimeField(null=True, blank=True)
    received = models.DateTimeField(default=clock)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        ordering = ["-received", "-pk"]
        constraints = [
            one_of(
                "state",
                ["waiting", "unchanged", "imported", "refused", "failed"],
                "arrival_state_known",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def outcome(self) -> str:
        """What became of it, in one word: its import's state where it has come so far."""
        return self.of_import.state if self.of_import else self.state


class ArrivalPart(models.Model):
    """Up to 1 MiB of an arrival's content, encrypted with the installation's keys."""

    arrival = models.ForeignKey(
        Arrival, on_delete=models.CASCADE, db_index=False, related_name="parts"
    )
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["arrival", "number"], name="arrival_part_once")
        ]

    def __str__(self) -> str:
        return f"part {self.number} of arrival {self.arrival_id}"
