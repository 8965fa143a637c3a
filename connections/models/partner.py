"""The partner directory, which the operator edits."""

from __future__ import annotations

from django.db import models

from connections.models.logo import Logo


class PartnerQuerySet(models.QuerySet["Partner"]):
    def by_name(self) -> PartnerQuerySet:
        return self.order_by("name", "pk")


class Partner(models.Model):
    """A Digital Learning Partner: certified for some OneRoster versions and types.

    `versions` holds "1.1" and "1.2"; `types` holds "grade_book" and "assessment" beside the
    Roster Sync that every partner has. Its profile of needs: `shares` are what it asks a district
    to share beyond the plain roster (`SHARES`), `needs` what it asks of the data
    (`roster.checking.NEEDS`).
    """

    name = models.CharField(max_length=200, unique=True)
    versions = models.JSONField(default=list)
    types = models.JSONField(default=list, blank=True)
    website = models.URLField(blank=True)
    contact = models.CharField(max_length=200, blank=True)
    support = models.CharField(max_length=200, blank=True)
    certification = models.CharField(max_length=200, blank=True)
    shares = models.JSONField(default=list, blank=True)
    needs = models.JSONField(default=list, blank=True)
    logo = models.ForeignKey(
        Logo, on_delete=models.SET_NULL, null=True, blank=True, related_name="partners"
    )

    objects = PartnerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
