"""The one table of kinds: read this first.

Every kind of row of the hierarchy is one entry: where its rows live, which rows are its parents,
and the collection in which it is published, if it is. Deciding, explaining, the exclude commands
and pages, publication, routes and documents all read these two tables, in this order: a kind's
parents are of kinds above it. People are the exception: a person is visible through any of the
places below, and each of these only with its person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Model

from roster import models as rows


class Parent(NamedTuple):
    """Rows that a row's visibility depends on.

    `by` is the map's array of the child's kind that says which rows these are, one or a list;
    with `inverse`, the array of the parents' kind that names the child. `kind` is theirs:
    `course_row` is a row of courses, visible with any of its levels; `past_enrollment`, an
    enrollment of the year that may have ended. The tables of conditions (`roster/deciding/`) say
    what is asked of parents beyond being visible, and what holds where there is none.
    """

    kind: str
    by: str
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One level of the hierarchy (product: What is visible, 2).

    `all_of`: parents all of which must be visible; `any_of`: parents of which one must be.
    Without an entry, nothing is asked. `collection` is where its rows are published; None:
    marked, never read.
    """

    name: str
    title: str
    model: type[Model]
    all_of: tuple[Parent, ...] = ()
    any_of: tuple[Parent, ...] = ()
    collection: str | None = None
    markable: bool = True

    @property
    def parents(self) -> tuple[Parent, ...]:
        return (*self.all_of, *self.any_of)


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("org", "org", rows.Org, (Parent("org", "parent"),), collection="orgs"),
        Kind("school", "school", rows.Org, (Parent("org", "parent"),), collection="orgs"),
        Kind("calendar", "calendar", rows.Level, (Parent("school", "school"),)),
        Kind(
            "schedule_structure",
            "schedule structure",
            rows.Level,
            (Parent("calendar", "calendar"),),
        ),
        Kind(
            "grade_level", "grade level", rows.Level, (Parent("schedule_structure", "structure"),)
        ),
        Kind(
            "person",
            "person",
            rows.User,
            any_of=(
                Parent("school_enrollment", "person", inverse=True),
                Parent("district_assignment", "person", inverse=True),
                Parent("guardian_link", "guardian", inverse=True),
            ),
            collection="users",
        ),
        Kind(
            "school_enrollment",
            "school enrollment",
            rows.Level,
            (Parent("person", "person"),),
            (Parent("grade_level", "grade_levels"),),
        ),
        Kind(
            "district_assignment",
            "district assignment",
            rows.Level,
            (Parent("person", "person"), Parent("org", "org")),
        ),
        Kind(
            "guardian_link",
            "guardian link",
            rows.Level,
            (Parent("person", "guardian"), Parent("person", "child")),
            (Parent("school_enrollment", "places"),),
        ),
        Kind("course_master", "course master", rows.Level),
        Kind(
            "course",
            "course",
            rows.Level,
            (
                Parent("calendar", "calendar"),
                Parent("school", "school"),
                Parent("course_master", "master"),
            ),
            collection="courses",
        ),
        Kind(
            "section",
            "section",
            rows.Klass,
            (
                Parent("school", "school"),
                Parent("calendar", "calendars"),
                Parent("course", "courses"),
            ),
            (Parent("session", "terms"),),
            collection="classes",
        ),
        Kind(
            "session",
            "academic session",
            rows.AcademicSession,
            any_of=(Parent("section", "terms", inverse=True),),
            collection="academicSessions",
            markable=False,
        ),
        Kind("grading_task", "grading task", rows.Category, collection="categories"),
        Kind(
            "enrollment",
            "class enrollment",
            rows.Enrollment,
            (Parent("section", "section"), Parent("person", "person"), Parent("org", "org")),
            (
                Parent("school_enrollment", "as_student"),
                Parent("district_assignment", "as_staff"),
            ),
            collection="enrollments",
        ),
        Kind(
            "demographics",
            "demographics",
            rows.Demographics,
            (Parent("person", "person"),),
            collection="demographics",
        ),
        Kind(
            "resource",
            "resource",
            rows.Resource,
            any_of=(Parent("section", "classes"), Parent("course_row", "courses")),
            collection="resources",
            markable=False,
        ),
        Kind(
            "score_scale",
            "score scale",
            rows.ScoreScale,
            (Parent("section", "section"),),
            collection="scoreScales",
            markable=False,
        ),
        Kind(
            "line_item",
            "line item",
            rows.LineItem,
            (Parent("section", "section"), Parent("grading_task", "category")),
            collection="lineItems",
        ),
        Kind(
            "result",
            "result",
            rows.Result,
            (
                Parent("line_item", "line_item"),
                Parent("person", "student"),
                Parent("school_enrollment", "as_student"),
            ),
            (Parent("past_enrollment", "enrollments"),),
            collection="results",
        ),
        Kind(
            "assessment_line_item",
            "assessment line item",
            rows.AssessmentLineItem,
            (Parent("section", "section"),),
            collection="assessmentLineItems",
            markable=False,
        ),
        Kind(
            "assessment_result",
            "assessment result",
            rows.AssessmentResult,
            (Parent("assessment_line_item", "line_item"), Parent("person", "student")),
            collection="assessmentResults",
            markable=False,
        ),
    )
}

ROWS_OF = {
    kind.collection: {"school": "org", "course": "course_row"}.get(kind.name, kind.name)
    for kind in KINDS.values()
    if kind.collection
}
"""The map's kind of each collection's rows: the kind itself, but for schools and courses."""


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
