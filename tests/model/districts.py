"""Random small districts: rows that a bundle might bring, clean for the most part.

Every row has an id of a fixed pool, and its fields are drawn anew for that id: so a district
can be drawn whole, and later changed row by row. References go to the pools too, and
sometimes nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from roster.models import (
    AcademicSession,
    Agent,
    AssessmentLineItem,
    AssessmentResult,
    Category,
    ClassResource,
    Course,
    CourseResource,
    Demographics,
    Enrollment,
    Klass,
    LineItem,
    Org,
    Organization,
    Resource,
    Result,
    Role,
    ScoreScale,
    User,
    UserProfile,
    UserResource,
)
from tests.model.tidy import tidy

Draw = Callable[[st.SearchStrategy[Any]], Any]

TODAY = date(2026, 11, 16)
YEAR = "2027"
NOWHERE = "nowhere"

ORGS = ["district", "office", "s1", "s2", "s3"]
SCHOOLS = ["s1", "s2", "s3"]
SESSIONS = ["year", "fall", "spring", "quarter", "old", "oldterm", "twin"]
COURSES = ["c1", "c2", "c3", "c4"]
CLASSES = ["k1", "k2", "k3", "k4", "k5"]
USERS = ["u1", "u2", "u3", "u4", "u5", "u6", "u/7@x"]
ROLES = [f"r{number}" for number in range(1, 11)]
ENROLLMENTS = [f"e{number}" for number in range(1, 11)]
PROFILES = ["p1", "p2"]
RESOURCES = ["x1", "x2"]
LINKS = ["l1", "l2", "l3"]
CATEGORIES = ["g1", "g2"]
SCALES = ["v1", "v2"]
LINE_ITEMS = ["i1", "i2", "i3"]
RESULTS = ["t1", "t2", "t3", "t4"]
ASSESSMENTS = ["a1", "a2"]
SCORES = ["b1", "b2"]

IDS = {
    "orgs": ORGS,
    "academicSessions": SESSIONS,
    "courses": COURSES,
    "classes": CLASSES,
    "users": USERS,
    "enrollments": ENROLLMENTS,
    "demographics": USERS,
    "resources": RESOURCES,
}

ROLE_WORDS = [
    "student",
    "teacher",
    "guardian",
    "parent",
    "relative",
    "aide",
    "principal",
    "administrator",
    "counselor",
    "proctor",
    "districtAdministrator",
    "ext:coach",
]
CODES = ["03", "04", "05"]
SUBJECTS = ["Maths", "Music"]


def mostly(usual: Any, *odd: Any) -> st.SearchStrategy[Any]:
    """The usual value (or one of its list), and now and then an odd one."""
    usual = usual if isinstance(usual, list) else [usual]
    return st.sampled_from([*usual * (1 + 3 * len(odd) // len(usual)), *odd])


def some_of(values: list[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


def at_least_one_of(values: list[Any], most: int = 2) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


def columns(*extra: tuple[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Metadata columns, blank for the most part."""
    filled = [{name: value} for name, values in extra for value in values]
    return mostly([{}], {"locker": "17"}, *filled)


LEVELS = [("calendar", ["track"]), ("scheduleStructure", ["block"])]
EXCLUDED = [("externalLmsExclude", ["true"])]
"""Columns that a bundle may have, and what may stand in them."""

NEAR = [TODAY + timedelta(days=days) for days in (-40, -1, 0, 1, 14, 15, 40)]
DATES = mostly([None], date(2026, 8, 15), date(2026, 12, 20), date(2027, 6, 20), *NEAR)


def org(draw: Draw, sourced_id: str) -> dict[str, Any]:
    school = sourced_id in SCHOOLS
    parent = {"district": "", "office": "district"}.get(sourced_id, "district")
    usual = "school" if school else {"district": "district"}.get(sourced_id, "department")
    return {
        "name": draw(mostly(f"The {sourced_id}", f"Old {sourced_id}")),
        "type": draw(mostly(usual, "school", "district", "ext:campus")),
        "identifier": draw(st.sampled_from(["", "77"])),
        "parent": draw(mostly(parent, "", NOWHERE, *ORGS)),
        "metadata": draw(columns(*EXCLUDED)),
    }


