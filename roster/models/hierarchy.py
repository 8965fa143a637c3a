"""The levels that OneRoster lacks, and the marks that people and bundles set on any level."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from roster.clock import clock
from roster.models.fields import BytewiseField, JsonField, ReferenceField, one_of


class Level(models.Model):
    """One derived level of the hierarchy: a calendar, a grade level, a school enrollment…

    Derived from the rows whenever they change (`roster/hierarchy.py`), under a readable and
    stable id. Its parents are all of `all_of` and at least one of `any_of`; both are lists
    of `[kind, id]`. `role` is the one that a class enrollment gives a staff member at a school
    where no role row says it.
    """

    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    kind = BytewiseField(max_length=32)
    sourced_id = BytewiseField(max_length=1100)
    name = models.TextField(blank=True)
    year = models.CharField(max_length=4, blank=True)
    school = ReferenceField()
    person = ReferenceField()
    course = ReferenceField()
    role = models.CharField(max_length=255, blank=True)
    all_of = JsonField(default=list, blank=True)
    any_of = JsonField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "sourced_id"], name="level_sourced_id_once"
            )
        ]
        indexes = [
            models.Index(fields=["organization", "person"], name="level_by_person"),
            models.Index(fields=["organization", "course"], name="level_by_course"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sourced_id}"


class MarkQuerySet(models.QuerySet["Mark"]):
    def of(self, organization: Any) -> MarkQuerySet:
        return self.filter(organization=organization)


class Mark(models.Model):
    """External LMS Exclude on one row of any kind.

    It names kind and id, not a row: it survives the row's leaving and returning. A person's
    mark and a bundle's stand side by side, so that neither clears the other; a person's is
    carried over to the next year and to another school. `about` says what a level's mark is about
    (school, year, person, course, grade…), so that it is found again in a map whose derived ids
    differ (`roster/marks/`).
    """

    class Source(models.TextChoices):
        PERSON = "person"
        BUNDLE = "bundle"
        CARRIED = "carried"

    organization = models.ForeignKey(
        "roster.Organization", on_delete=models.CASCADE, db_index=False, related_name="marks"
    )
    kind = BytewiseField(max_length=32)
    sourced_id = BytewiseField(max_length=1100)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.PERSON)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=clock)
    about = models.JSONField(default=dict, blank=True, editable=False)

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "sourced_id", "source"], name="mark_set_once"
            ),
            one_of("source", ["person", "bundle", "carried"], "mark_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sourced_id}"
