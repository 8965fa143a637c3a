"""What every test may ask for: the browser, and the order of things that need it."""

import gc
import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, Page, sync_playwright

from roster import map as maps
from roster import reading
from tests import emptying, engines, migrating, once

ASKING = {"db", "transactional_db", "django_db_setup", "live_server"}
"""The fixtures by which a test asks for the database; without them it gets none."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for the database, and those of them that one engine is enough for."""
    tests = {item.nodeid for item in items}
    for item in items:
        if item.get_closest_marker("django_db") or ASKING & set(_fixtures(item)):
            item.add_marker(pytest.mark.database)
        if once.enough_on_one(item.nodeid, tests):
            item.add_marker(pytest.mark.once)


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
def django_db_keepdb() -> bool:
    """Take tables that are there: what is missing of the migrations is run on them."""
    return bool(connection.vendor == "sqlite")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    if connection.vendor == "sqlite":
        migrating.bring(settings.DATABASES["default"]["TEST"]["NAME"])


@pytest.fixture(scope="session", autouse=True)
def tables_kept(request: pytest.FixtureRequest) -> None:
    """Keep the tables before the first test writes into them."""
    if connection.vendor == "sqlite" and "django_db_setup" in request.fixturenames:
        request.getfixturevalue("django_db_setup")
        migrating.keep(str(connection.settings_dict["NAME"]))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole run."""
    # Playwright's loop makes Django believe that its own calls are asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=engines.chromium(), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile; an error in its console, or a blocked resource, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda line: (
            errors.append(line.text)
            if line.type == "error" and "Content Security Policy" in line.text
            else None
        ),
    )
    yield opened
    context.close()
    assert errors == []
