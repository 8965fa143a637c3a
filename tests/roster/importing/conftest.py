"""Riverside, and small bundles of its data to spoil one cell at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roster.importing import import_bundle
from roster.models import Import, Organization
from tests.roster.importing.bundles import EVERYTHING, Files, manifest_of


@pytest.fixture
def riverside(db: None) -> Organization:
    return Organization.objects.create(slug="riverside", name="Riverside")


class Bundler:
    """Writes bundles and imports them into Riverside, approved unless it is said otherwise."""

    def __init__(self, folder: Path, organization: Organization) -> None:
        self.folder = folder
        self.organization = organization
        self.made = 0

    def write(
        self, files: Files, version: str = "1.2", *, manifest: str | None = "", zipped: bool = True
    ) -> Path:
        """Write a bundle; its manifest fits the files unless one is given, or None for none."""
        self.made += 1
        if manifest is not None and "manifest.csv" not in files:
            files = {"manifest.csv": manifest or manifest_of(files, version), **files}
        path = self.folder / f"bundle-{self.made}{'.zip' if zipped else ''}"
        if zipped:
            with zipfile.ZipFile(path, "w") as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
        else:
            for name, text in files.items():
                target = path / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def __call__(
        self,
        files: Files,
        version: str = "1.2",
        *,
        manifest: str | None = "",
        zipped: bool = True,
        **options: Any,
    ) -> Import:
        path = self.write(files, version, manifest=manifest, zipped=zipped)
        return import_bundle(self.organization, path, by="Dana", **{"approved": True, **options})


def one_class(folder: Path) -> Organization:
    """Return a Riverside with one class, imported and not published."""
    organization = Organization.objects.create(
        slug="riverside", name="Riverside", school_year="2027"
    )
    Bundler(folder, organization)(EVERYTHING)
    return organization


@pytest.fixture
def load(tmp_path: Path, riverside: Organization) -> Bundler:
    return Bundler(tmp_path, riverside)


@pytest.fixture
def codes() -> Callable[[Import], set[str]]:
    """The codes of an import's findings."""
    return lambda done: set(done.findings.values_list("code", flat=True))
