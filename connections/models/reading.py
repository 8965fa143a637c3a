"""The runs of a connection: one row for each reading of its roster, which is its sync history."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from roster.models import Line


class Reading(models.Model):
    """One run, pinned to `number` of `line` from its first request (`began`) to its `last`.

    `last` follows the request log and may be a second behind. `lists` are the marks of the lists
    of which it has given a later page, or everything (`connections/runs.py`). The line is null
    once it has been purged: the run is history then.
    """

    connection = models.ForeignKey(
        "connections.Connection", on_delete=models.CASCADE, db_index=False, related_name="readings"
    )
    line = models.ForeignKey(Line, on_delete=models.SET_NULL, null=True, related_name="readings")
    number = models.PositiveBigIntegerField()
    began = models.DateTimeField()
    last = models.DateTimeField()
    lists = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("began")), name="reading_in_order")
        ]
        indexes = [models.Index(fields=["connection", "began"], name="reading_by_time")]

    def __str__(self) -> str:
        return f"{self.line_id}/{self.number} from {self.began}"
