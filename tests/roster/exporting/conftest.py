"""Bundles that go out, come in strictly at another organization, and go out again."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from roster.exporting import export_organization
from roster.exporting.files import Exported
from roster.importing import import_bundle
from roster.models import Organization
from tests.roster.importing.bundles import Files
from tests.roster.importing.conftest import Bundler

Rows = list[dict[str, str]]

BEYOND = ("username-twice", "email-twice")


class Desk:
    """Exports and imports between organizations, each made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def organization(self) -> Organization:
        self.made += 1
        return Organization.objects.create(slug=f"district-{self.made}", name="District")

    def loaded(self, files: Files, version: str) -> Organization:
        organization = self.organization()
        Bundler(self.folder, organization)(files, version)
        organization.refresh_from_db()
        return organization

    def exported(self, organization: Organization, version: str) -> tuple[Path, Exported]:
        self.made += 1
        path = self.folder / f"out-{self.made}.zip"
        return path, export_organization(organization, path, version, by="Dana")

    def taken(self, path: Path, *, strict: bool = True) -> Organization:
        """Import a bundle into an empty organization, with nothing found that is a fault.

        What people gave each other twice, a username, is no fault of a bundle.
        """
        organization = self.organization()
        done = import_bundle(organization, path, by="Dana", strict=strict)
        found = done.findings.exclude(code__in=BEYOND)
        assert list(found.values_list("code", "file", "column", "value")) == []
        return organization

    def comes_back(self, path: Path, version: str, *, strict: bool = True) -> None:
        """Assert that a bundle, taken in and exported again, has the same bytes."""
        again, _ = self.exported(self.taken(path, strict=strict), version)
        assert texts(again) == texts(path)
        assert again.read_bytes() == path.read_bytes()


def texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def rows_of(path: Path, name: str) -> Rows:
    """Return the rows of a file of a bundle; none where the file is absent."""
    return list(csv.DictReader(io.StringIO(texts(path).get(name, ""))))


@pytest.fixture
def desk(tmp_path: Path, db: None) -> Desk:
    return Desk(tmp_path)
