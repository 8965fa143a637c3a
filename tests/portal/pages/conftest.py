"""The cast, for every test of a page; and Riverside with data, published for Brightpath."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connections.models import Connection
from roster import reading
from roster.models import Organization
from roster.publishing import refresh
from tests.cast import (  # noqa: F401
    as_dana,
    as_victor,
    brightpath,
    dana,
    everybody,
    lakeside,
    liz,
    olga,
    riverside,
    victor,
)
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler


@pytest.fixture
def roster(riverside: Organization, tmp_path: Path) -> Organization:  # noqa: F811
    """Riverside with Ann, her father Pat, Tom who teaches her, their class k1, two schools."""
    Bundler(tmp_path, riverside)(EVERYTHING)
    riverside.refresh_from_db()
    return riverside


@pytest.fixture
def published(roster: Organization, brightpath: Connection) -> Iterator[Connection]:  # noqa: F811
    """Brightpath's connection, with Riverside's roster published for it."""
    reading.forget()
    refresh(roster, by="test")
    brightpath.refresh_from_db()
    yield brightpath
    reading.forget()
