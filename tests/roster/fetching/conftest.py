"""Riverside, its bundles, and what must hold after a fetch that failed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import time_machine

from roster.fetching import Unfinished, candidates, fetch
from roster.models import Arrival, ArrivalPart, Import, Organization, Source
from tests.cast import riverside
from tests.roster.importing.bundles import V1P2, edited, manifest_of

__all__ = ["riverside"]

Write = Callable[..., Path]


@pytest.fixture
def write() -> Write:
    """Writes Riverside's bundle, of which `ann` is the name of one child."""

    def write(path: Path, ann: str = "Ann", *, without: str = "") -> Path:
        files = edited(V1P2, "users.csv", "Ann,", f"{ann},")
        if without:
            files = edited(files, "orgs.csv", without, "")
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in {"manifest.csv": manifest_of(files, "1.2"), **files}.items():
                archive.writestr(zipfile.ZipInfo(name, (2026, 11, 28, 2, 0, 0)), text)
        return path

    return write


def nothing_came() -> bool:
    """Whether neither a bundle nor an import is on record."""
    return not (Arrival.objects.exists() or ArrivalPart.objects.exists() or Import.objects.exists())


def look_twice(source: Source, *, again: bool = False) -> list[Arrival]:
    """Look, and look again when what is new has stood still for long enough."""
    with time_machine.travel(0, tick=False) as now:
        now.move_to("2026-11-28T08:00:00Z")
        with suppress(Unfinished):
            return fetch(source, by="test", again=again)
        now.shift(candidates.STILL)
        return fetch(Source.objects.get(pk=source.pk), by="test", again=again)


@pytest.fixture
def watched(riverside: Organization, tmp_path: Path) -> Source:
    """A source that is a folder, looked at every minute."""
    folder = tmp_path / "watched"
    folder.mkdir()
    return Source.objects.create(
        organization=riverside, kind="folder", address=str(folder), every_minutes=1
    )
