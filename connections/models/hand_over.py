"""A link by which a vendor opens what it is to enter, once."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from roster.clock import clock


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def opened(self) -> HandOverQuerySet:
        return self.filter(opened__isnull=False)

    def unopened(self) -> HandOverQuerySet:
        """Return those whose secret nobody has: waiting, or expired unopened."""
        return self.filter(opened=None, withdrawn=None, secret__ended=None, secret__last_used=None)


class HandOver(models.Model):
    """One link with one client secret, to be opened once until `expires`.

    Of the link's word only the hash is kept. `sealed` is the secret, encrypted with the
    installation's keys; blank as soon as it was opened, or can't be any more.
    """

    connection = models.ForeignKey(
        "connections.Connection", on_delete=models.CASCADE, related_name="hand_overs"
    )
    secret = models.ForeignKey(
        "connections.Secret", on_delete=models.CASCADE, related_name="hand_overs"
    )
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField(blank=True, editable=False)
    made = models.DateTimeField(default=clock)
    made_by = models.CharField(max_length=200, blank=True)
    expires = models.DateTimeField()
    opened = models.DateTimeField(null=True, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened=None) | Q(sealed=""), name="hand_over_opened_once"
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.connection_id}"

    def state(self, now: datetime) -> str:
        """Return `waiting`, `opened`, `withdrawn` or `expired`."""
        if self.opened:
            return "opened"
        if self.withdrawn or self.secret.ended:
            return "withdrawn"
        return "expired" if self.expires <= now or not self.sealed else "waiting"
