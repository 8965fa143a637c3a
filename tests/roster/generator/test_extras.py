"""What guardians, gradebook and resources add, and what a district that has lived is like."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from roster.generator.marks import EXCLUDED, METADATA
from roster.generator.streams import Extras
from tests.roster.generator import reading
from tests.roster.generator.conftest import Generated
from tests.roster.generator.test_bundles import _make

#: Column → the file that it refers to, beyond those of a plain roster.
REFERENCES = {
    "users": {"agentSourcedIds": "users"},
    "lineItems": {
        "classSourcedId": "classes",
        "categorySourcedId": "categories",
        "gradingPeriodSourcedId": "academicSessions",
        "academicSessionSourcedId": "academicSessions",
        "schoolSourcedId": "orgs",
    },
    "results": {
        "lineItemSourcedId": "lineItems",
        "studentSourcedId": "users",
        "classSourcedId": "classes",
    },
    "scoreScales": {
        "orgSourcedId": "orgs",
        "courseSourcedId": "courses",
        "classSourcedId": "classes",
    },
    "lineItemScoreScales": {"lineItemSourcedId": "lineItems", "scoreScaleSourcedId": "scoreScales"},
    "resultScoreScales": {"resultSourcedId": "results", "scoreScaleSourcedId": "scoreScales"},
    "lineItemLearningObjectiveIds": {"lineItemSourcedId": "lineItems"},
    "resultLearningObjectiveIds": {"resultSourcedId": "results"},
    "courseResources": {"courseSourcedId": "courses", "resourceSourcedId": "resources"},
    "classResources": {"classSourcedId": "classes", "resourceSourcedId": "resources"},
    "userResources": {
        "userSourcedId": "users",
        "orgSourcedId": "orgs",
        "classSourcedId": "classes",
        "resourceSourcedId": "resources",
    },
}
ONLY_1_2 = {
    "lineItemLearningObjectiveIds", "lineItemScoreScales", "resultLearningObjectiveIds",
    "resultScoreScales", "scoreScales", "userResources", "roles",
}  # fmt: skip
STATUSES = {"exempt", "fully graded", "not submitted", "partially graded", "submitted"}


def _by_id(rows: reading.Rows) -> dict[str, dict[str, str]]:
    return {row["sourcedId"]: row for row in rows}


def test_every_file_is_there_and_its_references_lead_to_records(full: Generated) -> None:
    known = {name: set(_by_id(rows)) for name, rows in full.tables.items() if name != "manifest"}
    lacking = {"userProfiles", *(ONLY_1_2 if full.version == "1.1" else ())}
    assert {*REFERENCES, "roles"} - known.keys() == lacking - {"userProfiles"}
    for name, columns in REFERENCES.items():
        for row in full.tables.get(name, []):
            for column, target in columns.items():
                assert set(reading.ids(row.get(column, ""))) <= known[target], (name, row)
    for name, ids in known.items():
        assert len(ids) == len(full[name]), name
        assert all(re.fullmatch(r"[0-9A-Za-z.\-_@]{1,255}", one) for one in ids), name


def test_every_oddity_is_counted_as_it_is(full: Generated) -> None:
    told = full.made.oddities
    counted = (*_of_guardians(full), *_of_time(full), *_of_marks(full), *_of_links(full))
    assert {name: told[name] for name, _count in counted} == dict(counted)
    assert min(told.values()) > 0


def _of_guardians(full: Generated) -> list[tuple[str, int]]:
    agents = {row["sourcedId"]: reading.ids(row["agentSourcedIds"]) for row in full["users"]}
    named = {agent for user, found in agents.items() if user[:3] != "grd" for agent in found}
    guardians = [user for user in agents if user.startswith("grd")]
    at = Counter(user for user, _role, _org in full.posts())
    return [
        ("guardians", len(guardians)),
        ("guardians_with_children_at_two_schools", sum(at[one] > 1 for one in guardians)),
        (
            "guardians_named_by_a_child_only",
            sum(one in named and not agents[one] for one in guardians),
        ),
        (
            "guardians_not_named_by_a_child",
            sum(one not in named and bool(agents[one]) for one in guardians),
        ),
        (
            "guardians_without_link",
            sum(one not in named and not agents[one] for one in guardians),
        ),
    ]


def _of_time(full: Generated) -> list[tuple[str, int]]:
    sessions = _by_id(full["academicSessions"])
    classes = _by_id(full["classes"])
    found: Counter[str] = Counter()
    ended = set()
    for row in full["enrollments"]:
        klass = classes[row["classSourcedId"]]
        terms = [sessions[term] for term in reading.ids(klass["termSourcedIds"])]
        if row["endDate"] not in ("", *(term["endDate"] for term in terms)):
            found["ended_enrollments"] += 1
            ended.add((row["userSourcedId"], row["classSourcedId"]))
        if row["beginDate"] not in ("", *(term["startDate"] for term in terms)):
            found["future_enrollments"] += 1
    items = {row["sourcedId"]: row["classSourcedId"] for row in full["lineItems"]}
    found["results_of_ended_enrollments"] = sum(
        (row["studentSourcedId"], items[row["lineItemSourcedId"]]) in ended
        for row in full["results"]
    )
    return list(found.items())


def _of_marks(full: Generated) -> list[tuple[str, int]]:
    files = (
        "categories",
        "orgs",
        "courses",
        "classes",
        "users",
        *(["roles"] if full.version == "1.2" else []),
    )
    return [
        *((f"marked_{name}", sum(row[EXCLUDED] == "true" for row in full[name])) for name in files),
        (
            "metadata_columns",
            sum(
                column.startswith("metadata.")
                for rows in full.tables.values()
                for column in rows[0]
            ),
        ),
    ]


def _of_links(full: Generated) -> list[tuple[str, int]]:
    files = {"courses": "courseResources", "classes": "classResources"}
    if full.version == "1.2":
        files["users"] = "userResources"
    linked = {row["resourceSourcedId"] for name in files.values() for row in full[name]}
    return [
        *((f"resources_linked_with_{name}", len(full[file])) for name, file in files.items()),
        ("resources_linked_with_nothing", len(set(_by_id(full["resources"])) - linked)),
    ]


def test_guardians_belong_where_their_children_do(full: Generated) -> None:
    schools = defaultdict(set)
    for user, _role, org in full.posts():
        schools[user].add(org)
    roles = {user: role for user, role, _org in full.posts() if user.startswith("grd")}
    assert set(roles.values()) == {"guardian", "parent", "relative"}
    for row in full["users"]:
        if row["sourcedId"] in roles and row["agentSourcedIds"]:
            children = set(reading.ids(row["agentSourcedIds"]))
            assert all(child.startswith("stu") for child in children)
            at_home = {min(schools[child] - {"dist-001"}) for child in children}
            assert schools[row["sourcedId"]] & set().union(*(schools[c] for c in children))
            assert len(schools[row["sourcedId"]]) <= len(at_home)


def test_results_keep_to_their_line_items(full: Generated) -> None:
    items = _by_id(full["lineItems"])
    classes = _by_id(full["classes"])
    sessions = _by_id(full["academicSessions"])
    enrolled = {(row["userSourcedId"], row["classSourcedId"]) for row in full["enrollments"]}
    for row in items.values():
        period = row.get("academicSessionSourcedId") or row["gradingPeriodSourcedId"]
        assert sessions[period]["type"] == "gradingPeriod"
        terms = reading.ids(classes[row["classSourcedId"]]["termSourcedIds"])
        assert sessions[period]["parentSourcedId"] in terms
        assert sessions[period]["startDate"] <= row["assignDate"] < row["dueDate"]
        assert row["dueDate"] < sessions[period]["endDate"]
        if full.version == "1.2":
            assert row["schoolSourcedId"] == classes[row["classSourcedId"]]["schoolSourcedId"]
    assert {row["scoreStatus"] for row in full["results"]} == STATUSES
    for row in full["results"]:
        item = items[row["lineItemSourcedId"]]
        assert (row["studentSourcedId"], item["classSourcedId"]) in enrolled
        if row["score"] or full.version == "1.1":
            assert 0 <= float(row["score"]) <= float(item["resultValueMax"])


def test_scales_and_objectives_are_written_as_the_binding_wants(
    full_districts: dict[str, Generated],
) -> None:
    full = full_districts["1.2"]
    one = r"\{[^{}:,]+:[^{}:,]+\}"
    for row in full["scoreScales"]:
        assert re.fullmatch(rf"{one}(,{one})*", row["scoreScaleValue"])
    for name in ("lineItemLearningObjectiveIds", "resultLearningObjectiveIds"):
        for row in full[name]:
            if row["source"] == "case":
                assert UUID(row["learningObjectiveId"]).urn == row["learningObjectiveId"]
    assert {row["weight"].isdigit() for row in full["categories"] if row["weight"]} == {True}


@pytest.mark.parametrize("extra", ["guardians", "gradebook", "resources"])
def test_each_extra_can_be_had_alone_and_makes_a_district_that_has_lived(
    tmp_path: Path, extra: str
) -> None:
    _make(tmp_path / "a", 300, extras=Extras(**{extra: True}))
    tables = reading.tables(tmp_path / "a")
    has: dict[str, Any] = {
        "guardians": any(row["sourcedId"][:3] == "grd" for row in tables["users"]),
        "gradebook": "results" in tables,
        "resources": "resources" in tables,
    }
    assert [name for name, there in has.items() if there] == [extra]
    assert any(row[EXCLUDED] for row in tables["users"])


def test_a_plain_bundle_has_neither_marks_nor_columns_of_its_own(district: Generated) -> None:
    for name, text in district.texts.items():
        assert "metadata." not in reading.header(text), name
    assert not any(name.startswith("marked_") for name in district.made.oddities)


def test_columns_of_its_own_follow_the_binding_s(full: Generated) -> None:
    for name, columns in METADATA.items():
        if name in full.tables:
            assert reading.header(full.texts[f"{name}.csv"]).split(",")[-len(columns) :] == [
                *columns
            ]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_strict_leaves_out_who_has_no_username(tmp_path: Path, version: str) -> None:
    extras = Extras(guardians=True, gradebook=True, resources=True)
    made = {}
    for name, strict in (("all", False), ("strict", True)):
        _make(tmp_path / name, 900, oneroster=version, extras=extras, strict=strict)
        made[name] = reading.tables(tmp_path / name)
    nameless = {row["sourcedId"] for row in made["all"]["users"] if not row["username"]}
    assert len(nameless) == 3
    left = set(_by_id(made["all"]["users"])) - set(_by_id(made["strict"]["users"]))
    assert left >= nameless
    assert all(one.startswith("grd") for one in left - nameless)
    assert not any(one in str(made["strict"]) for one in nameless)
