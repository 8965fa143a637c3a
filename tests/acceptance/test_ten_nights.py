"""Ten nights of a district, imported and published one after another, read by six vendors.

For each version there is one that reads everything every morning, one that asks what changed,
and one that asks so every third morning. All end with the truth, which the naive evaluator of
the rules tells (`tests/oracle`). The district has guardians, a gradebook and resources; its
generator says who leaves and comes.

`TEN_NIGHTS_STUDENTS=2000` before `python3 manage.py test -- tests/acceptance/test_ten_nights.py`
takes the district of that size; `TEN_NIGHTS_BUNDLE=1.1` has it come in bundles of that version.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from roster.models import Organization
from tests.acceptance.desk import Connected, Desk
from tests.acceptance.followers import PAGE, Copy, Follower, Mornings, differing
from tests.model.comparing import differences, plain
from tests.oracle import expected

SLUG = "riverside"
STUDENTS = int(os.environ.get("TEN_NIGHTS_STUDENTS", "150"))
BUNDLE = os.environ.get("TEN_NIGHTS_BUNDLE", "1.2")
NIGHTS = 10
LAST = NIGHTS - 1
FIRST = datetime(2026, 2, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
VERSIONS = ("1.1", "1.2")

ROSTER = (
    "academicSessions", "orgs", "courses", "classes", "users", "enrollments", "demographics",
    "resources",
)  # fmt: skip


@dataclass
class Weeks:
    """What the bundles said of each night, and what the vendors had of it."""

    desk: Desk
    of: dict[str, Mornings]
    schools: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, int]] = field(default_factory=list)

    def students(self, night: int) -> set[str]:
        return set(self.schools[night])


@pytest.fixture(scope="module")
def moving() -> Iterator[Any]:
    with time_machine.travel(FIRST, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def weeks(moving: Any, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    folder = tmp_path_factory.mktemp("nights")
    desk.partner()
    desk.organization(SLUG, school_year="2026")

    def connect(version: str) -> Connected:
        return desk.connect(SLUG, version, gradebook=True)

    weeks = Weeks(desk, {})
    for version in VERSIONS:
        followers = (Follower(connect(version)), Follower(connect(version)))
        weeks.of[version] = Mornings(version, connect(version), *followers)
    for night in range(NIGHTS):
        moving.move_to(FIRST + night * DAY)
        _import(weeks, folder / f"night{night}", night)
        desk.refresh(SLUG)
        moving.shift(timedelta(hours=4))
        for mornings in weeks.of.values():
            mornings.read()
    moving.move_to(FIRST + NIGHTS * DAY)
    for mornings in weeks.of.values():
        mornings.vendor.renew()
    return weeks


def _import(weeks: Weeks, path: Path, night: int) -> None:
    """Make the bundle of a night and import it: it is taken whole, with nothing else to find."""
    made = weeks.desk.run(
        *("make_bundle", path, "--students", STUDENTS, "--school-year", 2026, "--night", night),
        *("--oneroster", BUNDLE, "--guardians", "--gradebook", "--resources"),
    )
    imported = weeks.desk.run("import_roster", SLUG, path)
    found = {(finding["code"], finding["column"]) for finding in imported["findings"]["list"]}
    assert found <= {("missing", "username"), ("package-form", "")}  # A folder isn't a zip.
    assert {name: imported["files"][name]["read"] for name in made["files"]} == made["files"]
    weeks.changes.append(made.get("changes", {}))
    students = {row["sourcedId"] for row in _rows(path / "demographics.csv")}
    weeks.schools.append(
        {
            row["sourcedId"]: row.get("primaryOrgSourcedId") or row["orgSourcedIds"].split(",")[0]
            for row in _rows(path / "users.csv")
            if row["sourcedId"] in students
        }
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(params=VERSIONS)
def mornings(request: pytest.FixtureRequest, weeks: Weeks) -> Mornings:
    return weeks.of[request.param]


def test_the_delta_vendor_has_what_the_full_one_has_every_morning(mornings: Mornings) -> None:
    assert mornings.unlike == [set()] * NIGHTS


def test_who_comes_every_third_morning_has_it_too(mornings: Mornings) -> None:
    assert differing(mornings.seldom.copy, mornings.full[LAST]) == set()


def test_what_they_end_with_is_the_truth(mornings: Mornings) -> None:
    organization = Organization.objects.get(slug=SLUG)
    feed = organization.connections.get(pk=mornings.vendor.connection).feed
    assert feed
    day = (FIRST + LAST * DAY).date()
    found = {
        name: {sourced_id: plain(record) for sourced_id, record in records.items()}
        for name, records in mornings.full[LAST].items()
        if name in ROSTER
    }
    must = expected(organization, mornings.version, feed.rules, day)
    assert differences(found, {name: must[name] for name in ROSTER if name in must}) == []


def test_stamps_move_with_the_truth_and_only_then(mornings: Mornings) -> None:
    for night in range(1, NIGHTS):
        flip = (FIRST + night * DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        before, after = mornings.full[night - 1], mornings.full[night]
        for collection, name in differing(before, after):
            old, new = before[collection].get(name), after[collection].get(name)
            if new:
                assert new["dateLastModified"] >= flip
                assert not old or plain(old) != plain(new), (collection, name)


def test_the_delta_vendor_hears_of_what_changed_and_of_nothing_else(mornings: Mornings) -> None:
    for night in range(1, NIGHTS):
        changed = differing(mornings.full[night - 1], mornings.full[night])
        assert changed
        assert mornings.heard[night] == changed


def test_tombstones_are_of_what_was_read_and_is_no_more(mornings: Mornings) -> None:
    for collection in ROSTER:
        gone = mornings.ever(collection) - mornings.full[LAST][collection].keys()
        assert mornings.tombstones(collection) == gone, collection


def test_who_left_is_a_tombstone_with_everything_below(weeks: Weeks, mornings: Mornings) -> None:
    left = set().union(*weeks.schools) - weeks.students(LAST)
    left &= mornings.ever("users")
    assert left
    for student in left:
        user = mornings.vendor.one("users", student).body["user"]
        assert (user["status"], user["enabledUser"]) == ("tobedeleted", "false")
        assert (user["givenName"], user["familyName"]) == ("Removed", "Removed")
    seats = {name for copy in mornings.full for one in left for name in _seats(copy, one)}
    assert seats
    assert seats <= mornings.tombstones("enrollments")
    assert left == mornings.tombstones("demographics")


def test_who_returned_is_there_again_under_the_same_ids(weeks: Weeks, mornings: Mornings) -> None:
    first, last = mornings.full[0], mornings.full[LAST]
    back = {
        student
        for student in weeks.students(0) & weeks.students(LAST) & first["users"].keys()
        if any(student not in weeks.students(night) for night in range(NIGHTS))
    }
    assert back
    for student in back:
        old, new = first["users"][student], last["users"][student]
        assert plain(old) == plain(new)
        assert old["dateLastModified"] < new["dateLastModified"]
        assert _seats(first, student) == _seats(last, student)


def test_who_moved_is_at_the_new_school_and_at_no_other(weeks: Weeks, mornings: Mornings) -> None:
    first, last = mornings.full[0], mornings.full[LAST]
    moved = {
        student
        for student in weeks.students(0) & weeks.students(LAST) & first["users"].keys()
        if weeks.schools[0][student] != weeks.schools[LAST][student]
    }
    assert moved
    for student in moved:
        school = weeks.schools[LAST][student]
        user = last["users"][student]
        places = user.get("orgs") or [role["org"] for role in user["roles"]]
        assert {place["sourcedId"] for place in places} == {school}
        old, new = _seats(first, student), _seats(last, student)
        assert set(new.values()) == {school}
        assert not old.keys() & new.keys()
        for enrollment in old:
            told = mornings.vendor.one("enrollments", enrollment).body["enrollment"]
            assert told["status"] == "tobedeleted"


def test_who_is_new_came_with_demographics_and_classes(weeks: Weeks, mornings: Mornings) -> None:
    came = set().union(*weeks.schools) - weeks.students(0)
    assert len(came) == sum(changes.get("students_new", 0) for changes in weeks.changes)
    last = mornings.full[LAST]
    here = came & last["users"].keys()
    assert here
    assert here <= last["demographics"].keys()
    assert all(_seats(last, student) for student in here)


def test_a_vendor_that_comes_late_hears_of_nobody_who_left(
    weeks: Weeks, mornings: Mornings
) -> None:
    late = weeks.desk.connect(SLUG, mornings.version, gradebook=True)
    weeks.desk.refresh(SLUG)
    for collection in ROSTER:
        assert late.read(collection, PAGE, filter="status='tobedeleted'") == []
    now = late.everything(PAGE)
    assert {name: _plain(records) for name, records in now.items()} == {
        name: _plain(records) for name, records in mornings.full[LAST].items()
    }


def _plain(records: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: plain(record) for name, record in records.items()}


def _seats(copy: Copy, student: str) -> dict[str, str]:
    """Return the enrollments of a student, each with its school."""
    return {
        name: row["school"]["sourcedId"]
        for name, row in copy["enrollments"].items()
        if row["user"]["sourcedId"] == student
    }
