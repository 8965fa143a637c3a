"""Rows of the district's own beside what its system sends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from roster.clock import clock
from roster.models.fields import SourcedIdField


class OwnRow(models.Model):
    """A row of a file, or some of its cells, that the district says itself until a day.

    `cells` are those of the CSV by column. `sent` are the system's own cells of these columns, as
    it sent them last; None while it sends no such row. `until` is the last day on which it holds.
    One that has `ended` stays as history.
    """

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, related_name="own_rows"
    )
    file = models.CharField(max_length=32)
    sourced_id = SourcedIdField()
    cells = models.JSONField(default=dict)
    sent = models.JSONField(null=True, blank=True)
    reason = models.TextField()
    by_name = models.CharField(max_length=200)
    made = models.DateTimeField(default=clock)
    until = models.DateField()
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["file", "sourced_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "file", "sourced_id"],
                condition=Q(ended=None),
                name="own_row_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.sourced_id}"
