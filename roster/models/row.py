"""What every OneRoster row has, whatever its kind."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from roster.clock import clock
from roster.models.fields import JsonField, SourcedIdField, one_of


class Status(models.TextChoices):
    """The two states of a OneRoster record (1.0's `inactive` is read as `tobedeleted`)."""

    ACTIVE = "active"
    RETIRED = "tobedeleted"


class RowQuerySet(models.QuerySet[Any]):
    def of(self, organization: Any) -> RowQuerySet:
        return self.filter(organization=organization)

    def active(self) -> RowQuerySet:
        return self.filter(status=Status.ACTIVE)


class Row(models.Model):
    """One record of the source, keyed by organization and sourcedId, byte for byte its own.

    `digest` is the hash of the row as imported: an equal one means nothing to write.
    `last_modified` is when the row last changed here; what vendors read as
    `dateLastModified` belongs to the publication, not to this row.

    The organization, of which none is ever deleted, is no foreign key in the database: checked for
    each row, it took a quarter of the time in which a district is stored.
    """

    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    sourced_id = SourcedIdField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    last_modified = models.DateTimeField(default=clock)
    metadata = JsonField(default=dict, blank=True)
    digest = models.CharField(max_length=32, blank=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sourced_id"], name="%(class)s_sourced_id_once"
            ),
            one_of("status", Status.values, "%(class)s_status_known"),
            models.CheckConstraint(condition=~Q(sourced_id=""), name="%(class)s_sourced_id_given"),
        ]

    def __str__(self) -> str:
        return self.sourced_id