SPANS = {
    "year": (date(2026, 8, 1), date(2027, 7, 1), "schoolYear", "", YEAR),
    "fall": (date(2026, 8, 15), date(2026, 12, 20), "term", "year", YEAR),
    "spring": (date(2027, 1, 10), date(2027, 6, 20), "semester", "year", YEAR),
    "quarter": (date(2026, 8, 15), date(2026, 10, 15), "gradingPeriod", "fall", YEAR),
    "old": (date(2025, 8, 1), date(2026, 7, 1), "schoolYear", "", "2026"),
    "oldterm": (date(2025, 8, 15), date(2025, 12, 20), "term", "old", "2026"),
    "twin": (date(2026, 8, 3), date(2027, 6, 30), "schoolYear", "", "2026"),
}


def session(draw: Draw, sourced_id: str) -> dict[str, Any]:
    start, end, type_, parent, year = SPANS[sourced_id]
    return {
        "title": draw(mostly(f"The {sourced_id}", "New")),
        "type": draw(mostly(type_, "ext:trimester")),
        "start_date": start,
        "end_date": draw(mostly(end, end - timedelta(days=1))),
        "parent": draw(mostly(parent, "", NOWHERE, "twin", "spring", "fall")),
        "school_year": draw(mostly(year, "", "2026")),
        "metadata": draw(columns()),
    }


def course(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "title": draw(st.sampled_from(["Algebra", "Choir"])),
        "course_code": draw(mostly(["A1", "C1"], "")),
        "school_year": draw(mostly([""], "year", "old", NOWHERE)),
        "org": draw(mostly(["district", "s1", "s2"], "", "office", "s3", NOWHERE)),
        "grades": draw(some_of(CODES)),
        "subjects": draw(some_of(SUBJECTS)),
        "subject_codes": draw(some_of(["M", "N"])),
        "metadata": draw(columns(("courseMaster", ["shared"]), *EXCLUDED)),
    }


def klass(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "title": draw(mostly(f"Class {sourced_id}", "Class")),
        "class_code": draw(st.sampled_from(["", "1A"])),
        "class_type": draw(st.sampled_from(["", "scheduled", "ext:lab"])),
        "location": draw(st.sampled_from(["", "Room 5"])),
        "course": draw(mostly(COURSES, "", NOWHERE)),
        "school": draw(mostly(SCHOOLS, "", "office", NOWHERE)),
        "terms": draw(
            mostly([["fall"], ["fall", "spring"], ["spring"]], [], ["oldterm"], [NOWHERE])
            | some_of([*SESSIONS, NOWHERE], 3)
        ),
        "grades": draw(some_of(CODES)),
        "subjects": draw(some_of(SUBJECTS)),
        "subject_codes": draw(some_of(["M", "N"])),
        "periods": draw(some_of(["1", "2"])),
        "metadata": draw(columns(*LEVELS, *EXCLUDED)),
    }


def user(draw: Draw, sourced_id: str) -> dict[str, Any]:
    word = st.sampled_from(["", "x"])
    return {
        "enabled": draw(mostly(True, False)),
        "username": draw(mostly(f"name.{sourced_id}", "")),
        "user_ids": draw(st.sampled_from([[], [{"type": "LDAP", "identifier": "7"}]])),
        "given_name": draw(mostly("Ann", "", "Anna")),
        "family_name": draw(mostly("Lee", "", "Leigh")),
        "middle_name": draw(word),
        "identifier": draw(st.sampled_from(["", "4711"])),
        "email": draw(st.sampled_from(["", "ann@example.org"])),
        "sms": draw(word),
        "phone": draw(word),
        "grades": draw(mostly([["03"], ["04"]], [], ["03", "04"], ["05"])),
        "user_master_identifier": draw(word),
        "preferred_first_name": draw(word),
        "pronouns": draw(word),
        "primary_org": draw(mostly(["", *SCHOOLS], "district", NOWHERE)),
        "metadata": draw(columns(*EXCLUDED)),
    }


def role(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "user": draw(mostly(USERS, NOWHERE)),
        "org": draw(mostly(SCHOOLS, "", "district", "office", NOWHERE)),
        "role": draw(mostly(["student", "teacher", "guardian"], *ROLE_WORDS)),
        "role_type": draw(mostly("primary", "secondary")),
        "begin_date": draw(DATES),
        "end_date": draw(DATES),
        "user_profile": draw(mostly("", *PROFILES, NOWHERE)),
        "metadata": draw(columns(*LEVELS, *EXCLUDED)),
    }


