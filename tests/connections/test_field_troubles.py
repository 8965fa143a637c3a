"""Troubles that others have had with bundles, seen from where they hurt: at a vendor, over HTTP.

Each is a small Riverside with something odd in it, imported, published and read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client as Browser

from roster.organizations import create_organization
from roster.publishing import refresh
from tests.connections.conftest import Vendor, connected
from tests.roster.importing.cases import Change, add, bundle, cell, changed, row
from tests.roster.importing.conftest import Bundler

BASES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
NINE = datetime(2026, 11, 16, 15, tzinfo=UTC)
VERSIONS = ("1.1", "1.2")
LISTS = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments")
versions = pytest.mark.parametrize("version", VERSIONS)


@pytest.fixture(autouse=True)
def monday() -> Iterator[Any]:
    """A day in the school year of the bundles, at nine in Chicago."""
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def load(db: None, tmp_path: Path) -> Bundler:
    riverside = create_organization("riverside", "Riverside", "America/Chicago", by="operator")
    riverside.school_year = "2027"
    riverside.save()
    return Bundler(tmp_path, riverside)


class Reader:
    """A vendor that reads with one token."""

    def __init__(self, load: Bundler, version: str, **terms: Any) -> None:
        self.vendor: Vendor = connected(load.organization, oneroster=version, **terms)
        refresh(load.organization, by="schedule")
        self.base = BASES[version]
        self.headers = {"Authorization": f"Bearer {self.vendor.token()}"}

    def get(self, path: str) -> Any:
        return Browser().get(f"{self.base}/{path}", headers=self.headers)

    def list(self, path: str) -> dict[str, dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        [records] = json.loads(answer.content).values()
        return {record["sourcedId"]: record for record in records}

    def everything(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {name: self.list(name) for name in LISTS}


def references(value: Any) -> Iterator[tuple[str, str]]:
    """Yield type and id of each reference in a document."""
    if isinstance(value, dict):
        if {"href", "sourcedId", "type"} <= value.keys():
            yield value["type"], value["sourcedId"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


LIST_OF = {
    "org": "orgs",
    "academicSession": "academicSessions",
    "course": "courses",
    "class": "classes",
    "user": "users",
}


@versions
@pytest.mark.parametrize("school", ["south", ""], ids=["the student's own school", "no school"])
def test_of_an_enrollment_the_school_of_its_class_counts(
    load: Bundler, version: str, school: str
) -> None:
    odd = cell("enrollments", "e-ann", "schoolSourcedId", school)
    load(changed(bundle(version), [odd]), version)
    reader = Reader(load, version, schools=["north"])
    assert reader.list("enrollments")["e-ann"]["school"]["sourcedId"] == "north"
    assert "ann" in reader.list("classes/k1/students")
    assert "e-ann" in reader.list("schools/north/classes/k1/enrollments")
    assert Reader(load, version, schools=["south"]).list("enrollments").keys() >= {"e-eve"}


@versions
def test_a_class_elsewhere_brings_a_student_to_its_school(load: Bundler, version: str) -> None:
    """Eve, who is at south, takes a class at north: each school's vendor knows her."""
    guest = add("enrollments", "e-guest", "e-eve", classSourcedId="k1", schoolSourcedId="south")
    load(changed(bundle(version), [guest]), version)
    north, south = (Reader(load, version, schools=[each]) for each in ("north", "south"))
    assert "e-guest" in north.list("enrollments")
    assert {"e-eve"} == {"e-eve", "e-guest"} & south.list("enrollments").keys()
    for reader in (north, south):
        assert "eve" in reader.list("users")
    assert "eve" in north.list("classes/k1/students")


@versions
def test_a_phone_number_that_slipped_is_told_to_nobody(load: Bundler, version: str) -> None:
    """A cell is lost before it, and the next night one too many stands there."""
    files = bundle(version)
    at = files["users.csv"].splitlines()[0].split(",").index("phone")
    slips: list[Change] = [
        row("users", "ann", lambda cells: [*cells[: at - 2], *cells[at - 1 :]]),
        row("users", "ann", lambda cells: [*cells[:at], "", "", *cells[at:]]),
    ]
    load(files, version)
    reader = Reader(load, version)
    for slip in slips:
        for others in ((), (cell("users", "eve", "givenName", "Evelyn"),)):
            load(changed(files, (*others, slip)), version)
            refresh(load.organization, by="schedule")
            said = json.dumps(reader.everything())
            assert "555-1" not in said
            assert "O'Hara" in said  # Ann stays as she was.
            assert "ann@example.org" in said


@versions
def test_a_slipped_row_of_a_first_night_tells_no_phone_number(load: Bundler, version: str) -> None:
    files = bundle(version)
    at = files["users.csv"].splitlines()[0].split(",").index("phone")
    slip = row("users", "ann", lambda cells: [*cells[: at - 2], *cells[at - 1 :], ""])
    load(changed(files, [slip]), version)
    assert "555-1" not in json.dumps(Reader(load, version).everything())


@versions
def test_a_poll_before_a_refresh_leaves_the_sync_after_it_whole(
    load: Bundler, version: str, monday: Any
) -> None:
    """Classes and enrollments are asked, then all is new, then everything is read."""
    files = bundle(version)
    load(files, version)
    reader = Reader(load, version)
    for name in ("classes", "enrollments"):
        reader.list(name)
    monday.shift(timedelta(minutes=4))
    changes = [
        add("users", "zoe", "eve", username="zoe"),
        add("academicSessions", "t9", "fall", title="Third"),
        add("classes", "k9", "k1", termSourcedIds="t9"),
        add("enrollments", "e-zoe", "e-ann", classSourcedId="k9", userSourcedId="zoe"),
    ]
    if version == "1.2":
        changes.append(add("roles", "r-zoe", "r-eve", userSourcedId="zoe", orgSourcedId="north"))
    load(changed(files, changes), version)
    refresh(load.organization, by="schedule")
    for pause in (0, 3):
        monday.shift(timedelta(minutes=pause))
        read = reader.everything()
        for name in LISTS:
            for record in read[name].values():
                for kind, sourced_id in references(record):
                    assert sourced_id in read[LIST_OF[kind]], (name, record["sourcedId"])
    told = {name: sorted(records) for name, records in read.items()}
    assert "e-zoe" in told["enrollments"], told


STRANGE = ("s+123456", "S+123456", "s+", "S+", "a b", "a/c", "41#?&é", "~x", "q=1;v")


@versions
def test_ids_of_odd_signs_are_reached_however_they_are_written(load: Bundler, version: str) -> None:
    changes = [add("users", each, "eve", username=f"u{n}") for n, each in enumerate(STRANGE)]
    if version == "1.2":
        changes += [
            add("roles", f"r-{n}", "r-eve", userSourcedId=each) for n, each in enumerate(STRANGE)
        ]
    load(changed(bundle(version), changes), version)
    reader = Reader(load, version)
    assert set(STRANGE) <= reader.list("users").keys()
    for sourced_id in STRANGE:
        # Some encode everything, others leave alone what a path may hold.
        for written in {quote(sourced_id, safe=""), quote(sourced_id, safe="/+~=;&")}:
            answer = reader.get(f"users/{written}")
            assert answer.status_code == 200, written
            assert json.loads(answer.content)["user"]["sourcedId"] == sourced_id
        asked = quote(f"sourcedId='{sourced_id}'", safe="")
        assert [*reader.list(f"users?filter={asked}")] == [sourced_id]
