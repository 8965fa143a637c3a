"""Where a bundle is written, what it replaces and what it leaves alone."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from roster.generator.making import make_bundle
from roster.refusal import Refused
from tests.roster.generator import reading


def _make(path: Path, students: int = 30, **changed: Any) -> None:
    arguments: dict[str, Any] = {"oneroster": "1.2", "school_year": 2026, "seed": 1} | changed
    make_bundle(path, students, **arguments)


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    _make(tmp_path / "a.zip")
    _make(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("changed", [{"seed": 2}, {"school_year": 2027}, {"oneroster": "1.1"}])
def test_other_arguments_give_other_bytes(tmp_path: Path, changed: dict[str, Any]) -> None:
    _make(tmp_path / "a.zip")
    _make(tmp_path / "b.zip", **changed)
    assert reading.texts(tmp_path / "a.zip") != reading.texts(tmp_path / "b.zip")


def test_a_folder_holds_what_the_zip_holds(tmp_path: Path) -> None:
    _make(tmp_path / "a.zip")
    _make(tmp_path / "a")
    assert reading.texts(tmp_path / "a") == reading.texts(tmp_path / "a.zip")


def test_one_more_student_changes_nobody_s_name(tmp_path: Path) -> None:
    _make(tmp_path / "a", 30)
    _make(tmp_path / "b", 31)
    names = [
        {row["sourcedId"]: (row["givenName"], row["familyName"]) for row in users}
        for users in (reading.tables(tmp_path / name)["users"] for name in "ab")
    ]
    assert {key: names[1][key] for key in names[0] if key.startswith("stu")} == {
        key: name for key, name in names[0].items() if key.startswith("stu")
    }


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_is_replaced_and_nothing_else_is_left(tmp_path: Path, name: str) -> None:
    _make(tmp_path / name, 90)
    _make(tmp_path / name, 30)
    assert len(reading.tables(tmp_path / name)["demographics"]) == 30
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    _make(tmp_path / "bundle")
    assert "manifest" in reading.tables(tmp_path / "bundle")


def test_what_is_no_bundle_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("mine")
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "manifest.csv").write_text("propertyName,value")
    (tmp_path / "mixed" / "notes.txt").write_text("mine")
    (tmp_path / "letter.zip").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "thesis")
    before = sorted(tmp_path.rglob("*"))
    for name in ("thesis", "mixed", "letter.zip", "file", "link", "nowhere/bundle.zip"):
        with pytest.raises(Refused):
            _make(tmp_path / name)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "letter.zip").read_text() == "mine"


def test_a_failure_leaves_the_former_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(tmp_path / "a.zip", 30)
    _make(tmp_path / "a", 30)

    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("roster.generator.bundles._write_manifest", fail)
    for name in ("a.zip", "a"):
        with pytest.raises(OSError, match="disk full"):
            _make(tmp_path / name, 90)
        assert len(reading.tables(tmp_path / name)["demographics"]) == 30
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a", "a.zip"]


def test_files_stand_at_the_root_of_the_zip_and_carry_no_time(tmp_path: Path) -> None:
    _make(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "/" in name]
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_progress_is_told_in_percent(tmp_path: Path) -> None:
    heard: list[int] = []
    make_bundle(tmp_path / "a.zip", 3000, oneroster="1.2", school_year=2026, report=heard.append)
    assert heard == sorted(heard)
    assert 0 < heard[0] <= heard[-1] <= 100
