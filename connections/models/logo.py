"""Logos of the partner directory."""

from __future__ import annotations

from django.db import models


class Logo(models.Model):
    """A PNG, named by the SHA-256 of its bytes: another picture has another address."""

    digest = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.digest
