"""How often and how fast a connection was answered: what stays when the request log is swept."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """The answers of one status to a connection, since ever; `within_50` took 50 ms at most."""

    connection = models.ForeignKey(
        "connections.Connection", on_delete=models.CASCADE, related_name="tallies"
    )
    status = models.PositiveSmallIntegerField()
    requests = models.PositiveBigIntegerField(default=0)
    milliseconds = models.FloatField(default=0)
    within_50 = models.PositiveBigIntegerField(default=0)
    within_250 = models.PositiveBigIntegerField(default=0)
    within_1000 = models.PositiveBigIntegerField(default=0)
    within_5000 = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "status"], name="tally_once_a_status")
        ]

    def __str__(self) -> str:
        return f"{self.requests} × {self.status}"


STEPS = (50, 250, 1000, 5000)
"""Milliseconds by which a tally tells quick answers from slow ones."""
