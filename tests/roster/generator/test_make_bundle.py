"""`manage.py make_bundle`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from roster.generator.making import make_bundle
from roster.generator.streams import Extras
from tests.roster.generator import reading


def _run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("make_bundle", *arguments, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_json_tells_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    told = _run(str(path), "--students", "60", "--oneroster", "1.1", "--school-year", "2031")
    made = make_bundle(tmp_path / "b.zip", 60, oneroster="1.1", school_year=2031)
    assert told.pop("seconds") >= 0
    assert told == {
        "path": str(path),
        "oneroster": "1.1",
        "students": 60,
        "school_year": 2031,
        "seed": 1,
        "files": made.files,
        "oddities": made.oddities,
    }
    assert path.read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_school_year_is_the_one_that_holds_today(tmp_path: Path, time_machine: Any) -> None:
    time_machine.move_to("2026-07-02T12:00:00Z")
    told = _run(str(tmp_path / "a"), "--students", "3")
    assert told["school_year"] == 2027
    sessions = reading.tables(tmp_path / "a")["academicSessions"]
    assert {row["schoolYear"] for row in sessions} == {"2027"}


def test_no_database_is_asked(tmp_path: Path) -> None:
    """None of these tests may use one, and none needs it."""
    assert _run(str(tmp_path / "a"), "--students", "1", "--strict")["files"]["users.csv"] > 1


@pytest.mark.parametrize("strict", [False, True])
def test_a_strict_bundle_has_no_class_with_two_primary_teachers(
    tmp_path: Path, strict: bool
) -> None:
    make_bundle(tmp_path / "a", 1000, oneroster="1.2", school_year=2027, strict=strict)
    rows = reading.tables(tmp_path / "a")["enrollments"]
    primaries = Counter(row["classSourcedId"] for row in rows if row["primary"] == "true")
    assert (max(primaries.values()) > 1) is not strict


def test_words_for_people_name_the_files(tmp_path: Path) -> None:
    out = StringIO()
    call_command("make_bundle", str(tmp_path / "a"), "--students", "3", stdout=out)
    assert "OneRoster 1.2" in out.getvalue()
    assert "users.csv" in out.getvalue()


def test_a_refusal_exits_with_1_and_the_reason(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("mine")
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command(
            "make_bundle", str(tmp_path / "thesis"), "--students", "3", "--json", stdout=out
        )
    assert stopped.value.code == 1
    assert "left as it is" in json.loads(out.getvalue())["error"]


def test_the_following_night_is_written_beside_and_told(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b.zip"
    told = _run(
        *(str(first), "--students", "300", "--school-year", "2031", "--guardians", "--gradebook"),
        *("--resources", "--night", "4", "--next-night", str(second), "--delta"),
    )
    extras = Extras(guardians=True, gradebook=True, resources=True)
    made = {
        night: make_bundle(
            tmp_path / f"{night}.zip",
            300,
            oneroster="1.2",
            school_year=2031,
            extras=extras,
            night=night,
            delta=night == 5,
        )
        for night in (4, 5)
    }
    assert (told["night"], told["files"]) == (4, made[4].files)
    following = told["next_night"]
    assert following.pop("seconds") >= 0
    assert following == {
        "path": str(second),
        "night": 5,
        "files": made[5].files,
        "oddities": made[5].oddities,
        "changes": made[5].changes,
    }
    assert reading.texts(first) == reading.texts(tmp_path / "4.zip")
    assert second.read_bytes() == (tmp_path / "5.zip").read_bytes()


def test_the_following_night_is_bulk_unless_a_delta_is_asked(tmp_path: Path) -> None:
    _run(str(tmp_path / "a"), "--students", "60", "--next-night", str(tmp_path / "b"))
    assert "delta" not in reading.manifest(tmp_path / "b").values()
    assert reading.texts(tmp_path / "a") != reading.texts(tmp_path / "b")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--students", "0"],
        ["--students", "many"],
        ["--students", "3", "--oneroster", "1.0"],
        ["--students", "3", "--school-year", "26"],
        ["--students", "3", "--seed", "-1"],
        ["--students", "3", "--night", "-1"],
        ["--students", "3", "--delta"],
        [],
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("make_bundle", str(tmp_path / "a"), *arguments)
    assert not (tmp_path / "a").exists()
