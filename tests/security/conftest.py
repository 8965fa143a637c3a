"""The keys' cast, and a vendor that reads a small published district."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from roster.publishing import refresh
from tests import worlds
from tests.connections.conftest import DANA, Vendor, connected, riverside, with_two_schools
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

__all__ = ["riverside"]


@pytest.fixture
def reader(db: None, tmp_path: Path) -> Iterator[Vendor]:
    """A vendor that shares everything of a published district."""
    with time_machine.travel("2026-10-05T12:00:00Z", tick=True) as clock:
        vendor = worlds.once("reader", lambda: published(tmp_path))
        clock.shift(60)
        yield vendor


def published(folder: Path) -> Vendor:
    organization = with_two_schools()
    Bundler(folder, organization)(EVERYTHING)
    vendor = connected(organization, shares=["all"])
    refresh(organization, by=DANA)
    vendor.connection.refresh_from_db()
    return vendor
