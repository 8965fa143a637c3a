"""The one table of kinds: read this first.

Every kind of row of the hierarchy is one entry: where its rows live, what it stands on, and
the collection in which it is published, if it is. Visibility, explaining, the exclude
commands and pages, publication, routes and documents all read these two tables, in this
order: a kind stands only on kinds above it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Model

from roster import models as rows


@dataclass(frozen=True, slots=True)
class Kind:
    """One level of the hierarchy (product: What is visible, 2).

    `all_of`: kinds every one of which must be visible where there is one; `any_of`: kinds of
    which one must be. `collection` is where its rows are published; None: marked, never read.
    """

    name: str
    title: str
    model: type[Model]
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    collection: str | None = None
    markable: bool = True


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("org", "org", rows.Org, ("org",), collection="orgs"),
        Kind("school", "school", rows.Org, ("org", "school"), collection="orgs"),
        Kind("calendar", "calendar", rows.Level, ("school",)),
        Kind("schedule_structure", "schedule structure", rows.Level, ("calendar",)),
        Kind("grade_level", "grade level", rows.Level, ("schedule_structure",)),
        Kind("person", "person", rows.User, collection="users"),
        Kind("school_enrollment", "school enrollment", rows.Level, ("person",), ("grade_level",)),
        Kind("district_assignment", "district assignment", rows.Level, ("person", "org", "school")),
        Kind("guardian_link", "guardian link", rows.Level, ("person",), ("school_enrollment",)),
        Kind("course_master", "course master", rows.Level),
        Kind(
            "course",
            "course",
            rows.Level,
            ("calendar", "course_master", "org"),
            collection="courses",
        ),
        Kind(
            "section",
            "section",
            rows.Klass,
            ("school", "calendar", "course"),
            ("session",),
            collection="classes",
        ),
        Kind(
            "session",
            "academic session",
            rows.AcademicSession,
            any_of=("section",),
            collection="academicSessions",
            markable=False,
        ),
        Kind("grading_task", "grading task", rows.Category, collection="categories"),
        Kind(
            "enrollment",
            "class enrollment",
            rows.Enrollment,
            ("section", "person"),
            ("school_enrollment", "district_assignment"),
            collection="enrollments",
        ),
        Kind(
            "demographics",
            "demographics",
            rows.Demographics,
            ("person",),
            collection="demographics",
        ),
        Kind("resource", "resource", rows.Resource, collection="resources", markable=False),
        Kind(
            "score_scale",
            "score scale",
            rows.ScoreScale,
            ("section",),
            collection="scoreScales",
            markable=False,
        ),
        Kind(
            "line_item",
            "line item",
            rows.LineItem,
            ("section", "grading_task"),
            collection="lineItems",
        ),
        Kind("result", "result", rows.Result, ("line_item", "person"), collection="results"),
        Kind(
            "assessment_line_item",
            "assessment line item",
            rows.AssessmentLineItem,
            collection="assessmentLineItems",
            markable=False,
        ),
        Kind(
            "assessment_result",
            "assessment result",
            rows.AssessmentResult,
            ("assessment_line_item", "person"),
            collection="assessmentResults",
            markable=False,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Collection:
    """One published collection: its OneRoster names, its service, and its subsets.

    `subsets` are lists of the same documents narrowed by role or type
    (`students`: users with the role `student`); each is (plural, singular, role or type).
    """

    name: str
    singular: str
    service: str
    subsets: tuple[tuple[str, str, str], ...] = ()
    types: tuple[str, ...] = field(default=())

    def plurals(self) -> tuple[str, ...]:
        return (self.name, *(plural for plural, _, _ in self.subsets))


COLLECTIONS: dict[str, Collection] = {
    collection.name: collection
    for collection in (
        Collection(
            "academicSessions",
            "academicSession",
            "rostering",
            (("terms", "term", "term"), ("gradingPeriods", "gradingPeriod", "gradingPeriod")),
        ),
        Collection("orgs", "org", "rostering", (("schools", "school", "school"),)),
        Collection("courses", "course", "rostering"),
        Collection("classes", "class", "rostering"),
        Collection(
            "users",
            "user",
            "rostering",
            (("students", "student", "student"), ("teachers", "teacher", "teacher")),
        ),
        Collection("enrollments", "enrollment", "rostering"),
        Collection("demographics", "demographics", "rostering"),
        Collection("resources", "resource", "resources"),
        Collection("categories", "category", "gradebook", types=("grade_book",)),
        Collection("lineItems", "lineItem", "gradebook", types=("grade_book",)),
        Collection("results", "result", "gradebook", types=("grade_book",)),
        Collection("scoreScales", "scoreScale", "gradebook", types=("grade_book",)),
        Collection("assessmentLineItems", "assessmentLineItem", "gradebook", types=("assessment",)),
        Collection("assessmentResults", "assessmentResult", "gradebook", types=("assessment",)),
    )
}
