"""Ten nights of a district, imported and published one after another, read by four vendors.

A full and a delta vendor of each version come every morning, and one that comes every third.
All end with the truth, which the naive evaluator of the rules tells (`tests/oracle`). The
district has guardians, a gradebook and resources; its generator says who leaves and comes.

`TEN_NIGHTS_STUDENTS=2000` before `python3 manage.py test -- tests/acceptance/test_ten_nights.py`
takes the district of that size.
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
from tests.model.comparing import differences, plain
from tests.oracle import expected

SLUG = "riverside"
STUDENTS = int(os.environ.get("TEN_NIGHTS_STUDENTS", "200"))
NIGHTS = 10
FIRST = datetime(2026, 2, 2, 3, tzinfo=UTC)
DAY = timedelta(days=1)
VERSIONS = ("1.1", "1.2")
PAGE = 1000

ROSTER = (
    "academicSessions", "orgs", "courses", "classes", "users", "enrollments", "demographics",
    "resources",
)  # fmt: skip

Copy = dict[str, dict[str, dict[str, Any]]]
Night = dict[str, dict[str, dict[str, str]]]


@dataclass
class Follower:
    """A delta vendor: everything once, and from then on what changed since it last began."""

    vendor: Connected
    copy: Copy = field(default_factory=dict)
    since: str = ""
    heard: set[tuple[str, str]] = field(default_factory=set)

    def read(self) -> None:
        self.vendor.renew()
        began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.heard = set()
        if self.since:
            for collection, records in self.copy.items():
                self._apply(collection, records)
        else:
            self.copy = self.vendor.everything(PAGE)
        self.since = began

    def _apply(self, collection: str, records: dict[str, dict[str, Any]]) -> None:
        query = f"dateLastModified>'{self.since}'"
        for record in self.vendor.read(collection, PAGE, filter=query):
            name = record["sourcedId"]
            self.heard.add((collection, name))
            if record["status"] == "active":
                records[name] = record
            else:
                records.pop(name, None)


@dataclass
class Weeks:
    """What everybody had each morning, and what the files of each night said."""

    desk: Desk
    nights: list[Night] = field(default_factory=list)
    changes: list[dict[str, int]] = field(default_factory=list)
    full: dict[str, list[Copy]] = field(default_factory=lambda: {one: [] for one in VERSIONS})
    delta: dict[str, list[Copy]] = field(default_factory=lambda: {one: [] for one in VERSIONS})
    heard: dict[str, list[set[tuple[str, str]]]] = field(
        default_factory=lambda: {one: [] for one in VERSIONS}
    )
    seldom: dict[str, Copy] = field(default_factory=dict)
    vendors: dict[str, Connected] = field(default_factory=dict)
    late: dict[str, Connected] = field(default_factory=dict)

    def students(self, night: int) -> set[str]:
        return set(self.nights[night]["demographics"])

    def school(self, night: int, student: str) -> str:
        return self.nights[night]["users"][student]["primaryOrgSourcedId"]


@pytest.fixture(scope="module")
def moving() -> Iterator[Any]:
    with time_machine.travel(FIRST, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def weeks(moving: Any, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    weeks = Weeks(desk)
    folder = tmp_path_factory.mktemp("nights")
    desk.partner()
    desk.organization(SLUG, school_year="2026")
    weeks.vendors = {one: desk.connect(SLUG, one, gradebook=True) for one in VERSIONS}
    followers = {
        one: [Follower(desk.connect(SLUG, one, gradebook=True)) for _ in range(2)]
        for one in VERSIONS
    }
    for night in range(NIGHTS):
        moving.move_to(FIRST + night * DAY)
        _import(weeks, folder / f"night{night}", night)
        desk.refresh(SLUG)
        moving.move_to(FIRST + night * DAY + timedelta(hours=4))
        for version in VERSIONS:
            weeks.vendors[version].renew()
            weeks.full[version].append(weeks.vendors[version].everything(PAGE))
            daily, seldom = followers[version]
            daily.read()
            weeks.delta[version].append({name: dict(all_) for name, all_ in daily.copy.items()})
            weeks.heard[version].append(daily.heard)
            if night % 3 == 0:
                seldom.read()
                weeks.seldom[version] = seldom.copy
    moving.move_to(FIRST + NIGHTS * DAY)
    weeks.late = {one: desk.connect(SLUG, one, gradebook=True) for one in VERSIONS}
    desk.refresh(SLUG)
    for vendor in weeks.vendors.values():
        vendor.renew()
    return weeks


def _import(weeks: Weeks, path: Path, night: int) -> None:
    """Make the bundle of a night and import it: it is taken whole, and nothing is found in it."""
    made = weeks.desk.run(
        *("make_bundle", path, "--students", STUDENTS, "--school-year", 2026, "--night", night),
        *("--guardians", "--gradebook", "--resources"),
    )
    imported = weeks.desk.run("import_roster", SLUG, path)
    assert {(finding["code"], finding["column"]) for finding in imported["findings"]["list"]} <= {
        ("missing", "username")
    }
    assert {name: counts["read"] for name, counts in imported["files"].items()} == made["files"]
    weeks.changes.append(made.get("changes", {}))
    weeks.nights.append({file.stem: _rows(file) for file in path.glob("*.csv")})


def _rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


both = pytest.mark.parametrize("version", VERSIONS)


@both
def test_the_delta_vendor_has_what_the_full_one_has_every_morning(weeks, version):
    for night in range(NIGHTS):
        assert weeks.delta[version][night] == weeks.full[version][night], night


@both
def test_who_comes_every_third_night_has_it_too(weeks, version):
    assert weeks.seldom[version] == weeks.full[version][-1]


@both
def test_what_they_end_with_is_the_truth(weeks, version):
    organization = Organization.objects.get(slug=SLUG)
    [line] = {one.line for one in organization.connections.filter(oneroster=version) if one.line}
    day = (FIRST + (NIGHTS - 1) * DAY).date()
    found = {
        name: {sourced_id: plain(record) for sourced_id, record in records.items()}
        for name, records in weeks.full[version][-1].items()
        if name in ROSTER
    }
    assert differences(found, expected(organization, version, line.rules, day)) == []


@both
def test_stamps_move_with_the_truth_and_only_then(weeks, version):
    for night in range(1, NIGHTS):
        flip = (FIRST + night * DAY).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        before, after = weeks.full[version][night - 1], weeks.full[version][night]
        for collection, records in after.items():
            for sourced_id, record in records.items():
                old = before[collection].get(sourced_id)
                if old is None or plain(old) != plain(record):
                    assert record["dateLastModified"] >= flip, (collection, sourced_id)
                else:
                    assert record == old, (collection, sourced_id)


@both
def test_the_delta_vendor_hears_of_what_changed_and_of_nothing_else(weeks, version):
    for night in range(1, NIGHTS):
        before, after = weeks.full[version][night - 1], weeks.full[version][night]
        changed = {
            (collection, sourced_id)
            for collection in after
            for sourced_id in {*before[collection], *after[collection]}
            if before[collection].get(sourced_id) != after[collection].get(sourced_id)
        }
        assert weeks.heard[version][night] == changed


@both
def test_who_left_is_a_tombstone_with_everything_below(weeks, version):
    last = NIGHTS - 1
    gone = set().union(*map(weeks.students, range(NIGHTS))) - weeks.students(last)
    assert gone
    read = {name for night in weeks.full[version] for name in night["users"]}
    vendor = weeks.vendors[version]
    for student in gone & read:
        assert student not in weeks.full[version][-1]["users"]
        user = vendor.one("users", student).body["user"]
        assert (user["status"], user["enabledUser"]) == ("tobedeleted", "false")
        assert (user["givenName"], user["familyName"]) == ("Removed", "Removed")
    below = {
        enrollment["sourcedId"]
        for night in weeks.full[version]
        for enrollment in night["enrollments"].values()
        if enrollment["user"]["sourcedId"] in gone
    }
    assert below
    told = {row["sourcedId"] for row in _tombstones(vendor, "enrollments")}
    assert below <= told
    assert {row["sourcedId"] for row in _tombstones(vendor, "demographics")} == gone & read


@both
def test_tombstones_are_of_what_was_read_and_is_no_more(weeks, version):
    for collection in ROSTER:
        read = {name for night in weeks.full[version] for name in night[collection]}
        told = {row["sourcedId"] for row in _tombstones(weeks.vendors[version], collection)}
        assert told == read - set(weeks.full[version][-1][collection]), collection


def _tombstones(vendor: Connected, collection: str) -> list[dict[str, Any]]:
    return vendor.read(collection, PAGE, filter="status='tobedeleted'")


@both
def test_who_returned_is_there_again_under_the_same_ids(weeks, version):
    first, last = weeks.full[version][0], weeks.full[version][-1]
    back = {
        student
        for student in weeks.students(0) & weeks.students(NIGHTS - 1)
        if any(student not in weeks.students(night) for night in range(NIGHTS))
        and student in first["users"]
    }
    assert back
    for student in back:
        assert plain(last["users"][student]) == plain(first["users"][student])
        stamps = [copy["users"][student]["dateLastModified"] for copy in (first, last)]
        assert stamps[0] < stamps[1]
        assert _seats(last, student) == _seats(first, student)


@both
def test_who_moved_is_at_the_new_school_and_at_no_other(weeks, version):
    last = NIGHTS - 1
    moved = {
        student
        for student in weeks.students(0) & weeks.students(last)
        if weeks.school(0, student) != weeks.school(last, student)
    }
    moved &= weeks.full[version][0]["users"].keys()
    assert moved
    for student in moved:
        school = weeks.school(last, student)
        user = weeks.full[version][-1]["users"][student]
        places = user["orgs"] if version == "1.1" else [role["org"] for role in user["roles"]]
        assert {place["sourcedId"] for place in places} == {school}
        old = _seats(weeks.full[version][0], student)
        new = _seats(weeks.full[version][-1], student)
        assert set(new.values()) == {school}
        assert not old.keys() & new.keys()
        for enrollment in old:
            told = weeks.vendors[version].one("enrollments", enrollment).body["enrollment"]
            assert told["status"] == "tobedeleted"


def _seats(copy: Copy, student: str) -> dict[str, str]:
    """Return the enrollments of a student, each with its school."""
    return {
        name: row["school"]["sourcedId"]
        for name, row in copy["enrollments"].items()
        if row["user"]["sourcedId"] == student
    }


@both
def test_who_is_new_came_with_a_demographics_row_and_seats(weeks, version):
    new = weeks.students(NIGHTS - 1) - weeks.students(0)
    assert len(new) == sum(changes.get("students_new", 0) for changes in weeks.changes)
    last = weeks.full[version][-1]
    there = new & last["users"].keys()
    assert there
    assert there <= last["demographics"].keys()
    assert all(_seats(last, student) for student in there)


@both
def test_a_vendor_that_comes_late_hears_of_nobody_who_left_before(weeks, version):
    late = weeks.late[version]
    for collection in ROSTER:
        assert _tombstones(late, collection) == []
    assert {
        name: list(map(plain, records.values())) for name, records in late.everything(PAGE).items()
    } == {
        name: list(map(plain, records.values()))
        for name, records in weeks.full[version][-1].items()
    }
