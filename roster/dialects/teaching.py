"""Courses, classes, class enrollments and resources."""

from __future__ import annotations

from typing import Any, NamedTuple

from roster.dialects.composing import Doc, Hidden, day, finish, truth
from roster.dialects.references import (
    Place,
    place_reference,
    reference,
    reference_if,
    references,
)
from roster.dialects.vocabularies import known_word


class CourseAnswer(NamedTuple):
    """Which of the course's references are visible."""

    school_year: str
    org: Place | None
    resources: list[str]


def course(version: str, row: Any, answer: CourseAnswer, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "courseCode": row.course_code or row.sourced_id,
        "grades": row.grades,
        "subjects": row.subjects,
        "subjectCodes": row.subject_codes,
        "schoolYear": reference_if(version, "academicSession", answer.school_year),
        "org": place_reference(version, answer.org) if answer.org else None,
        "resources": references(version, "resource", answer.resources),
    }
    return finish(version, "courses", values, hidden, school=row.org)


class ClassAnswer(NamedTuple):
    """The class's school, and which of its terms and resources are visible."""

    school: Place
    terms: list[str]
    resources: list[str]


def klass(version: str, row: Any, answer: ClassAnswer, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "classCode": row.class_code,
        "classType": known_word(version, row.class_type),
        "location": row.location,
        "grades": row.grades,
        "subjects": row.subjects,
        "subjectCodes": row.subject_codes,
        "periods": row.periods,
        "course": reference(version, "course", row.course),
        "school": place_reference(version, answer.school),
        "terms": references(version, "academicSession", answer.terms),
        "resources": references(version, "resource", answer.resources),
    }
    return finish(version, "classes", values, hidden, school=row.school, klass=row.sourced_id)


class EnrollmentAnswer(NamedTuple):
    """The class's school, whatever org the enrollment names."""

    school: Place


def enrollment(version: str, row: Any, answer: EnrollmentAnswer, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "user": reference(version, "user", row.user),
        "class": reference(version, "class", row.klass),
        "school": place_reference(version, answer.school),
        "role": row.role,
        "primary": truth(row.primary),
        "beginDate": day(row.begin_date),
        "endDate": day(row.end_date),
    }
    return finish(
        version,
        "enrollments",
        values,
        hidden,
        role=row.role,
        school=answer.school.sourced_id,
        klass=row.klass,
        person=row.user,
    )


def resource(version: str, row: Any, answer: None, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "roles": [role for role in row.roles if known_word(version, role)],
        "importance": row.importance,
        "vendorResourceId": row.vendor_resource_id,
        "vendorId": row.vendor_id,
        "applicationId": row.application_id,
    }
    return finish(version, "resources", values, hidden)
