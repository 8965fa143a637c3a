"""Every cell of a whole district is what the CSV binding wants (specification, 5.1, 5.3, 5.6).

The tables are written down from the specification, apart from the importer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.roster.generator import reading
from tests.roster.generator.conftest import Generated

REQUIRED = {
    "academicSessions": "title type startDate endDate schoolYear",
    "categories": "title",
    "classes": "title courseSourcedId classType schoolSourcedId termSourcedIds",
    "classResources": "classSourcedId resourceSourcedId",
    "courses": "title orgSourcedId",
    "courseResources": "courseSourcedId resourceSourcedId",
    "demographics": "",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role",
    "lineItemLearningObjectiveIds": "lineItemSourcedId source learningObjectiveId",
    "lineItems": "title assignDate dueDate classSourcedId categorySourcedId",
    "lineItemScoreScales": "lineItemSourcedId scoreScaleSourcedId",
    "orgs": "name type",
    "resources": "vendorResourceId",
    "resultLearningObjectiveIds": "resultSourcedId source learningObjectiveId",
    "results": "lineItemSourcedId studentSourcedId scoreStatus scoreDate",
    "resultScoreScales": "resultSourcedId scoreScaleSourcedId",
    "roles": "userSourcedId roleType role orgSourcedId",
    "scoreScales": "title type orgSourcedId courseSourcedId classSourcedId scoreScaleValue",
    "userResources": "userSourcedId resourceSourcedId",
    "users": "enabledUser username givenName familyName",
}
MORE_REQUIRED = {
    "1.1": {
        "lineItems": "gradingPeriodSourcedId resultValueMin resultValueMax",
        "results": "score",
        "users": "orgSourcedIds role",
    },
    "1.2": {"lineItems": "academicSessionSourcedId schoolSourcedId"},
}

OLD_ROLES = "administrator aide guardian parent proctor relative student teacher"
WORDS = {
    ("academicSessions", "type"): "gradingPeriod semester schoolYear term",
    ("classes", "classType"): "homeroom scheduled",
    ("enrollments", "role"): "administrator proctor student teacher",
    ("lineItemLearningObjectiveIds", "source"): "case unknown",
    ("orgs", "type"): "department school district local state national",
    ("resources", "importance"): "primary secondary",
    ("resultLearningObjectiveIds", "source"): "case unknown",
    ("roles", "roleType"): "primary secondary",
    ("roles", "role"): (
        "aide counselor districtAdministrator guardian parent principal proctor relative"
        " siteAdministrator student systemAdministrator teacher"
    ),
    ("users", "role"): OLD_ROLES,
}
SEXES = {"1.1": "male female", "1.2": "male female unspecified other"}
STATUSES = {"exempt", "fully graded", "not submitted", "partially graded", "submitted"}

FORMS = {
    r"\d{4}-\d\d-\d\d": {
        "startDate", "endDate", "beginDate", "birthDate", "assignDate", "dueDate", "scoreDate",
    },
    r"\d{4}": {"schoolYear"},
    r"\d+(\.\d+)?": {"score", "resultValueMin", "resultValueMax"},
    r"\d+": {"weight"},
    r"true|false": {
        "enabledUser", "primary", "inProgress", "incomplete", "late", "missing", "asian", "white",
        "americanIndianOrAlaskaNative", "blackOrAfricanAmerican", "demographicRaceTwoOrMoreRaces",
        "nativeHawaiianOrOtherPacificIslander", "hispanicOrLatinoEthnicity",
    },
    r"\{[^{}:,]+:[^{}:,]+\}(,\{[^{}:,]+:[^{}:,]+\})*": {"userIds", "scoreScaleValue"},
}  # fmt: skip


def test_what_is_required_is_there(full: Generated) -> None:
    """But for the usernames that are told as missing."""
    blank = [
        (name, column, row["sourcedId"])
        for name, rows in _files(full)
        for column in f"{REQUIRED[name]} {MORE_REQUIRED[full.version].get(name, '')}".split()
        for row in rows
        if not row[column].strip()
    ]
    assert {(name, column) for name, column, _id in blank} == {("users", "username")}
    assert len(blank) == full.made.oddities["people_without_username"]


def test_every_word_is_one_of_the_vocabulary(full: Generated) -> None:
    for name, rows in _files(full):
        for column in rows[0]:
            words = WORDS.get((name, column), "") if column != "sex" else SEXES[full.version]
            if words:
                assert {row[column] for row in rows} <= {"", *words.split()}, (name, column)
    assert {row["scoreStatus"] for row in full["results"]} <= STATUSES
    roles = {role for row in full["resources"] for role in reading.ids(row["roles"])}
    assert roles <= {*OLD_ROLES.split()}


def test_every_value_has_its_form(full: Generated) -> None:
    for name, rows in _files(full):
        for form, columns in FORMS.items():
            for column in columns & rows[0].keys():
                for row in rows:
                    assert re.fullmatch(f"({form})?", row[column]), (name, column, row)


def test_no_cell_has_a_line_break_or_a_space_at_its_ends(full: Generated) -> None:
    for name, rows in _files(full):
        for row in rows:
            for column, cell in row.items():
                assert cell == cell.strip(), (name, column)
                assert not {"\n", "\r"} & {*cell}, (name, column)


def _files(full: Generated) -> Iterator[tuple[str, reading.Rows]]:
    return ((name, rows) for name, rows in full.tables.items() if name != "manifest")
