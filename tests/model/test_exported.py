"""Whatever the rows are, what is exported of them is a strict bundle and comes back the same."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from roster import reading
from roster.exporting import PublishedDocuments, export_organization, write
from roster.importing import import_bundle
from roster.kinds import COLLECTIONS
from roster.models import Feed, Organization
from roster.publishing import refresh
from tests.model import sharing
from tests.model.profiles import profile
from tests.model.test_visibility import NOON, district, undone
from tests.roster.districts import reader_of

VERSIONS = st.sampled_from(["1.1", "1.2"])


def comes_back(path: Path, version: str) -> None:
    """Assert that a bundle is taken strictly, and goes out of there with the same bytes."""
    empty = Organization.objects.create(slug="empty", name="Empty")
    # A strict import refuses whatever breaks the binding; what it tells besides is no fault of it.
    import_bundle(empty, path, by="Dana", strict=True)
    again = path.with_name("again.zip")
    export_organization(empty, again, version, by="Dana")
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(again) as other:
        for name in one.namelist():
            assert other.read(name).decode() == one.read(name).decode()
    assert again.read_bytes() == path.read_bytes()


def ids_of(path: Path) -> dict[str, set[str]]:
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(".csv"): {
                row["sourcedId"] for row in csv.DictReader(io.StringIO(archive.read(name).decode()))
            }
            for name in archive.namelist()
            if name != "manifest.csv"
        }


@pytest.mark.django_db
@profile(15)
@given(st.data())
def test_an_organizations_data_comes_back(tmp_path_factory: Any, data: Any) -> None:
    path = tmp_path_factory.mktemp("model") / "out.zip"
    with time_machine.travel(NOON, tick=False), undone():
        organization, version = district(data), data.draw(VERSIONS)
        exported = export_organization(organization, path, version, by="Dana")
        if exported.files:
            comes_back(path, version)


@pytest.mark.django_db
@profile(10)
@given(st.data())
def test_a_vendors_bundle_holds_its_documents_and_comes_back(
    tmp_path_factory: Any, data: Any
) -> None:
    path = tmp_path_factory.mktemp("model") / "out.zip"
    with time_machine.travel(NOON, tick=False), undone():
        organization, version = district(data), data.draw(VERSIONS)
        feed = Feed.objects.create(
            organization=organization,
            version=version,
            rules=sharing.rules(data.draw, version),
            state=Feed.State.FOLLOWING,
        )
        refresh(organization, by="test")
        reader = reader_of(feed)
        exported = write(PublishedDocuments(reader, COLLECTIONS), organization, path)
        assert exported is not None
        found = ids_of(path)
        for name in COLLECTIONS:
            said = reading.page(reader, name, None, 0, 1000)
            if name in exported.files or f"{name}.csv" in exported.files:
                left = sum(exported.left_out.get(f"{name}.csv", {}).values())
                assert len(found[name]) == said.total - left
        with zipfile.ZipFile(path) as archive:
            assert not any(b"externalLmsExclude" in archive.read(n) for n in archive.namelist())
        if {"orgs", "users"} <= found.keys():
            comes_back(path, version)
