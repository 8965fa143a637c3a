"""One night after the other: who leaves, comes, returns, moves; and a delta that tells it."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from roster.generator.classes import plan_timetable
from roster.generator.deltas import between
from roster.generator.district import plan_district
from roster.generator.making import Made, make_bundle
from roster.generator.nights import Night
from roster.generator.streams import sources_of
from tests.roster.generator import reading
from tests.roster.generator.conftest import ALL
from tests.roster.generator.test_district import _check_people, _check_references

NIGHTS = range(5)
STUDENTS = 500

Tables = dict[str, dict[str, dict[str, str]]]


class Week:
    """A district's bundles of some nights, and the delta that leads to each from the one before."""

    def __init__(self, folder: Path, version: str) -> None:
        self.version = version
        self.made: list[Made] = []
        self.bulk: list[Tables] = []
        self.delta: list[Tables] = [{}]
        self.plain: list[dict[str, reading.Rows]] = []
        for night in NIGHTS:
            self.made.append(self._make(folder / f"bulk{night}", night))
            self.plain.append(reading.tables(folder / f"bulk{night}"))
            self.bulk.append(_tables(folder / f"bulk{night}"))
            if night:
                self._make(folder / f"delta{night}", night, delta=True)
                self.delta.append(_tables(folder / f"delta{night}"))

    def _make(self, path: Path, night: int, **options: Any) -> Made:
        return make_bundle(
            path,
            STUDENTS,
            oneroster=self.version,
            school_year=2026,
            extras=ALL,
            night=night,
            **options,
        )


def _tables(path: Path) -> Tables:
    return {
        name: {row["sourcedId"]: row for row in rows}
        for name, rows in reading.tables(path).items()
        if name != "manifest"
    }


@pytest.fixture(scope="module", params=["1.1", "1.2"])
def week(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Week:
    return Week(tmp_path_factory.mktemp("nights"), request.param)


def test_every_night_is_whole(week: Week) -> None:
    for tables in week.plain:
        _check_references(tables)
        _check_people(tables)


def test_the_changes_are_those_of_the_files(week: Week) -> None:
    ever: set[str] = set(week.bulk[0]["users"])
    for night in NIGHTS[1:]:
        before, after = week.bulk[night - 1], week.bulk[night]
        told = week.made[night].changes
        came = _students(after) - _students(before)
        assert told["students_new"] == len(came - ever)
        assert told.get("students_returned", 0) == len(came & ever)
        assert told["students_left"] == len(_students(before) - _students(after))
        stayed = _students(before) & _students(after)
        for event, columns in {
            "students_renamed": ("familyName",),
            "students_with_another_username": ("username", "email"),
        }.items():
            changed = [
                one
                for one in stayed
                if any(before["users"][one][name] != after["users"][one][name] for name in columns)
            ]
            # A new name can be the old one, and a username short of the change.
            assert len(changed) <= told.get(event, 0)
        assert told["staff_replaced"] == len(
            {one for one in before["users"] if one[:3] == "stf"} - set(after["users"])
        )
        assert told["students_moved"] == sum(
            _school(before, one) != _school(after, one) for one in stayed
        )
        ever |= set(after["users"])


def test_somebody_meets_every_event_within_the_week(week: Week) -> None:
    met: Counter[str] = Counter()
    for made in week.made:
        met.update(made.changes)
    assert min(met.values()) > 0
    assert set(met) == {
        "classes_renamed", "staff_renamed", "staff_replaced", "students_in_another_section",
        "students_left", "students_moved", "students_new", "students_renamed", "students_returned",
        "students_with_another_username",
    }  # fmt: skip
    assert week.made[0].changes == {}


def test_who_returns_is_who_left(week: Week) -> None:
    everybody = [_students(tables) for tables in week.bulk]
    back = {
        one
        for one in everybody[0] & everybody[-1]
        if any(one not in students for students in everybody)
    }
    assert back
    for one in back:
        assert week.bulk[0]["users"][one] == week.bulk[-1]["users"][one]


def test_who_moves_sits_in_classes_of_the_new_school_only(week: Week) -> None:
    first, last = week.bulk[0], week.bulk[-1]
    moved = [
        one
        for one in _students(first) & _students(last)
        if _school(first, one) != _school(last, one)
    ]
    assert moved
    for one in moved:
        seats = [row for row in last["enrollments"].values() if row["userSourcedId"] == one]
        assert {row["schoolSourcedId"] for row in seats} == {_school(last, one)}
        old = {
            row["sourcedId"] for row in first["enrollments"].values() if row["userSourcedId"] == one
        }
        assert not old & {row["sourcedId"] for row in seats}
        assert first["demographics"][one] == last["demographics"][one]


def test_deltas_lead_from_the_first_night_to_the_last(week: Week) -> None:
    now: Tables = {name: dict(rows) for name, rows in week.bulk[0].items()}
    for night in NIGHTS[1:]:
        stamps = set()
        for name, rows in week.delta[night].items():
            for sourced_id, row in rows.items():
                stamps.add(row["dateLastModified"])
                plain = row | {"status": "", "dateLastModified": ""}
                if row["status"] == "tobedeleted":
                    assert now[name].pop(sourced_id) == plain
                else:
                    assert row["status"] == "active"
                    assert now[name].get(sourced_id) != plain
                    now[name][sourced_id] = plain
        assert now == week.bulk[night]
        assert len(stamps) == 1


def test_a_delta_says_so_in_its_manifest(tmp_path: Path) -> None:
    make_bundle(tmp_path / "a", STUDENTS, oneroster="1.2", school_year=2026, night=1, delta=True)
    says = reading.manifest(tmp_path / "a")
    there = {path.stem for path in (tmp_path / "a").iterdir()} - {"manifest"}
    assert {name for name, mode in says.items() if mode == "delta"} == {
        f"file.{name}" for name in there
    }
    assert "bulk" not in says.values()


@pytest.mark.parametrize("delta", [False, True])
def test_the_same_night_gives_the_same_bytes(tmp_path: Path, delta: bool) -> None:
    for name in ("a.zip", "b.zip"):
        make_bundle(
            tmp_path / name, 90, oneroster="1.1", school_year=2026, extras=ALL, night=3, delta=delta
        )
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def _students(tables: Tables) -> set[str]:
    return set(tables["demographics"])


def _school(tables: Tables, student: str) -> str:
    row = tables["users"][student]
    return row.get("primaryOrgSourcedId") or row["orgSourcedIds"].split(",")[0]


def test_rows_stream_by() -> None:
    """Even a delta, which reads two nights side by side, holds the plan and little else."""
    plan = plan_district(400, 2026, 1)
    table = plan_timetable(plan)
    before, after = (
        sources_of(Night(plan, table, night, lived=True), "1.2", ALL, Counter()) for night in (1, 2)
    )
    tracemalloc.start()
    told = sum(1 for name in after for _row in between(before[name], after[name], "now"))
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert told > 50
    assert held < 300_000