def profile(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "user": draw(st.sampled_from(USERS)),
        "profile_type": draw(mostly("LMS", "")),
        "vendor_id": draw(mostly("acme", "")),
        "application_id": draw(st.sampled_from(["", "default"])),
        "description": draw(st.sampled_from(["", "sign-in"])),
        "credential_type": draw(mostly("basic", "")),
        "username": draw(mostly("ann", "")),
    }


def enrollment(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "klass": draw(mostly(CLASSES, "", NOWHERE)),
        "school": draw(mostly(SCHOOLS, "", NOWHERE)),
        "user": draw(mostly(USERS, "", NOWHERE)),
        "role": draw(mostly(["student", "teacher"], "administrator", "proctor", "ext:coach")),
        "primary": draw(st.sampled_from([None, True, False])),
        "begin_date": draw(DATES),
        "end_date": draw(DATES),
        "metadata": draw(columns()),
    }


def demographics(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "birth_date": draw(st.sampled_from([None, date(2016, 5, 4)])),
        "sex": draw(mostly("female", "", "other")),
        "asian": draw(st.sampled_from([None, True, False])),
        "city_of_birth": draw(st.sampled_from(["", "Riverside"])),
        "metadata": draw(columns()),
    }


def resource(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "title": draw(st.sampled_from(["", "Reader"])),
        "roles": draw(some_of(["student", "ext:coach"])),
        "importance": draw(st.sampled_from(["", "primary"])),
        "vendor_resource_id": "v1",
        "metadata": draw(columns()),
    }


def course_link(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "resource": draw(mostly(RESOURCES, NOWHERE)),
        "course": draw(mostly(COURSES, NOWHERE)),
    }


def class_link(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "resource": draw(mostly(RESOURCES, NOWHERE)),
        "klass": draw(mostly(CLASSES, NOWHERE)),
    }


