"""Where the tables of a map come from: the model of each kind, and its columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from roster import models as rows
from roster.dialects.elements import snake
from roster.map import encoding as of
from roster.map.encoding import OPEN, Column

WORDS = ("roles", "grades", "subjects", "years", "calendars", "types")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table's rows are. Levels are those of one `level`; `ever` reads retired rows too."""

    model: Any
    columns: tuple[Column, ...] = ()
    level: str = ""
    ever: bool = False


def level(name: str, *columns: Column) -> Source:
    return Source(rows.Level, (of.coded("year", "year", "years"), *columns), level=name)


PRESENT: dict[str, tuple[str, ...]] = {
    kind: ("metadata", *fields.split())
    for kind, fields in {
        "org": "identifier",
        "session": "",
        "course_row": "grades subjects subjectCodes",
        "section": "classCode location grades subjects subjectCodes periods",
        "person": "username userIds middleName identifier email sms phone grades"
        " userMasterIdentifier preferredFirstName preferredMiddleName preferredLastName pronouns",
        "enrollment": "primary beginDate endDate",
        "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
        " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces"
        " hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth"
        " publicSchoolResidenceStatus",
        "resource": "",
        "grading_task": "",
        "score_scale": "",
        "line_item": "",
        "result": "",
        "assessment_line_item": "",
        "assessment_result": "",
    }.items()
}
"""Fields that can be withheld and that a document lacks where their column is blank, in the order
of the bits of `present`: withholding one from whoever hasn't it changes nothing. Append only."""


_SOURCES: dict[str, Source] = {
    "org": Source(
        rows.Org,
        (
            of.ref("parent", "org"),
            of.is_word("typed_school", "type", "school"),
            of.is_extended("ext", "type"),
            of.lacking("name", "type"),
        ),
    ),
    "session": Source(
        rows.AcademicSession,
        (
            of.ref("parent", "session"),
            of.coded("type", "type", "types"),
            of.coded("school_year", "school_year", "years"),
            of.day("start_date"),
            of.day("end_date"),
            of.lacking("title", "type"),
        ),
    ),
    "calendar": level("calendar", of.ref("school", "org")),
    "schedule_structure": level("schedule_structure", of.edge("calendar", "calendar")),
    "grade_level": level("grade_level", of.edge("structure", "schedule_structure")),
    "course_master": level("course_master"),
    "course": level(
        "course",
        of.ref("row", "course_row", "course"),
        of.edge("calendar", "calendar"),
        of.edge("master", "course_master"),
        of.ref("school", "org"),
    ),
    "school_enrollment": level(
        "school_enrollment",
        of.ref("person"),
        of.ref("school", "org"),
        of.edges("grade_levels", "grade_level"),
    ),
    "district_assignment": level("district_assignment", of.ref("person"), of.ref("school", "org")),
    "guardian_link": level(
        "guardian_link",
        of.ref("guardian", "person", "person"),
        of.edge("child", "person", 1),
        of.edges("places", "school_enrollment"),
    ),
    "course_row": Source(
        rows.Course,
        (
            of.ref("org"),
            of.ref("school_year", "session"),
            of.given("coded", "course_code"),
            of.codes("subjects", "subjects", "subjects"),
            of.lacking("title"),
        ),
    ),
    "section": Source(
        rows.Klass,
        (
            of.ref("school", "org"),
            of.ref("course", "course_row"),
            of.refs("terms", "session"),
            of.codes("subjects", "subjects", "subjects"),
            of.setting("calendar", "calendar", "calendars"),
            of.lacking("title"),
        ),
    ),
    "person": Source(
        rows.User,
        (
            of.given("enabled"),
            of.given("username"),
            of.given("identifier"),
            of.given("email"),
            of.alike("username_alike", "username"),
            of.alike("email_alike", "email"),
            of.alike("identifier_alike", "identifier"),
            of.codes("grades", "grades", "grades", ("none",)),
            of.ref("primary_org", "org"),
            of.lacking("given_name", "family_name"),
        ),
    ),
    "role": Source(
        rows.Role,
        (
            of.ref("person", field="user"),
            of.ref("org"),
            of.coded("role", "role", "roles"),
            of.is_word("secondary", "role_type", "secondary"),
            of.day("begin_date"),
            of.day("end_date", OPEN),
        ),
    ),
    "profile": Source(rows.UserProfile, (of.ref("person", field="user"),)),
    "enrollment": Source(
        rows.Enrollment,
        (
            of.ref("section", field="klass"),
            of.ref("org", field="school"),
            of.ref("person", field="user"),
            of.coded("role", "role", "roles"),
            of.day("begin_date"),
            of.day("end_date", OPEN),
            of.is_word("live", "status", "active"),
            of.fact("primary", of.cell("primary")),
        ),
        ever=True,
    ),
    "demographics": Source(rows.Demographics),
    "resource": Source(rows.Resource, (of.lacking("vendor_resource_id"),)),
    "course_resource": Source(
        rows.CourseResource,
        (of.ref("owner", "course_row", "course"), of.ref("resource")),
    ),
    "class_resource": Source(
        rows.ClassResource, (of.ref("owner", "section", "klass"), of.ref("resource"))
    ),
    "user_resource": Source(
        rows.UserResource, (of.ref("owner", "person", "user"), of.ref("resource"))
    ),
    "grading_task": Source(rows.Category, (of.lacking("title"),)),
    "score_scale": Source(
        rows.ScoreScale,
        (
            of.ref("section", field="klass"),
            of.ref("course", "course_row"),
            of.given("valued", "values"),
            of.lacking("title", "type"),
        ),
    ),
    "line_item": Source(
        rows.LineItem,
        (
            of.ref("section", field="klass"),
            of.ref("category", "grading_task"),
            of.ref("grading_period", "session"),
            of.ref("academic_session", "session"),
            of.ref("org", field="school"),
            of.ref("score_scale"),
            of.filled("least", "result_value_min"),
            of.filled("most", "result_value_max"),
            of.lacking("title"),
        ),
    ),
    "result": Source(
        rows.Result,
        (
            of.ref("line_item"),
            of.ref("student", "person"),
            of.ref("score_scale"),
            of.filled("scored", "score"),
            of.is_extended("ext", "score_status"),
            of.lacking("score_status"),
        ),
    ),
    "assessment_line_item": Source(
        rows.AssessmentLineItem,
        (
            of.ref("section", field="klass"),
            of.ref("parent", "assessment_line_item"),
            of.ref("score_scale"),
            of.lacking("title"),
        ),
    ),
    "assessment_result": Source(
        rows.AssessmentResult,
        (
            of.ref("line_item", "assessment_line_item", "assessment_line_item"),
            of.ref("student", "person"),
            of.ref("score_scale"),
            of.lacking("score_status"),
        ),
    ),
}

SOURCES = {
    kind: replace(source, columns=(*source.columns, of.bits("present", map(snake, PRESENT[kind]))))
    if kind in PRESENT
    else source
    for kind, source in _SOURCES.items()
}
"""Every table of a map, by kind; columns that lack are in the order of the version's fields."""
