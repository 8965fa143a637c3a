"""An empty installation to measure: a database engine and a data folder of this run alone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import django
from django.core.management import call_command

from portal import env
from tests import engines, migrating
from tests.benchmarks.asking import Broken

ENGINES = ("postgresql", "sqlite", "given")

# Tests can afford to lose their database; a server whose speed is told to people can't.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "checkpoint_timeout": "5min",
    "max_wal_size": "1GB",
}


@contextlib.contextmanager
def installation(engine: str) -> Iterator[Path]:
    """Point this process and its children at a migrated, empty installation; yields a folder.

    `given` takes the installation that the environment names, which must hold no organization.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(engines.temporary_folder())
        if engine != "given":
            kept = env.without_settings(os.environ)
            os.environ.clear()
            os.environ.update(kept)
            data = folder / "data"
            os.environ["ROSTERDESK_DATA"] = str(data)
            if engine == "sqlite":
                data.mkdir()
                migrating.bring(str(data / "rosterdesk.sqlite3"))
        if engine == "postgresql":
            stack.enter_context(patch.dict(engines.QUIET, DURABLE))
            os.environ["DATABASE_URL"] = stack.enter_context(engines.postgresql())
        # Our children run in the very Python that we run in.
        os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "ROSTERDESK_BOOTSTRAP": "0"}
        prepare()
        yield folder


def prepare() -> None:
    """Make Django ready in this process, and the tables in the database."""
    django.setup()
    call_command("migrate", verbosity=0)
    from roster.models import Organization

    if Organization.objects.exists():
        raise Broken("This installation has an organization already; measure on an empty one.")
