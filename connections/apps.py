"""Registers the checks that keep the doors of the token endpoint as they are meant, and jobs."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class ConnectionsConfig(AppConfig):
    name = "connections"

    def ready(self) -> None:
        from connections import acting, delivering, rollover, several
        from connections.checks import check_doors
        from roster.jobs.working import KINDS

        KINDS.update({each.KIND: each.work for each in (acting, several, delivering, rollover)})
        register(check_doors, Tags.security)
