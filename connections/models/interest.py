"""What a vendor tells of itself that would like to be in the partner directory."""

from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from roster.clock import clock

MOST_WORDS = 2000


class InterestQuerySet(models.QuerySet["Interest"]):
    def waiting(self) -> InterestQuerySet:
        return self.filter(state=Interest.State.WAITING)

    def declined_before(self, moment: datetime) -> InterestQuerySet:
        return self.filter(state=Interest.State.DECLINED, decided__lt=moment)


class Interest(models.Model):
    """One interest form: what somebody wrote, which nobody has checked, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    vendor = models.CharField(max_length=200)
    website = models.URLField(blank=True)
    contact_name = models.CharField(max_length=200)
    contact_email = models.EmailField()
    versions = models.JSONField(default=list)
    types = models.JSONField(default=list, blank=True)
    certification = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True, validators=[MaxLengthValidator(MOST_WORDS)])
    sent = models.DateTimeField(default=clock)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    decided = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    partner = models.ForeignKey(
        "connections.Partner", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = InterestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided=None)
                | Q(state__in=("accepted", "declined"), decided__isnull=False),
                name="interest_decided_or_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.vendor
