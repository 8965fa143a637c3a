"""Rows that contradict each other: each is told, and all are kept."""

from __future__ import annotations

from pathlib import Path

from tests.roster.importing.cases import Case, add, bundler, case, cell, check, table, without_row

NEW = ("1.2",)

CASES = [
    case(
        "a sound bundle has no contradictions",
        never="enrollment-school enrollment-twice enrollment-role user-without-role"
        " role-primary-twice username-twice email-twice id-telling subjects-uneven parent-circle"
        " year-labels class-of-years",
    ),
    case(
        "an enrollment of another school than its class",
        cell("enrollments", "e-ann", "schoolSourcedId", "south"),
        findings="enrollment-school",
        sees="enrollments/e-ann",
    ),
    case(
        "an enrollment without a school",
        cell("enrollments", "e-ann", "schoolSourcedId", ""),
        never="enrollment-school",
        sees="enrollments/e-ann",
    ),
    case(
        "the same person twice in a class",
        add("enrollments", "e-x", like="e-eve"),
        findings="enrollment-twice",
        sees="enrollments/e-eve enrollments/e-x",
    ),
    case(
        "twice at the same time",
        cell("enrollments", "e-eve", "endDate", "2026-12-01"),
        add("enrollments", "e-x", like="e-eve", beginDate="2026-11-01", endDate=""),
        findings="enrollment-twice",
    ),
    case(
        "one after the other",
        cell("enrollments", "e-eve", "endDate", "2026-10-01"),
        add("enrollments", "e-x", like="e-eve", beginDate="2026-10-01", endDate=""),
        never="enrollment-twice",
        sees="enrollments/e-x",
    ),
    case(
        "as two things",
        add("enrollments", "e-x", like="e-eve", role="teacher"),
        never="enrollment-twice",
        findings="enrollment-role",
        sees="enrollments/e-eve enrollments/e-x",
    ),
    case(
        "a teacher who is enrolled as a student",
        add("enrollments", "e-x", like="e-eve", userSourcedId="tess"),
        findings="enrollment-role",
        sees="enrollments/e-x",
    ),
    case(
        "a teacher who is enrolled as an aide",
        add("enrollments", "e-x", like="e-tom", userSourcedId="tess", role="aide"),
        never="enrollment-role",
        versions=NEW,
    ),
    case(
        "a student without a role",
        without_row("roles", "r-eve"),
        findings="user-without-role",
        sees="users/eve",
        versions=NEW,
    ),
    case(
        "two primary roles at an org",
        add("roles", "r-x", like="r-tom", role="aide"),
        findings="role-primary-twice",
        sees="users/tom",
        versions=NEW,
    ),
    case(
        "a secondary role beside",
        add("roles", "r-x", like="r-tom", role="aide", roleType="secondary"),
        never="role-primary-twice",
        versions=NEW,
    ),
    case(
        "one username for two",
        cell("users", "eve", "username", "ANN"),
        findings="username-twice",
        sees="users/ann users/eve",
    ),
    case(
        "one e-mail address for two",
        cell("users", "eve", "email", "Ann@example.org"),
        findings="email-twice",
        sees="users/ann users/eve",
    ),
    case(
        "no username for two",
        cell("users", "ann", "username", ""),
        cell("users", "eve", "username", ""),
        never="username-twice",
    ),
    case(
        "an e-mail address as an id",
        add("users", "zoe@example.org", like="eve", username="zoe", email="zoe@example.org"),
        findings="id-telling",
    ),
    case(
        "a name as an id",
        add("users", "lee.zoe", like="eve", givenName="Zoe", username="z", email=""),
        findings="id-telling",
    ),
    case(
        "more subjects than codes",
        cell("courses", "alg", "subjects", "Math,Art"),
        findings="subjects-uneven",
        sees="courses/alg",
    ),
    case(
        "more codes than subjects, of a class",
        cell("classes", "k1", "subjectCodes", "MA,AR"),
        findings="subjects-uneven",
        sees="classes/k1",
    ),
    case(
        "subjects without codes",
        cell("classes", "k1", "subjectCodes", ""),
        never="subjects-uneven",
    ),
    case(
        "a term that is its own parent",
        cell("academicSessions", "fall", "parentSourcedId", "fall"),
        findings="parent-circle",
        sees="academicSessions/fall classes/k1",
    ),
    case(
        "schools that are each other's parents",
        cell("orgs", "north", "parentSourcedId", "south"),
        cell("orgs", "south", "parentSourcedId", "north"),
        findings="parent-circle",
        sees="orgs/north orgs/south",
    ),
    case(
        "the second night makes a circle",
        then=(cell("orgs", "d", "parentSourcedId", "north"),),
        findings="parent-circle",
        sees="orgs/d orgs/north users/ann",
    ),
    case(
        "the second night mends one",
        cell("orgs", "d", "parentSourcedId", "north"),
        then=(cell("orgs", "d", "parentSourcedId", ""),),
        never="parent-circle",
        sees="orgs/d orgs/north users/ann",
    ),
    case(
        "a class of two years",
        add(
            "academicSessions",
            "last",
            like="fall",
            startDate="2025-08-20",
            endDate="2026-06-20",
            parentSourcedId="",
            schoolYear="2026",
        ),
        cell("classes", "k2", "termSourcedIds", "last,fall"),
        findings="class-of-years",
        sees="classes/k2",
    ),
    case(
        "a year with two labels",
        add("academicSessions", "w", like="y", schoolYear="2026"),
        findings="year-labels",
        sees="academicSessions/w classes/k1",
    ),
    case(
        "the second night gives it the other label",
        add("academicSessions", "w", like="y"),
        then=(cell("academicSessions", "w", "schoolYear", "2026"),),
        findings="year-labels",
        sees="academicSessions/w classes/k1 enrollments/e-ann",
    ),
]


@table(CASES)
def test_a_bundle(case: Case, version: str, tmp_path: Path, db: None) -> None:
    check(case, version, bundler(tmp_path))
