"""The tenant: a district, or another body, that owns the data and authorizes partners."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from roster import clock
from roster.models.fields import one_of

time_zones = cache(zoneinfo.available_timezones)


def validate_time_zone(name: str) -> None:
    if name not in time_zones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as America/Chicago.")


class UsernameStandIn(models.TextChoices):
    """What takes the place of a missing username in 1.1, where it is required."""

    SOURCED_ID = "sourcedId", "the sourcedId"
    IDENTIFIER = "identifier", "the identifier"
    EMAIL = "email", "the e-mail address"
    NOTHING = "nothing", "nothing: the person isn't published in 1.1"


class Scheduled(NamedTuple):
    """A time at which the cache is to be refreshed, and the name by which that is done once."""

    moment: datetime
    name: str


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def by_name(self) -> OrganizationQuerySet:
        return self.order_by("name", "pk")

    def touch(self) -> int:
        """Count one more change of what may be published; a refresh compares this number."""
        return self.update(revision=F("revision") + 1)


class Organization(models.Model):
    """One tenant with its settings.

    `sandbox_students` says how many made-up students a sandbox has; None is a real organization,
    and nobody can turn the one into the other. `revision` grows with every change that may be
    published, `acts` with every act on what is published already (a mark, a sharing, a status),
    `swept` with every deletion of documents; whoever shows a publication compares them with those
    that it began with. `last_number` is the organization's last stamp, in milliseconds. `shown_…`
    is what its last refresh was decided with.
    """

    slug = models.SlugField(
        max_length=63,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "Lower-case letters, digits, -.")],
    )
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    school_year = models.CharField(
        max_length=4,
        blank=True,
        validators=[RegexValidator(r"^\d{4}\Z", "A school year is the year in which it ends.")],
    )
    field_policy = models.JSONField(default=list, blank=True)
    username_stand_in = models.CharField(
        max_length=16, choices=UsernameStandIn.choices, default=UsernameStandIn.SOURCED_ID
    )
    early_access_days = models.PositiveSmallIntegerField(
        default=14, validators=[MaxValueValidator(366)]
    )
    refresh_at = models.TimeField(default=time(2, 30))
    refresh_hours_from = models.TimeField(null=True, blank=True)
    refresh_hours_until = models.TimeField(null=True, blank=True)
    refresh_after_import = models.BooleanField(default=False)
    hold_percent = models.PositiveSmallIntegerField(default=10)
    hold_records = models.PositiveIntegerField(default=25)
    hold_visible = models.PositiveIntegerField(default=250)
    tombstone_days = models.PositiveSmallIntegerField(
        default=180, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    requests_kept_days = models.PositiveSmallIntegerField(
        default=90, validators=[MinValueValidator(7), MaxValueValidator(3650)]
    )
    history_kept_days = models.PositiveSmallIntegerField(
        default=400, validators=[MinValueValidator(7), MaxValueValidator(3650)]
    )
    alert_recipients = models.JSONField(default=list, blank=True)
    second_factor_required = models.BooleanField(default=False)
    vendors_read_each_other = models.BooleanField(default=False)
    vendors_listed = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)

    sandbox_students = models.PositiveIntegerField(
        null=True, blank=True, editable=False, validators=[MinValueValidator(1)]
    )
    revision = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveBigIntegerField(default=0)
    acts = models.PositiveBigIntegerField(default=0, editable=False)
    swept = models.PositiveBigIntegerField(default=0, editable=False)
    shown_map = models.ForeignKey(
        "roster.StoredMap",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    shown_day = models.DateField(null=True, blank=True, editable=False)
    shown_settings = models.JSONField(default=dict, blank=True, editable=False)
    created = models.DateTimeField(default=clock.clock, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hold_percent__lte=100), name="hold_percent_is_one"),
            one_of(
                "username_stand_in", UsernameStandIn.values, "organization_username_stand_in_known"
            ),
            models.CheckConstraint(
                condition=Q(refresh_hours_from__isnull=True, refresh_hours_until__isnull=True)
                | Q(
                    refresh_hours_from__isnull=False,
                    refresh_hours_until__isnull=False,
                    refresh_hours_from__lt=F("refresh_hours_until"),
                ),
                name="organization_refresh_hours_in_order",
                violation_error_message="The hours of refreshes need both a beginning and an end,"
                " the end later on the same day.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sandbox(self) -> bool:
        """Whether its people are made up (`roster/sandboxes/`)."""
        return self.sandbox_students is not None

    def today(self) -> date:
        return clock.today(self.time_zone)

    def last_due(self, now: datetime) -> Scheduled:
        """Return the last time up to now at which the cache was to be refreshed."""
        day = now.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()
        times = [*self._refreshes(day - timedelta(days=1)), *self._refreshes(day)]
        return max(each for each in times if each.moment <= now)

    def next_refresh(self) -> datetime:
        """Return when the cache is next refreshed, in UTC."""
        now = clock.clock()
        day = now.astimezone(zoneinfo.ZoneInfo(self.time_zone)).date()
        times = [*self._refreshes(day), *self._refreshes(day + timedelta(days=1))]
        return min(each.moment for each in times if each.moment > now)

    def _refreshes(self, day: date) -> Iterator[Scheduled]:
        """Yield the times of a day: one, and those of the hourly window, by elapsed hours."""
        daily = clock.at(day, self.refresh_at, self.time_zone)
        yield Scheduled(daily, f"{day}")
        if self.refresh_hours_from is None or self.refresh_hours_until is None:
            return
        moment = clock.at(day, self.refresh_hours_from, self.time_zone)
        while moment <= clock.at(day, self.refresh_hours_until, self.time_zone):
            if moment != daily:
                yield Scheduled(moment, f"{moment:%Y-%m-%dT%H:%MZ}")
            moment += timedelta(hours=1)

    def settings(self) -> dict[str, Any]:
        """Return the settings that shape what is published, for comparing and for audit."""
        return {
            "schoolYear": self.school_year,
            "fieldPolicy": sorted(self.field_policy),
            "usernameStandIn": self.username_stand_in,
            "earlyAccessDays": self.early_access_days,
        }
