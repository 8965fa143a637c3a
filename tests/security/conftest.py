"""The keys' cast, and a vendor that reads a small published district."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from roster import reading
from roster.models import Organization
from roster.publishing import refresh
from tests.connections.conftest import DANA, Vendor, connected, riverside
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

__all__ = ["riverside"]


@pytest.fixture
def reader(riverside: Organization, tmp_path: Path) -> Iterator[Vendor]:
    """A vendor that shares everything of a published district."""
    with time_machine.travel("2026-10-05T12:00:00Z", tick=True):
        reading.forget()
        Bundler(tmp_path, riverside)(EVERYTHING)
        vendor = connected(riverside, shares=["all"])
        refresh(riverside, by=DANA)
        vendor.connection.refresh_from_db()
        yield vendor
        reading.forget()
