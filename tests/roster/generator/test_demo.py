"""The demo district has something true to show on every screen."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from roster.generator.demo import write_demo_bundle
from tests.roster.generator import reading

EXCLUDED = "metadata.externalLmsExclude"
DAYS = [date(2025, 7, 1), date(2025, 9, 30), date(2026, 1, 12), date(2026, 3, 31)]


class Demo:
    def __init__(self, path: Path, today: date) -> None:
        self.planted = write_demo_bundle(path, today).planted
        self.tables = reading.tables(path)

    def row(self, name: str, what: str) -> dict[str, str]:
        return next(row for row in self.tables[name] if row["sourcedId"] == self.planted[what])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo") / "demo.zip", date(2025, 11, 22))


def test_days_of_one_month_give_the_same_bytes(tmp_path: Path) -> None:
    for name, day in (("a.zip", 3), ("b.zip", 28)):
        write_demo_bundle(tmp_path / name, date(2026, 2, day))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_three_schools_and_every_role(demo: Demo) -> None:
    types = Counter(org["type"] for org in demo.tables["orgs"])
    assert types == {"district": 1, "department": 2, "school": 3}
    assert len(demo.tables["demographics"]) == 240
    assert {row["role"] for row in demo.tables["roles"]} == {
        "aide", "counselor", "districtAdministrator", "guardian", "parent", "principal",
        "proctor", "relative", "siteAdministrator", "student", "systemAdministrator", "teacher",
    }  # fmt: skip
    assert {row["metadata.type"] for row in demo.tables["categories"]} == {"", "standard"}


def test_guardians_and_children_name_each_other(demo: Demo) -> None:
    agents = {
        row["sourcedId"]: set(reading.ids(row["agentSourcedIds"]))
        for row in demo.tables["users"]
        if row["agentSourcedIds"]
    }
    assert len([one for one in agents if one.startswith("grd")]) == 8
    assert all(one in agents[other] for one, others in agents.items() for other in others)
    schools = Counter(
        row["userSourcedId"] for row in demo.tables["roles"] if row["userSourcedId"][:3] == "grd"
    )
    assert max(schools.values()) == 2
    assert demo.planted["guardian_without_child"] not in agents


def test_results_are_of_students_of_the_class(demo: Demo) -> None:
    enrolled = {
        (row["classSourcedId"], row["userSourcedId"])
        for row in demo.tables["enrollments"]
        if row["role"] == "student"
    }
    line_items = {row["sourcedId"]: row for row in demo.tables["lineItems"]}
    assert len(line_items) == 9
    for row in demo.tables["results"]:
        klass = line_items[row["lineItemSourcedId"]]["classSourcedId"]
        assert (klass, row["studentSourcedId"]) in enrolled
        assert (row["score"] == "") == (row["scoreStatus"] == "not submitted")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("courses", "marked_course"),
        ("classes", "marked_class"),
        ("users", "marked_user"),
        ("roles", "marked_role"),
    ],
)
def test_one_record_of_each_kind_is_marked(demo: Demo, name: str, what: str) -> None:
    marked = [row["sourcedId"] for row in demo.tables[name] if row[EXCLUDED] == "true"]
    assert marked == [demo.planted[what]]


def test_the_faults_are_what_they_are_called(demo: Demo) -> None:
    tables = demo.tables
    usernames = Counter(row["username"] for row in tables["users"] if row["username"])
    known = {row["sourcedId"] for row in tables["classes"]}
    sessions = {row["sourcedId"] for row in tables["academicSessions"]}
    enrolled = Counter((row["classSourcedId"], row["role"]) for row in tables["enrollments"])

    assert demo.row("users", "user_without_username")["username"] == ""
    double = demo.row("users", "user_with_duplicate_username")["username"]
    assert [name for name, count in usernames.items() if count > 1] == [double]
    assert demo.row("users", "user_with_unknown_grade")["grades"] == "7th"
    untaught = demo.planted["class_without_teacher"]
    assert enrolled[(untaught, "student")]
    assert not enrolled[(untaught, "teacher")]
    terms = reading.ids(demo.row("classes", "class_with_missing_term")["termSourcedIds"])
    assert [term in sessions for term in terms] == [True, False]
    assert demo.planted["class_without_people"] not in {klass for klass, _role in enrolled}
    astray = [row for row in tables["enrollments"] if row["classSourcedId"] not in known]
    assert [row["sourcedId"] for row in astray] == [demo.planted["enrollment_of_missing_class"]]


@pytest.mark.parametrize("today", DAYS)
def test_one_enrollment_has_ended_whatever_the_day(tmp_path: Path, today: date) -> None:
    demo = Demo(tmp_path / "demo", today)
    ended = demo.row("enrollments", "enrollment_ended")
    terms = {row["endDate"] for row in demo.tables["academicSessions"]}
    assert ended["beginDate"] == ""
    assert ended["endDate"] <= today.isoformat()
    assert ended["endDate"] not in terms
