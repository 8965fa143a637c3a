"""The runs of a connection: one row for each reading of its roster, which is its sync history."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from roster.models import Publication


class Run(models.Model):
    """One reading of a roster by one program, from its first request (`began`) to its `last`.

    It reads `publication`, whose `number` is kept here too, for the history. `last` follows the
    request log and may be a second behind. `tokens` are the tokens that it was seen with, as
    short hashes; `lists` what it has given of each list (`connections/progress.py`). `after` is
    the connection's newest run when this one began, or 0: of two requests that would begin a run
    at once, one does, and the other finds it there.
    """

    connection = models.ForeignKey(
        "connections.Connection", on_delete=models.CASCADE, db_index=False, related_name="runs"
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.SET_NULL, null=True, related_name="runs"
    )
    number = models.PositiveBigIntegerField()
    after = models.BigIntegerField()
    began = models.DateTimeField()
    last = models.DateTimeField()
    tokens = models.JSONField(default=list)
    lists = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("began")), name="run_in_order"),
            models.UniqueConstraint(fields=["connection", "after"], name="run_begun_once"),
        ]
        indexes = [
            models.Index(fields=["connection", "began"], name="run_by_time"),
            models.Index(fields=["connection", "last"], name="run_by_last_request"),
        ]

    def __str__(self) -> str:
        return f"run of {self.connection_id} from {self.began}"
