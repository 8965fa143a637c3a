"""`export_roster`: the command, what it says, what it refuses."""

from __future__ import annotations

import json
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from roster.clock import clock
from roster.models import AuditEntry, Organization, Publication
from roster.publishing import refresh
from tests.connections.conftest import connected
from tests.roster.exporting.conftest import Desk, rows_of
from tests.roster.importing.bundles import EVERYTHING, edited


@pytest.fixture
def district(db: None, tmp_path: Path) -> Organization:
    files = edited(EVERYTHING, "users.csv", "true,tom,", "true,,")
    return Desk(tmp_path).loaded(files, "1.2")


def export(organization: Organization, path: Path, *more: str) -> dict[str, Any]:
    out = StringIO()
    call_command("export_roster", organization.slug, str(path), *more, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def refused(organization: Organization, path: Path, *more: str) -> str:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("export_roster", organization.slug, str(path), *more, "--json", stdout=out)
    return str(json.loads(out.getvalue())["error"])


def test_the_organizations_data_is_written_closed_to_others(
    district: Organization, tmp_path: Path
) -> None:
    path = tmp_path / "out.zip"
    told = export(district, path)
    assert (told["oneroster"], told["connection"]) == ("1.2", None)
    assert told["files"]["users.csv"] == 3
    assert told["supplied"] == {"users.csv": {"username": 1}}
    assert told["left_out"] == {}
    assert list(tmp_path.glob(".*")) == []
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    [entry] = AuditEntry.objects.filter(action="roster.exported")
    assert (entry.kind, entry.object_id) == ("organization", district.slug)


def test_a_connections_bundle_is_of_its_version(district: Organization, tmp_path: Path) -> None:
    made = connected(district, oneroster="1.1").connection
    path = tmp_path / "out.zip"
    assert "Nothing is published" in refused(district, path, "--connection", str(made.pk))
    refresh(district, by="Dana")
    before = clock()
    told = export(district, path, "--connection", str(made.pk))
    assert told["oneroster"] == "1.1"
    assert {row["role"] for row in rows_of(path, "users.csv")} == {"student", "teacher"}
    # What is published meanwhile takes nothing from under it.
    until = Publication.objects.get().read_until
    assert until is not None
    assert until > before + timedelta(minutes=59)
    words = refused(district, path, "--connection", str(made.pk), "--oneroster", "1.2")
    assert "reads OneRoster 1.1" in words
    assert "has no connection 0" in refused(district, path, "--connection", "0")


@pytest.mark.parametrize("name", ["folder", "text.zip", "missing/out.zip", "link.zip"])
def test_what_is_no_bundle_is_left_alone(district: Organization, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.zip").write_text("mine")
    (tmp_path / "link.zip").symlink_to(tmp_path / "text.zip")
    assert refused(district, tmp_path / name)
    assert (tmp_path / "text.zip").read_text() == "mine"


def test_a_bundle_that_is_there_is_replaced(district: Organization, tmp_path: Path) -> None:
    path = tmp_path / "out.zip"
    export(district, path, "--oneroster", "1.1")
    export(district, path, "--oneroster", "1.2")
    assert rows_of(path, "roles.csv")
