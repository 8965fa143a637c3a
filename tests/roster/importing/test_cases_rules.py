"""What small oddities of a bundle come to, where rules and the hierarchy decide."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from roster import hierarchy
from roster.deciding import Decision, Rules, Settings
from roster.deciding.answers import answers
from roster.deciding.rules import EVERYTHING
from roster.kinds import ROWS_OF
from roster.map import build
from roster.models import LineItem
from tests.roster.importing.bundles import GRADEBOOK, V1P2
from tests.roster.importing.cases import (
    TODAY,
    VERSIONS,
    Case,
    add,
    bundle,
    bundler,
    case,
    cell,
    changed,
    check,
    table,
    without,
    without_row,
)
from tests.roster.importing.conftest import Bundler

OLD, NEW = ("1.1",), ("1.2",)


def session(sourced_id: str, title: str, kind: str, start: str, end: str, *more: str) -> Any:
    parent, year = (*more, "", "")[:2]
    return add("academicSessions", sourced_id, title=title, type=kind, startDate=start,
               endDate=end, parentSourcedId=parent, schoolYear=year)  # fmt: skip


WILLOW = session("w", "2026-27", "schoolYear", "2026-07-01", "2027-06-30", "", "2026")
BESIDE = (WILLOW, cell("academicSessions", "fall", "parentSourcedId", "w"))
PROGRAM = add("orgs", "pro", name="Programme", type="department", parentSourcedId="south")

CASES = [
    # Orgs.
    case(
        "a class's school is a school, whatever its type",
        cell("orgs", "north", "type", "department"),
        findings="school-not-a-school",
        sees="orgs/north classes/k1 users/ann enrollments/e-ann",
    ),
    case(
        "two schools that name each other have no parent",
        cell("orgs", "north", "parentSourcedId", "south"),
        cell("orgs", "south", "parentSourcedId", "north"),
        sees="orgs/d orgs/north orgs/south classes/k1 classes/k2 users/ann users/eve",
    ),
    case(
        "a district that is its own parent",
        cell("orgs", "d", "parentSourcedId", "d"),
        sees="orgs/d orgs/north users/ann users/lea",
    ),
    case(
        "an excluded school hides what names it as its parent, in a circle too",
        cell("orgs", "north", "parentSourcedId", "south"),
        cell("orgs", "south", "parentSourcedId", "north"),
        cell("orgs", "south", "metadata.externalLmsExclude", "true"),
        hides="orgs/north orgs/south users/ann users/eve classes/k1",
    ),
    case(
        "a student of a department of a school is at the school",
        PROGRAM,
        cell("roles", "r-eve", "orgSourcedId", "pro"),
        without_row("enrollments", "e-eve"),
        sees="orgs/pro users/eve",
        versions=NEW,
    ),
    case(
        "so is one of a programme with a word of its own",
        PROGRAM,
        cell("orgs", "pro", "type", "ext:program"),
        cell("roles", "r-eve", "orgSourcedId", "pro"),
        without_row("enrollments", "e-eve"),
        sees="1.2:orgs/pro users/eve",
        hides="1.1:orgs/pro",
        versions=NEW,
    ),
    case(
        "and one whose user names a department, in 1.1",
        PROGRAM,
        cell("users", "eve", "orgSourcedIds", "pro"),
        without_row("enrollments", "e-eve"),
        sees="orgs/pro users/eve",
        versions=OLD,
    ),
    case(
        "what lies within an excluded school is hidden with it",
        PROGRAM,
        cell("orgs", "south", "metadata.externalLmsExclude", "true"),
        cell("roles", "r-eve", "orgSourcedId", "pro"),
        hides="orgs/pro orgs/south users/eve",
        versions=NEW,
    ),
    case(
        "an excluded programme within a school hides whoever is there alone",
        PROGRAM,
        cell("orgs", "pro", "metadata.externalLmsExclude", "true"),
        cell("roles", "r-eve", "orgSourcedId", "pro"),
        without_row("enrollments", "e-eve"),
        sees="orgs/south users/tess",
        hides="orgs/pro users/eve",
        versions=NEW,
    ),
    # Sessions and years.
    case(
        "two terms that name each other",
        cell("academicSessions", "fall", "parentSourcedId", "spring"),
        cell("academicSessions", "spring", "parentSourcedId", "fall"),
        sees="academicSessions/fall academicSessions/spring classes/k1 enrollments/e-ann",
    ),
    case(
        "a year that is its own parent",
        cell("academicSessions", "y", "parentSourcedId", "y"),
        sees="academicSessions/y academicSessions/fall classes/k1",
    ),
    case(
        "two labels for one year",
        *BESIDE,
        cell("academicSessions", "fall", "schoolYear", "2026"),
        sees="academicSessions/w academicSessions/y classes/k1 classes/k2 enrollments/e-eve",
        stored={"academicSessions/w school_year": "2026"},
    ),
    case(
        "the year before keeps its label",
        session("old", "2025-26", "schoolYear", "2025-07-01", "2026-06-30", "", "2026"),
        session("t0", "Spring", "term", "2026-01-10", "2026-06-30", "old", "2026"),
        cell("classes", "k2", "termSourcedIds", "t0"),
        hides="academicSessions/old academicSessions/t0 classes/k2 enrollments/e-eve",
        sees="classes/k1",
    ),
    case(
        "a class of two years is of both",
        session("old", "2025-26", "schoolYear", "2025-07-01", "2026-06-30", "", "2026"),
        session("t0", "Spring", "term", "2026-01-10", "2026-06-30", "old", "2026"),
        cell("classes", "k2", "termSourcedIds", "t0,fall"),
        sees="academicSessions/old academicSessions/t0 classes/k2 enrollments/e-eve",
    ),
    # Classes and courses.
    case(
        "a class without terms",
        cell("classes", "k2", "termSourcedIds", ""),
        findings="missing",
        sees="users/eve users/tess",
        hides="classes/k2 enrollments/e-eve enrollments/e-tess",
    ),
    case(
        "a class whose terms aren't there",
        cell("classes", "k2", "termSourcedIds", "t9"),
        findings="reference-unknown",
        hides="classes/k2 enrollments/e-eve",
    ),
    case(
        "a class one of whose terms isn't there",
        cell("classes", "k2", "termSourcedIds", "t9,fall"),
        findings="reference-unknown",
        sees="classes/k2 enrollments/e-eve",
    ),
    case(
        "a course without a code",
        cell("courses", "alg", "courseCode", ""),
        sees="courses/alg classes/k1 enrollments/e-ann",
    ),
    case(
        "a course whose year isn't there",
        cell("courses", "alg", "schoolYearSourcedId", "y9"),
        findings="reference-unknown",
        sees="courses/alg classes/k1",
    ),
    case(
        "orgs, classes, users and enrollments, and nothing else",
        without("academicSessions", "courses", "demographics", "roles"),
        findings="reference-unknown",
        sees="users/ann",
        hides="classes/k1 classes/k2 enrollments/e-ann enrollments/e-eve",
        versions=OLD,
    ),
    # Enrollments.
    case(
        "an enrollment without a class that is there",
        add("enrollments", "e-x", like="e-eve", classSourcedId="k9"),
        findings="reference-unknown",
        sees="users/eve",
        hides="enrollments/e-x",
    ),
    case(
        "an enrollment that names the student's own school counts at the class's",
        cell("enrollments", "e-ann", "schoolSourcedId", "south"),
        sees="enrollments/e-ann users/ann",
    ),
    case(
        "an enrollment that names a school that isn't there counts at the class's",
        cell("enrollments", "e-ann", "schoolSourcedId", "s9"),
        findings="reference-unknown",
        sees="enrollments/e-ann",
    ),
    case(
        "an enrollment that names an excluded school is hidden",
        cell("enrollments", "e-ann", "schoolSourcedId", "south"),
        cell("orgs", "south", "metadata.externalLmsExclude", "true"),
        sees="users/ann",
        hides="enrollments/e-ann",
    ),
    case(
        "a student in a class of another school is at both",
        add("enrollments", "e-x", like="e-ann", classSourcedId="k2", schoolSourcedId="south"),
        sees="enrollments/e-x enrollments/e-ann users/ann",
    ),
    case(
        "who left and came back has two rows",
        cell("enrollments", "e-eve", "endDate", "2026-09-30"),
        add("enrollments", "e-x", like="e-eve", beginDate="2026-10-15", endDate=""),
        sees="enrollments/e-x users/eve",
        hides="enrollments/e-eve",
    ),
    case(
        "two primary teachers",
        add("enrollments", "e-x", like="e-tom", userSourcedId="tess"),
        sees="enrollments/e-tom enrollments/e-x users/tess",
    ),
    case(
        "a student who teaches",
        add("enrollments", "e-x", like="e-tom", userSourcedId="eve"),
        sees="enrollments/e-x enrollments/e-eve users/eve",
    ),
    case(
        "an auditor, whom 1.1 has no word for",
        cell("enrollments", "e-eve", "role", "ext:auditor"),
        sees="1.2:enrollments/e-eve users/eve",
        hides="1.1:enrollments/e-eve",
        versions=NEW,
    ),
    # People.
    case(
        "nobody's username is missed",
        cell("users", "ann", "username", ""),
        findings="missing",
        sees="users/ann enrollments/e-ann",
    ),
    case(
        "a family name is",
        cell("users", "ann", "familyName", ""),
        findings="missing",
        hides="users/ann enrollments/e-ann demographics/ann",
    ),
    case(
        "a coach who teaches is a teacher",
        cell("roles", "r-tess", "role", "ext:coach"),
        sees="users/tess enrollments/e-tess",
        versions=NEW,
    ),
    case(
        "a coach who doesn't isn't in 1.1",
        cell("roles", "r-tess", "role", "ext:coach"),
        without_row("enrollments", "e-tess"),
        sees="1.2:users/tess",
        hides="1.1:users/tess",
        versions=NEW,
    ),
    case(
        "two primary roles at one school",
        add("roles", "r-x", like="r-tess", role="aide"),
        sees="users/tess",
        versions=NEW,
    ),
    case(
        "who has no role is what the classes say",
        without_row("roles", "r-eve", "r-tess"),
        sees="users/eve users/tess enrollments/e-eve enrollments/e-tess",
        versions=NEW,
    ),
    case(
        "who has neither is nowhere",
        without_row("roles", "r-eve"),
        without_row("enrollments", "e-eve"),
        hides="users/eve",
        versions=NEW,
    ),
    case(
        "a guardian without an org is where the child is",
        cell("users", "pat", "orgSourcedIds", ""),
        sees="users/pat",
        versions=OLD,
    ),
    case(
        "so is one whose role has none",
        cell("roles", "r-pat", "orgSourcedId", ""),
        sees="users/pat",
        versions=NEW,
    ),
    case(
        "a guardian without an org whose child is excluded is hidden too",
        cell("users", "pat", "orgSourcedIds", ""),
        cell("users", "ann", "metadata.externalLmsExclude", "true"),
        hides="users/pat users/ann",
        versions=OLD,
    ),
    case(
        "a student without an org is where the classes are",
        cell("users", "eve", "orgSourcedIds", ""),
        sees="users/eve enrollments/e-eve",
        versions=OLD,
    ),
    case(
        "a child who is named as her own guardian",
        cell("users", "ann", "agentSourcedIds", "ann"),
        sees="users/ann users/pat",
    ),
]  # fmt: skip


@table(CASES)
def test_a_bundle(case: Case, version: str, tmp_path: Path, db: None) -> None:
    check(case, version, bundler(tmp_path))


# What one case doesn't say: documents, and narrower sharing


def decision(load: Bundler, vendor: str, **rules: Any) -> Decision:
    organization = load.organization
    organization.refresh_from_db()
    hierarchy.derive(organization)
    given = Rules.of({**EVERYTHING, **rules}, [])
    return Decision(build(organization), vendor, given, Settings.of(organization), TODAY, {})


def seen(d: Decision, collection: str) -> set[str]:
    return {d.map.ids[ROWS_OF[collection]][row] for row in d.visible(collection).tolist()}


def answer(d: Decision, collection: str, sourced_id: str) -> Any:
    return next(answers(d, collection, [d.map.ids[ROWS_OF[collection]].position(sourced_id)]))


@pytest.fixture
def load(tmp_path: Path, db: None) -> Bundler:
    return bundler(tmp_path)


@pytest.mark.parametrize("vendor", VERSIONS)
def test_who_is_shared_the_class_s_school_reads_enrollments_that_name_another(
    vendor: str, load: Bundler
) -> None:
    load(changed(bundle("1.2"), [cell("enrollments", "e-ann", "schoolSourcedId", "south")]))
    d = decision(load, vendor, schools=["north"])
    assert "e-ann" in seen(d, "enrollments")
    assert answer(d, "enrollments", "e-ann")["school"].sourced_id == "north"
    assert "e-ann" not in seen(decision(load, vendor, schools=["south"]), "enrollments")


def test_who_is_shared_a_school_sees_what_lies_within_it(load: Bundler) -> None:
    changes = [PROGRAM, cell("roles", "r-tess", "orgSourcedId", "pro"),
               cell("roles", "r-eve", "orgSourcedId", "pro"),
               without_row("enrollments", "e-eve", "e-tess")]  # fmt: skip
    load(changed(bundle("1.2"), changes))
    south = decision(load, "1.2", schools=["south"])
    north = decision(load, "1.2", schools=["north"])
    assert {"pro", "south"} <= seen(south, "orgs")
    assert {"eve", "tess"} <= seen(south, "users")
    assert "pro" not in seen(north, "orgs")
    assert not {"eve", "tess"} & seen(north, "users")
    places = [role.place.sourced_id for role in answer(south, "users", "eve").roles]
    assert places == ["pro", "south"]


def test_a_circle_is_in_no_document(load: Bundler) -> None:
    load(changed(bundle("1.2"), [
        cell("academicSessions", "fall", "parentSourcedId", "spring"),
        cell("academicSessions", "spring", "parentSourcedId", "fall"),
        cell("orgs", "d", "parentSourcedId", "d"),
    ]))  # fmt: skip
    d = decision(load, "1.2")
    fall, district = answer(d, "academicSessions", "fall"), answer(d, "orgs", "d")
    assert (fall["parent"], fall["children"]) == (None, [])
    assert district["parent"] is None
    assert sorted(each.sourced_id for each in district["children"]) == ["north", "south"]


def test_one_year_has_one_label_in_documents(load: Bundler) -> None:
    load(changed(bundle("1.2"), [*BESIDE, cell("academicSessions", "fall", "schoolYear", "2026")]))
    d = decision(load, "1.2")
    labels = {
        each: answer(d, "academicSessions", each)["schoolYear"] for each in ("w", "y", "fall")
    }
    assert labels == {"w": "2027", "y": "2027", "fall": "2027"}


DUE = (
    ("UTC", "2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
    ("America/Chicago", "2026-12-01", datetime(2026, 12, 1, 6, tzinfo=UTC)),
    ("America/Chicago", "2026-07-01", datetime(2026, 7, 1, 5, tzinfo=UTC)),
    ("America/Chicago", "2026-12-01T23:59:00", datetime(2026, 12, 2, 5, 59, tzinfo=UTC)),
    ("America/Chicago", "2026-12-01T23:59:00-06:00", datetime(2026, 12, 2, 5, 59, tzinfo=UTC)),
    ("America/Chicago", "2026-12-01T23:59:00Z", datetime(2026, 12, 1, 23, 59, tzinfo=UTC)),
    ("Asia/Tokyo", "2026-12-01", datetime(2026, 11, 30, 15, tzinfo=UTC)),
)


@pytest.mark.parametrize(("zone", "cell", "due"), DUE)
def test_a_day_is_due_at_midnight_where_the_organization_is(
    zone: str, cell: str, due: datetime, load: Bundler
) -> None:
    load.organization.time_zone = zone
    load.organization.save()
    items = GRADEBOOK["lineItems.csv"].replace("2026-09-05", cell)
    load(V1P2 | {"categories.csv": GRADEBOOK["categories.csv"], "lineItems.csv": items})
    assert LineItem.objects.get().due_date == due
