"""What needed a person, as it was told by e-mail; and which background processes were heard of."""

from __future__ import annotations

from django.db import models

from roster.clock import clock


class Alert(models.Model):
    """One thing that needs a person, told once: `key` names it.

    `ended` is set when it is over, `sent` when the e-mail has gone out. Without an organization it
    is the installation's, and told to operators.
    """

    organization = models.ForeignKey(
        "roster.Organization",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alerts",
    )
    key = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=200)
    began = models.DateTimeField(default=clock)
    sent = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began", "-pk"]

    def __str__(self) -> str:
        return self.subject


class Pulse(models.Model):
    """When a background process was last heard of: `worker` or `beat`; or the last `backup`."""

    name = models.CharField(max_length=16, primary_key=True)
    at = models.DateTimeField(default=clock)

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"