def user_link(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {"resource": draw(mostly(RESOURCES, NOWHERE)), "user": draw(mostly(USERS, NOWHERE))}


def category(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "title": draw(st.sampled_from(["Homework", "Exams"])),
        "weight": draw(st.sampled_from([None, 0.5])),
        "metadata": draw(columns(("type", ["standard"]), *EXCLUDED)),
    }


def score_scale(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return {
        "title": "Letters",
        "type": "ordinal",
        "course": draw(mostly(["", *COURSES], NOWHERE)),
        "klass": draw(mostly(CLASSES, NOWHERE)),
        "values": draw(mostly([[{"itemValueLHS": "90-100", "itemValueRHS": "A"}]], [])),
    }


def task(draw: Draw) -> dict[str, Any]:
    return {
        "title": draw(st.sampled_from(["Quiz", "Test"])),
        "description": draw(st.sampled_from(["", "Page 7"])),
        "score_scale": draw(mostly(["", *SCALES], NOWHERE)),
        "result_value_min": draw(mostly(0.0, None)),
        "result_value_max": draw(mostly(10.0, None)),
        "learning_objectives": draw(
            mostly([[]], [{"source": "state", "learningObjectiveIds": ["o1"]}])
        ),
    }


def line_item(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return task(draw) | {
        "klass": draw(mostly(CLASSES, NOWHERE)),
        "category": draw(mostly(CATEGORIES, NOWHERE)),
        "school": draw(mostly(["", *SCHOOLS], NOWHERE)),
        "assign_date": datetime(2026, 11, 2, tzinfo=UTC),
        "due_date": datetime(2026, 11, 9, 12, tzinfo=UTC),
        "grading_period": draw(mostly(["", "quarter"], "fall", NOWHERE)),
        "academic_session": draw(mostly(["quarter", "fall"], "", "spring", NOWHERE)),
    }


def score(draw: Draw) -> dict[str, Any]:
    return {
        "student": draw(mostly(USERS, NOWHERE)),
        "score_scale": draw(mostly(["", *SCALES], NOWHERE)),
        "score_status": draw(mostly(["fully graded"], "exempt", "ext:late")),
        "score": draw(mostly(7.5, None)),
        "text_score": draw(st.sampled_from(["", "B"])),
        "score_date": date(2026, 11, 10),
        "comment": draw(st.sampled_from(["", "well done"])),
        "late": draw(st.sampled_from([None, True])),
    }


def result(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return score(draw) | {"line_item": draw(mostly(LINE_ITEMS, NOWHERE))}


def assessment(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return task(draw) | {
        "klass": draw(mostly(["", *CLASSES], NOWHERE)),
        "parent": draw(mostly(["", *ASSESSMENTS], NOWHERE)),
    }


def assessment_result(draw: Draw, sourced_id: str) -> dict[str, Any]:
    return score(draw) | {
        "assessment_line_item": draw(mostly(ASSESSMENTS, NOWHERE)),
        "score_percentile": draw(st.sampled_from([None, 60.0])),
    }


POOLS: dict[Any, tuple[list[str], Callable[[Draw, str], dict[str, Any]]]] = {
    Org: (ORGS, org),
    AcademicSession: (SESSIONS, session),
    Course: (COURSES, course),
    Klass: (CLASSES, klass),
    User: (USERS, user),
    Role: (ROLES, role),
    UserProfile: (PROFILES, profile),
    Enrollment: (ENROLLMENTS, enrollment),
    Demographics: (USERS, demographics),
    Resource: (RESOURCES, resource),
    CourseResource: (LINKS, course_link),
    ClassResource: (LINKS, class_link),
    UserResource: (LINKS, user_link),
    Category: (CATEGORIES, category),
    ScoreScale: (SCALES, score_scale),
    LineItem: (LINE_ITEMS, line_item),
    Result: (RESULTS, result),
    AssessmentLineItem: (ASSESSMENTS, assessment),
    AssessmentResult: (SCORES, assessment_result),
}
"""The ids there may be of each kind of row, and how one is drawn."""

ESSENTIAL = (Org, AcademicSession)
"""Without these nothing is visible, so they are there more often than the rest."""


Rows = dict[tuple[Any, str], dict[str, Any]]
"""Fields by model and id."""


@st.composite
def rows(draw: Draw) -> Rows:
    """Draw a district anew. Ids of the pools may be missing or retired."""
    found = {}
    for model, (ids, fields_of) in POOLS.items():
        there = [True] * (9 if model in ESSENTIAL else 4)
        for sourced_id in ids:
            if draw(st.sampled_from([False, *there])):
                fields = fields_of(draw, sourced_id)
                fields["status"] = draw(mostly("active", "tobedeleted"))
                found[model, sourced_id] = fields
    return found


@st.composite
def edited(draw: Draw) -> Rows:
    """Draw the tidy district with some of its rows drawn anew."""
    return tidy() | draw(edits(most=12))


@st.composite
def edits(draw: Draw, most: int) -> Rows:
    """Draw new fields for some rows; now and then one leaves or returns as it was."""
    there = [(model, sourced_id) for model, (ids, _) in POOLS.items() for sourced_id in ids]
    found = {}
    for model, sourced_id in draw(
        st.lists(st.sampled_from(there), min_size=1, max_size=most, unique=True)
    ):
        fields = tidy().get((model, sourced_id))
        if fields is None or draw(mostly("changed", "as it was")) == "changed":
            fields = POOLS[model][1](draw, sourced_id)
        status = draw(mostly(["active"], "tobedeleted"))
        found[model, sourced_id] = {**fields, "status": status}
    return found


PAIRS = st.lists(
    st.tuples(st.sampled_from([*USERS, NOWHERE]), st.sampled_from(USERS)), max_size=6, unique=True
)


def settings(draw: Draw) -> dict[str, Any]:
    """Draw the settings of an organization that shape what is published."""
    return {
        "school_year": YEAR,
        "username_stand_in": draw(
            mostly("sourcedId", "identifier", "email", "nothing"),
        ),
        "early_access_days": draw(mostly(14, 0)),
        "field_policy": draw(mostly([[]], ["users.email"], ["users.grades", "users.phone"])),
    }


def create(organization: Organization, drawn: Rows, pairs: list[tuple[str, str]]) -> None:
    """Write the drawn rows, past the import: dirty ones included."""
    for model in POOLS:
        model.objects.bulk_create(
            model(organization=organization, sourced_id=sourced_id, **fields)
            for (of, sourced_id), fields in drawn.items()
            if of is model
        )
    Agent.objects.bulk_create(
        Agent(organization=organization, user=user, agent=agent) for user, agent in pairs
    )
