"""The district from which random ones depart: small, whole, and without a fault."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from roster.models import (
    AcademicSession,
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
    Resource,
    Result,
    Role,
    ScoreScale,
    User,
    UserProfile,
    UserResource,
)

PAIRS = [("u1", "u6"), ("u/7@x", "u2"), ("u3", "u6")]
"""Who is whose agent: u6 and u/7@x are guardians."""


def tidy() -> dict[tuple[Any, str], dict[str, Any]]:
    """Return its rows: fields by model and id.

    u1 and u2 are students of s1, u3 of s2, u4 teaches at both, u5 leads the district.
    """
    found: dict[tuple[Any, str], dict[str, Any]] = {}

    def add(model: Any, sourced_id: str, **fields: Any) -> None:
        found[model, sourced_id] = {"status": "active", **fields}

    add(Org, "district", name="District", type="district")
    add(Org, "office", name="Office", type="department", parent="district")
    for school in ("s1", "s2", "s3"):
        add(Org, school, name=f"School {school}", type="school", parent="district")

    def session(sourced_id: str, type_: str, parent: str, year: int, *days: date) -> None:
        add(
            AcademicSession,
            sourced_id,
            title=f"The {sourced_id}",
            type=type_,
            parent=parent,
            school_year=str(year),
            start_date=days[0],
            end_date=days[1],
        )

    session("year", "schoolYear", "", 2027, date(2026, 8, 1), date(2027, 7, 1))
    session("fall", "term", "year", 2027, date(2026, 8, 15), date(2026, 12, 20))
    session("spring", "semester", "year", 2027, date(2027, 1, 10), date(2027, 6, 20))
    session("quarter", "gradingPeriod", "fall", 2027, date(2026, 8, 15), date(2026, 10, 15))
    session("old", "schoolYear", "", 2026, date(2025, 8, 1), date(2026, 7, 1))
    session("oldterm", "term", "old", 2026, date(2025, 8, 15), date(2025, 12, 20))

    for course, org in (("c1", "s1"), ("c2", "district"), ("c3", "s2"), ("c4", "s3")):
        add(
            Course,
            course,
            title=f"Course {course}",
            course_code=course.upper(),
            org=org,
            subjects=["Maths"] if course in ("c1", "c3") else ["Music"],
        )
    for klass, course, school, terms in (
        ("k1", "c1", "s1", ["fall"]),
        ("k2", "c2", "s1", ["fall", "spring"]),
        ("k3", "c3", "s2", ["fall"]),
        ("k4", "c2", "s2", ["spring"]),
        ("k5", "c4", "s3", ["oldterm"]),
    ):
        add(Klass, klass, title=f"Class {klass}", course=course, school=school, terms=terms)
    people = ("u1", "u2", "u3", "u4", "u5", "u6", "u/7@x")
    for number, user in enumerate(people):
        add(
            User,
            user,
            given_name=f"Given {number}",
            family_name=f"Family {number}",
            username=f"name.{number}",
            email=f"{number}@riverside.example",
            grades=["03"] if user in ("u1", "u3") else ["04"] if user == "u2" else [],
            metadata={"locker": str(number)},
        )
        add(Demographics, user, sex="female", city_of_birth="Riverside")
    for number, (user, org, word) in enumerate(
        (
            ("u1", "s1", "student"),
            ("u2", "s1", "student"),
            ("u3", "s2", "student"),
            ("u4", "s1", "teacher"),
            ("u5", "district", "districtAdministrator"),
            ("u6", "s1", "guardian"),
            ("u/7@x", "s1", "parent"),
        ),
        start=1,
    ):
        add(Role, f"r{number}", user=user, org=org, role=word)
    for number, (user, klass, word) in enumerate(
        (
            ("u1", "k1", "student"),
            ("u1", "k2", "student"),
            ("u2", "k2", "student"),
            ("u3", "k3", "student"),
            ("u3", "k4", "student"),
            ("u4", "k1", "teacher"),
            ("u4", "k3", "teacher"),
        ),
        start=1,
    ):
        school = found[Klass, klass]["school"]
        add(Enrollment, f"e{number}", user=user, klass=klass, school=school, role=word)
    add(UserProfile, "p1", user="u1", profile_type="LMS", vendor_id="acme")
    add(Resource, "x1", title="Reader", vendor_resource_id="v1")
    add(Resource, "x2", title="Globe", vendor_resource_id="v2")
    add(CourseResource, "l1", course="c1", resource="x1")
    add(ClassResource, "l1", klass="k1", resource="x2")
    add(UserResource, "l1", user="u1", resource="x1")

    add(Category, "g1", title="Homework")
    values = [{"itemValueLHS": "90-100", "itemValueRHS": "A"}]
    add(ScoreScale, "v1", title="Letters", type="ordinal", klass="k1", course="c1", values=values)
    bounds = {"result_value_min": 0.0, "result_value_max": 10.0}
    assigned = datetime(2026, 11, 2, tzinfo=UTC)
    for line_item, klass in (("i1", "k1"), ("i2", "k3")):
        add(
            LineItem,
            line_item,
            title=f"Quiz {line_item}",
            klass=klass,
            category="g1",
            assign_date=assigned,
            due_date=assigned,
            academic_session="quarter",
            score_scale="v1",
            **bounds,
        )
    scored = {"score_status": "fully graded", "score": 7.5, "score_date": date(2026, 11, 10)}
    add(Result, "t1", line_item="i1", student="u1", comment="well done", **scored)
    add(Result, "t2", line_item="i2", student="u3", **scored)
    add(AssessmentLineItem, "a1", title="Reading test", klass="k1", **bounds)
    add(AssessmentLineItem, "a2", title="Maths test", **bounds)
    add(AssessmentResult, "b1", assessment_line_item="a1", student="u1", **scored)
    return found
