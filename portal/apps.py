"""Wakes the upper storey: Celery, the history of accounts, the table of the embedded cache."""

import gc
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_migrate

UNTIL_COLLECTED = 10_000
"""New objects until cycles are looked for. Python's own 700 take a quarter of rendering's time."""


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        gc.set_threshold(UNTIL_COLLECTED)
        # Tasks bind to the app that exists when they are called, in web processes too.
        from portal import celery  # noqa: F401
        from portal.signing_in import history

        history.connect()
        post_migrate.connect(make_cache_table, sender=self)


def make_cache_table(using: str, **_: Any) -> None:
    """Make the cache's table, if the cache is one, so that `migrate` is all there is to run."""
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", database=using, verbosity=0)
