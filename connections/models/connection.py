"""One organization's agreement with one vendor, and what that vendor may see."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from roster.clock import clock
from roster.models import Feed, Organization

TYPES = {
    "roster": "Roster Sync",
    "grade_book": "Grade Book Sync",
    "assessment": "Assessment Sync",
}

SHARES = {
    "demographics": "Demographics",
    "guardians": "Guardians and relatives",
    "resources": "Resources",
    "metadata": "Metadata columns",
    "users.phone": "Phone numbers",
    "users.sms": "SMS numbers",
    "users.userIds": "User IDs",
    "users.userMasterIdentifier": "User master identifiers",
    "users.userProfiles": "User profiles of other applications",
    "users.pronouns": "Pronouns",
}
"""What a new connection does not share until an admin ticks it (product: privacy by default)."""


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def by_name(self) -> ConnectionQuerySet:
        return self.order_by("vendor", "pk")

    def open(self) -> ConnectionQuerySet:
        return self.exclude(status=Connection.Status.CLOSED)


class Connection(models.Model):
    """A vendor's access: version, types, status, dates, and the feed it reads.

    Sharing: of `grades`, `roles`, `courses` and `subjects` None is all of them; `hidden` are
    collections that aren't shared, `kept_out` people by id with the reason; `inactive` and
    `unenrolled` say whether such people are shared (connections/sharing.py).
    Dates: on `active_on` a pause or the wait for the launch ends; `expires` and `agreement_ends`
    are last days, of which the earlier counts; all in the organization's time zone.
    `data_elements` is what the agreement says that the vendor gets, in its words; `networks` are
    those from which it may ask, none for all (connections/networks.py).
    `feed` is what it reads (`roster.models.Feed`); a closed connection has none.
    """

    class Status(models.TextChoices):
        DISABLED = "disabled", "Disabled"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        SUSPENDED = "suspended", "Suspended"
        CLOSED = "closed", "Closed"

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="connections"
    )
    partner = models.ForeignKey(
        "connections.Partner", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    vendor = models.CharField(max_length=200)
    oneroster = models.CharField(max_length=3)
    types = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    active_on = models.DateField(null=True, blank=True)
    expires = models.DateField(null=True, blank=True)
    purpose = models.TextField(blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    agreement = models.CharField(max_length=200, blank=True)
    agreement_ends = models.DateField(null=True, blank=True)
    data_elements = models.TextField(blank=True)
    networks = models.JSONField(default=list, blank=True)
    unsupported_acknowledged = models.BooleanField(default=False)

    all_schools = models.BooleanField(default=True)
    schools = models.JSONField(default=list, blank=True)
    shares = models.JSONField(default=list, blank=True)
    withheld = models.JSONField(default=list, blank=True)
    grades = models.JSONField(null=True, blank=True)
    roles = models.JSONField(null=True, blank=True)
    courses = models.JSONField(null=True, blank=True)
    subjects = models.JSONField(null=True, blank=True)
    hidden = models.JSONField(default=list, blank=True)
    kept_out = models.JSONField(default=dict, blank=True)
    inactive = models.BooleanField(default=True)
    unenrolled = models.BooleanField(default=True)

    feed = models.OneToOneField(
        Feed, on_delete=models.SET_NULL, null=True, blank=True, related_name="connection"
    )
    created = models.DateTimeField(default=clock)
    created_by = models.CharField(max_length=200, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(oneroster__in=["1.1", "1.2"]), name="connection_version_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["disabled", "active", "paused", "suspended", "closed"]),
                name="connection_status_known",
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=False) | Q(unsupported_acknowledged=True),
                name="connection_partner_or_acknowledged",
            ),
        ]

    def __str__(self) -> str:
        return self.vendor

    @property
    def name(self) -> str:
        """The partner's name and, where it has one of its own, the connection's: once."""
        if self.partner is None or f"{self.vendor} ".startswith(f"{self.partner.name} "):
            return self.vendor
        return f"{self.partner.name}: {self.vendor}"

    @property
    def title(self) -> str:
        """The name by which it is told apart from every other: with the version."""
        return f"{self.name} ({self.oneroster})"

    def is_supported(self) -> bool:
        return self.partner_id is not None

    @property
    def last_day(self) -> date | None:
        """The last day on which the vendor may read, if there is one."""
        return min(filter(None, (self.expires, self.agreement_ends)), default=None)

    def type_names(self) -> list[str]:
        return [TYPES[name] for name in ("roster", *self.types)]

    def type_names_left(self) -> list[str]:
        """Return the types that the partner is certified for and this connection doesn't have."""
        certified = self.partner.types if self.partner else []
        if self.oneroster == "1.1":
            certified = [name for name in certified if name != "assessment"]
        return [TYPES[name] for name in certified if name not in self.types]


class SecretQuerySet(models.QuerySet["Secret"]):
    def live(self, today: date) -> SecretQuerySet:
        """Return the secrets that are good on that day."""
        return self.filter(ended__isnull=True).exclude(expires__lt=today)


class Secret(models.Model):
    """One client secret of a connection, stored only as a salted hash.

    Two live side by side during a rotation, until the admin ends one of them, or the last day of
    one (`expires`) is over. `last_used` is right to the hour.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    digest = models.CharField(max_length=128)
    hint = models.CharField(max_length=4)
    created = models.DateTimeField(default=clock)
    created_by = models.CharField(max_length=200, blank=True)
    expires = models.DateField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)

    objects = SecretQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["connection"], condition=Q(ended__isnull=True), name="secret_live")
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"


class Request(models.Model):
    """One request of a vendor, for the district to see: never a secret, token or name.

    `query` has its literals masked but for status, role, type and dates.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, db_index=False, related_name="requests"
    )
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    endpoint = models.CharField(max_length=120)
    query = models.TextField(blank=True)
    status = models.PositiveSmallIntegerField()
    records = models.PositiveIntegerField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    milliseconds = models.FloatField()
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "at"], name="request_by_time")]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} {self.status}"


def summary(connection: Connection) -> dict[str, Any]:
    """Return what an audit entry keeps of a connection: the agreement, no secrets."""
    return {
        "vendor": connection.vendor,
        "oneroster": connection.oneroster,
        "types": connection.types,
        "status": connection.status,
        "allSchools": connection.all_schools,
        "schools": connection.schools,
        "shares": connection.shares,
        "withheld": connection.withheld,
        "grades": connection.grades,
        "roles": connection.roles,
        "courses": connection.courses,
        "subjects": connection.subjects,
        "hidden": connection.hidden,
        "keptOut": connection.kept_out,
        "inactive": connection.inactive,
        "unenrolled": connection.unenrolled,
        "networks": connection.networks,
        "expires": _day(connection.expires),
        "agreementEnds": _day(connection.agreement_ends),
        "activeOn": _day(connection.active_on),
    }


def _day(value: datetime | Any) -> str | None:
    return value.isoformat() if value else None
