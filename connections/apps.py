"""Registers the checks that keep the doors of the token endpoint as they are meant."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class ConnectionsConfig(AppConfig):
    name = "connections"

    def ready(self) -> None:
        from connections.checks import check_doors

        register(check_doors, Tags.security)
