"""Wakes the upper storey: the Celery app, a kind of jobs, and the table of the embedded cache."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        # Tasks bind to the app that exists when they are called, in web processes too.
        from portal import celery  # noqa: F401
        from portal.signing_in import history, passwords
        from roster.jobs.working import KINDS

        KINDS[passwords.KIND] = passwords.send
        history.connect()
        post_migrate.connect(make_cache_table, sender=self)


def make_cache_table(using: str, **_: Any) -> None:
    """Make the cache's table, if the cache is one, so that `migrate` is all there is to run."""
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", database=using, verbosity=0)
