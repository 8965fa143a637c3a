"""The cast, for every test of a page; and Riverside with data, published for Brightpath."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from roster import jobs, reading
from roster.models import Organization
from roster.publishing import refresh
from tests import worlds
from tests.cast import (  # noqa: F401
    as_dana,
    as_victor,
    brightpath,
    dana,
    everybody,
    lakeside,
    liz,
    olga,
    victor,
    with_two_schools,
)
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler


@pytest.fixture
def riverside(db: None, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Organization:
    """Riverside as of the cast; where the test asks for a roster, with it from the beginning."""
    if "roster" not in request.fixturenames:
        return with_two_schools()
    return worlds.once("roster", lambda: with_roster(tmp_path_factory.mktemp("roster")))


def with_roster(folder: Path) -> Organization:
    organization = with_two_schools()
    Bundler(folder, organization)(EVERYTHING)
    organization.refresh_from_db()
    return organization


@pytest.fixture
def roster(riverside: Organization) -> Organization:
    """Riverside with Ann, her father Pat, Tom who teaches her, their class k1, two schools."""
    return riverside


def acted(browser: Client, asked: Any) -> str:
    """Let a worker do the act that a page has asked for; return the act's page afterwards."""
    address = asked["Location"]
    assert "/acts/" in address
    jobs.work(int(address.rstrip("/").rpartition("/")[2]), "worker")
    return browser.get(address).content.decode()


@pytest.fixture
def published(roster: Organization, brightpath: Connection) -> Iterator[Connection]:  # noqa: F811
    """Brightpath's connection, with Riverside's roster published for it."""
    reading.forget()
    refresh(roster, by="test")
    brightpath.refresh_from_db()
    yield brightpath
    reading.forget()
