"""Changes of the active school year: planned, done, reverted."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from roster.clock import clock
from roster.models.fields import one_of
from roster.models.organization import Organization

REVERTIBLE = timedelta(days=7)


class RolloverQuerySet(models.QuerySet["Rollover"]):
    def planned(self) -> RolloverQuerySet:
        return self.filter(state=Rollover.State.PLANNED)

    def due(self, today: date) -> RolloverQuerySet:
        return self.planned().filter(day__lte=today)

    def note(self, organization: Organization, before: str, *, by_name: str) -> None:
        """Write down that the active year has become another one, as was planned or not."""
        done = {"state": Rollover.State.DONE, "finished": clock()}
        mine, after = self.filter(organization=organization), organization.school_year
        if not mine.planned().filter(after=after).update(before=before, **done):
            facts = {"before": before, "after": after, "by_name": by_name[:200]}
            self.create(organization=organization, day=organization.today(), **facts, **done)

    def revertible(self) -> Rollover | None:
        """Return the last one that was done, as long as it can be taken back."""
        last = self.exclude(state__in=(Rollover.State.PLANNED, Rollover.State.CANCELLED)).first()
        if last is None or last.state != Rollover.State.DONE or last.finished is None:
            return None
        return last if clock() - last.finished <= REVERTIBLE else None


class Rollover(models.Model):
    """An organization's change from one active school year to another, on a day of its own."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        REVERTED = "reverted", "Reverted"

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="rollovers"
    )
    before = models.CharField(max_length=4)
    after = models.CharField(max_length=4)
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    by_name = models.CharField(max_length=200)
    finished = models.DateTimeField(null=True, blank=True)

    objects = RolloverQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(state="planned"), name="rollover_planned_once"
            ),
            one_of("state", ["planned", "done", "cancelled", "reverted"], "rollover_state_known"),
            models.CheckConstraint(
                condition=~Q(before=F("after")), name="rollover_changes_the_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"

    @property
    def revertible_until(self) -> date | None:
        """The last day on which it can be reverted."""
        if self.finished is None:
            return None
        return self.finished.date() + REVERTIBLE
