"""The agreement with a vendor, as the file that was signed."""

from __future__ import annotations

from django.db import models

from connections.models.connection import Connection
from roster.clock import clock


class AgreementFile(models.Model):
    """One PDF for each connection; a later one takes its place."""

    connection = models.OneToOneField(
        Connection, on_delete=models.CASCADE, primary_key=True, related_name="agreement_file"
    )
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    kept = models.DateTimeField(default=clock)
    kept_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name
