"""What is in a generated district: sizes, references, and what makes every record visible."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from roster.generator.calendars import calendar_of, school_year_of
from roster.generator.classes import plan_timetable
from roster.generator.district import plan_district
from roster.generator.making import make_bundle
from tests.roster.generator import reading
from tests.roster.generator.conftest import STUDENTS, Generated

#: Column → the file that it refers to.
REFERENCES = {
    "orgs": {"parentSourcedId": "orgs"},
    "academicSessions": {"parentSourcedId": "academicSessions"},
    "courses": {"schoolYearSourcedId": "academicSessions", "orgSourcedId": "orgs"},
    "classes": {
        "courseSourcedId": "courses",
        "schoolSourcedId": "orgs",
        "termSourcedIds": "academicSessions",
    },
    "users": {"orgSourcedIds": "orgs", "primaryOrgSourcedId": "orgs"},
    "roles": {"userSourcedId": "users", "orgSourcedId": "orgs"},
    "enrollments": {
        "classSourcedId": "classes",
        "schoolSourcedId": "orgs",
        "userSourcedId": "users",
    },
    "demographics": {"sourcedId": "users"},
}


def _near(found: int, wanted: float, by: float) -> bool:
    return abs(found - wanted) <= wanted * by


def test_a_district_of_2000_has_a_fair_share_of_everything(district: Generated) -> None:
    counts = {name: len(rows) for name, rows in district.tables.items()}
    assert counts["demographics"] == STUDENTS
    assert _near(counts["users"] - STUDENTS, 4000 / 25, 0.1)
    assert _near(counts["classes"], 12_000 / 25, 0.1)
    assert _near(counts["enrollments"], 300_000 / 25, 0.02)
    assert Counter(org["type"] for org in district["orgs"])["school"] == 3
    assert district.made.files == {
        f"{name}.csv": count for name, count in counts.items() if name != "manifest"
    }


def test_a_district_of_50000_has_the_promised_size() -> None:
    plan = plan_district(50_000, 2026, 1)
    table = plan_timetable(plan)
    classes = list(table.classes)
    seats = sum(
        cohort.size * len(table.sections[school.index][cohort.grade])
        for school in plan.schools
        for cohort in school.cohorts
    )
    assert len(plan.schools) == 60
    assert _near(sum(1 for _employee in plan.employees), 4000, 0.02)
    assert _near(len(table.courses), 600, 0.05)
    assert _near(len(classes), 12_000, 0.02)
    assert _near(seats + sum(len(klass.staff) for klass in classes), 300_000, 0.02)


@pytest.mark.parametrize("students", [1, 2, 13, 59, 60, 61, 300, 1000])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_small_districts_are_whole(tmp_path: Path, students: int, version: str) -> None:
    make_bundle(tmp_path / "a.zip", students, oneroster=version, school_year=2026)
    tables = reading.tables(tmp_path / "a.zip")
    _check_references(tables)
    _check_people(tables)
    assert len(tables["demographics"]) == students
    assert {row["userSourcedId"] for row in tables["enrollments"] if row["role"] == "student"} == {
        row["sourcedId"] for row in tables["demographics"]
    }
    schools = [org for org in tables["orgs"] if org["type"] == "school"]
    assert len(schools) == (1 if students < 60 else 3)


def test_references_lead_to_records(district: Generated) -> None:
    _check_references(district.tables)
    _check_people(district.tables)


def _check_references(tables: dict[str, reading.Rows]) -> None:
    known = {
        name: {row["sourcedId"] for row in rows}
        for name, rows in tables.items()
        if name != "manifest"
    }
    for name, columns in REFERENCES.items():
        for row in tables.get(name, []):
            for column, target in columns.items():
                assert set(reading.ids(row.get(column, ""))) <= known[target], (name, row)


def _check_people(tables: dict[str, reading.Rows]) -> None:
    for name, rows in tables.items():
        if name != "manifest":
            ids = [row["sourcedId"] for row in rows]
            assert len(ids) == len(set(ids)), name
            assert all(re.fullmatch(r"[0-9A-Za-z.\-_@]{1,255}", one) for one in ids), name
    for column in ("username", "email", "identifier"):
        filled = [row[column].lower() for row in tables["users"] if row[column]]
        assert len(filled) == len(set(filled)), column
    seats = [(row["classSourcedId"], row["userSourcedId"]) for row in tables["enrollments"]]
    assert len(seats) == len(set(seats))


def test_bulk_rows_carry_no_status_and_no_stamp(district: Generated) -> None:
    for name, rows in district.tables.items():
        if name != "manifest":
            assert {(row["status"], row["dateLastModified"]) for row in rows} == {("", "")}


def test_every_class_has_people_a_term_of_the_year_and_a_school(district: Generated) -> None:
    schools = {org["sourcedId"] for org in district["orgs"] if org["type"] == "school"}
    sessions = {row["sourcedId"]: row for row in district["academicSessions"]}
    enrolled = {(row["classSourcedId"], row["role"]) for row in district["enrollments"]}
    for klass in district["classes"]:
        terms = [sessions[term] for term in reading.ids(klass["termSourcedIds"])]
        assert terms
        assert {(term["type"], term["schoolYear"]) for term in terms} == {("term", "2026")}
        assert klass["schoolSourcedId"] in schools
        assert {(klass["sourcedId"], "student"), (klass["sourcedId"], "teacher")} <= enrolled
        subjects, codes = reading.ids(klass["subjects"]), reading.ids(klass["subjectCodes"])
        assert len(subjects) == len(codes)


def test_no_enrollment_has_ended_or_is_yet_to_begin(district: Generated) -> None:
    """A date that is also one of the class's terms counts as blank (product rule 4)."""
    sessions = {row["sourcedId"]: row for row in district["academicSessions"]}
    classes = {row["sourcedId"]: row for row in district["classes"]}
    dated = 0
    for row in district["enrollments"]:
        klass = classes[row["classSourcedId"]]
        terms = [sessions[term] for term in reading.ids(klass["termSourcedIds"])]
        assert row["beginDate"] in ("", *(term["startDate"] for term in terms))
        assert row["endDate"] in ("", *(term["endDate"] for term in terms))
        assert row["schoolSourcedId"] == klass["schoolSourcedId"]
        dated += bool(row["beginDate"])
    assert 0 < dated < len(district["enrollments"])
    assert {row["role"] for row in district["enrollments"]} == {
        "administrator", "proctor", "student", "teacher"
    }  # fmt: skip


