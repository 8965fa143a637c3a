"""What holds for every test: its marks, its place in the run, its tables, a clean process."""

import gc
import os
from collections.abc import Generator

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from roster import map as maps
from roster import reading
from tests import emptying, migrating, once

# How long an example takes is told by what else the machine does.
hypothesis.settings.register_profile("rosterdesk", deadline=None)
hypothesis.settings.load_profile("rosterdesk")

LONG = tuple(
    f"tests/{name}"
    for name in (
        "benchmarks", "browser", "deploy", "killing", "model", "portal/test_demo",
        "portal/test_odd_clients", "portal/test_serve", "restarting", "security", "validating",
        "year",
    )
)  # fmt: skip
"""Where single tests take long: processes begin with them, so that all end with short ones."""

ASKING = {"db", "transactional_db", "django_db_setup", "live_server"}
"""The fixtures by which a test asks for the database; without them it gets none."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Mark who asks for the database, and for whom one engine is enough; spread long tests."""
    tests = {item.nodeid for item in items}
    for item in items:
        if item.get_closest_marker("django_db") or ASKING & set(_fixtures(item)):
            item.add_marker(pytest.mark.database)
        if once.enough_on_one(item.nodeid, tests):
            item.add_marker(pytest.mark.once)
    yield
    items[:] = _spread(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _spread(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Return tests so that the part of each process, which is as many in a row, begins with long
    ones; all of a kind, as those in the browser, are in one.
    """
    parts: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for number, kind in enumerate(LONG):
        parts[number % processes] += (item for item in items if item.nodeid.startswith(kind))
    short = [item for item in items if not item.nodeid.startswith(LONG)]
    size = -(-len(items) // processes)
    for part in parts:
        more = max(0, size - len(part))
        part += short[:more]
        del short[:more]
    return [item for part in parts for item in part]


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among thousands of tests and modules."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def emptied_quickly() -> None:
    """What a test has committed goes without the making of all permissions anew."""
    TransactionTestCase._fixture_teardown = lambda case: emptying.empty()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """Each test begins without what this process remembers of another's rows: keys return.

    Nor with what another's requests were counted to, where that is in Redis: no test ends it there.
    """
    reading.forget()
    maps.forget()
    if "CACHE_URL" in os.environ:
        cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> None:
    """Give this process a database of its own, a copy of what the migrations make."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    if connection.vendor == "sqlite":
        name = str(settings.ROSTERDESK_DATA / f"{name}.sqlite3")
        migrating.bring(name)
    else:
        migrating.create(name)
    connection.settings_dict["NAME"] = name