def test_roles_have_begun_and_do_not_end(districts: dict[str, Generated]) -> None:
    for row in districts["1.2"]["roles"]:
        assert row["beginDate"] < "2021"
        assert row["endDate"] == ""


def test_every_course_is_taught_or_belongs_to_no_year(district: Generated) -> None:
    taught = {klass["courseSourcedId"] for klass in district["classes"]}
    untaught = [row for row in district["courses"] if row["sourcedId"] not in taught]
    assert all(row["schoolYearSourcedId"] == "" for row in untaught)
    assert all(row["courseCode"] and row["orgSourcedId"] for row in district["courses"])
    owners = {org["sourcedId"]: org["type"] for org in district["orgs"]}
    assert {owners[row["orgSourcedId"]] for row in district["courses"]} == {
        "district", "department", "school"
    }  # fmt: skip


def test_every_role_occurs_once_primary_at_each_org(districts: dict[str, Generated]) -> None:
    roles = districts["1.2"]["roles"]
    assert {row["role"] for row in roles} == {
        "aide", "counselor", "districtAdministrator", "principal", "proctor",
        "siteAdministrator", "student", "systemAdministrator", "teacher",
    }  # fmt: skip
    held = {(row["userSourcedId"], row["orgSourcedId"]) for row in roles}
    primary = Counter(
        (row["userSourcedId"], row["orgSourcedId"]) for row in roles if row["roleType"] == "primary"
    )
    assert primary == dict.fromkeys(held, 1)
    assert {row["sourcedId"] for row in districts["1.2"]["users"]} == {
        row["userSourcedId"] for row in roles
    }


def test_version_1_1_knows_its_own_words_only(districts: dict[str, Generated]) -> None:
    users = districts["1.1"]["users"]
    assert {row["role"] for row in users} == {
        "administrator", "aide", "proctor", "student", "teacher"
    }  # fmt: skip
    assert all(row["orgSourcedIds"] for row in users)
    assert {row["sex"] for row in districts["1.1"]["demographics"]} == {"female", "male", ""}
    assert {row["sex"] for row in districts["1.2"]["demographics"]} == {
        "female", "male", "unspecified", "other"
    }  # fmt: skip


def test_both_versions_tell_of_the_same_people(districts: dict[str, Generated]) -> None:
    orgs = [
        {(user, org) for user, _role, org in districts[version].posts()}
        for version in ("1.1", "1.2")
    ]
    assert orgs[0] == orgs[1]
    for name in ("orgs", "academicSessions", "courses", "classes", "enrollments"):
        assert districts["1.1"][name] == districts["1.2"][name]


@pytest.mark.parametrize("year", [2000, 2024, 2026, 2027, 2099])
def test_the_sessions_fill_the_year_without_gaps(year: int) -> None:
    calendar = calendar_of(year)
    assert calendar.whole.start == date(year - 1, 7, 1)
    assert calendar.whole.end == date(year, 7, 1)
    for parts in (calendar.terms, calendar.grading_periods):
        assert parts[0].start == calendar.terms[0].start > calendar.whole.start
        assert parts[-1].end == calendar.terms[1].end < calendar.whole.end
        assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    by_id = {session.sourced_id: session for session in calendar.sessions}
    for session in calendar.sessions[1:]:
        parent = by_id[session.parent]
        assert parent.start <= session.start < session.end <= parent.end


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 6, 30), 2026), (date(2026, 7, 1), 2027), (date(2026, 1, 1), 2026)],
)
def test_july_begins_a_school_year(day: date, year: int) -> None:
    assert school_year_of(day) == year
    whole = calendar_of(year).whole
    assert whole.start <= day < whole.end
