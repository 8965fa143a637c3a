"""One function per collection: a row as the walk sees it becomes a document.

Each takes the walk and a row and returns a `Doc`, or None where the row isn't visible; the
reason is then in `walk.fell`. Values are told in 1.2's names; the version's list of fields
(`fields.py`) decides which of them a reader of that version gets, and in which order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from roster.clock import stamp
from roster.dialects import vocabularies
from roster.dialects.composing import Doc, Unpublishable, compose, trim, truth
from roster.dialects.fields import V11
from roster.dialects.references import reference
from roster.visibility import Walk
from roster.visibility.causes import MARKED, NOBODY, fallen


def academic_session(walk: Walk, row: Any) -> Doc | None:
    if not walk.teaching.sees_session(row.sourced_id):
        return None
    session = walk.timetable.sessions[row.sourced_id]
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "startDate": row.start_date,
        "endDate": row.end_date,
        "type": row.type,
        "schoolYear": walk.timetable.year(row.sourced_id),
        "children": [
            reference(walk.version, "academicSession", child)
            for child in sorted(walk.timetable.children(row.sourced_id))
            if walk.teaching.sees_session(child)
        ],
    }
    if walk.teaching.sees_session(session.parent):
        values["parent"] = reference(walk.version, "academicSession", session.parent)
    return _doc(walk, "academicSessions", values, role=row.type)


def org(walk: Walk, row: Any) -> Doc | None:
    if not walk.places.sees(row.sourced_id):
        return None
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "name": row.name,
        "type": row.type,
        "identifier": row.identifier or (row.sourced_id if walk.version != V11 else ""),
        "children": [
            _org_reference(walk, child)
            for child in walk.places.children.get(row.sourced_id, ())
            if walk.places.sees(child)
        ],
    }
    if walk.places.sees(row.parent):
        values["parent"] = _org_reference(walk, row.parent)
    return _doc(walk, "orgs", values, role=row.type)


def course(walk: Walk, row: Any) -> Doc | None:
    if not walk.teaching.sees_course(row.sourced_id):
        return None
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "courseCode": row.course_code or (row.sourced_id if walk.version == V11 else ""),
        "grades": row.grades,
        "subjects": row.subjects,
        "subjectCodes": row.subject_codes,
        "resources": _resources(walk, walk.library.of_course, row.sourced_id),
    }
    if walk.teaching.sees_session(row.school_year):
        values["schoolYear"] = reference(walk.version, "academicSession", row.school_year)
    if walk.places.sees(row.org):
        values["org"] = _org_reference(walk, row.org)
    return _doc(walk, "courses", values, school=row.org)


def klass(walk: Walk, row: Any) -> Doc | None:
    if not walk.teaching.sees_class(row.sourced_id):
        return None
    class_type = row.class_type
    if walk.version == V11 and class_type.startswith("ext:"):
        class_type = ""
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "classCode": row.class_code,
        "classType": class_type,
        "location": row.location,
        "grades": row.grades,
        "subjects": row.subjects,
        "subjectCodes": row.subject_codes,
        "periods": row.periods,
        "course": reference(walk.version, "course", row.course),
        "school": _org_reference(walk, row.school),
        "terms": [
            reference(walk.version, "academicSession", term)
            for term in row.terms
            if walk.teaching.sees_session(term)
        ],
        "resources": _resources(walk, walk.library.of_class, row.sourced_id),
    }
    return _doc(walk, "classes", values, school=row.school, klass=row.sourced_id)


def enrollment(walk: Walk, row: Any) -> Doc | None:
    cause = walk.people.enrollment_cause(row)
    if cause:
        walk.fell["enrollment"][row.sourced_id] = cause
        return None
    school = row.school or walk.teaching.classes[row.klass].school
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "user": reference(walk.version, "user", row.user),
        "class": reference(walk.version, "class", row.klass),
        "school": _org_reference(walk, school),
        "role": row.role,
        "primary": truth(row.primary),
        "beginDate": row.begin_date,
        "endDate": row.end_date,
    }
    return _doc(
        walk,
        "enrollments",
        values,
        role=row.role,
        school=school,
        klass=row.klass,
        person=row.user,
    )


RACES = (
    ("americanIndianOrAlaskaNative", "american_indian_or_alaska_native"),
    ("asian", "asian"),
    ("blackOrAfricanAmerican", "black_or_african_american"),
    ("nativeHawaiianOrOtherPacificIslander", "native_hawaiian_or_other_pacific_islander"),
    ("white", "white"),
    ("demographicRaceTwoOrMoreRaces", "demographic_race_two_or_more_races"),
    ("hispanicOrLatinoEthnicity", "hispanic_or_latino_ethnicity"),
)


def demographics(walk: Walk, row: Any) -> Doc | None:
    if row.sourced_id in walk.marks["demographics"]:
        walk.fell["demographics"][row.sourced_id] = MARKED
        return None
    if not walk.people.sees(row.sourced_id):
        walk.fell["demographics"][row.sourced_id] = fallen("person", row.sourced_id)
        return None
    known_sex = walk.version != V11 or row.sex in ("male", "female")
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "birthDate": row.birth_date,
        "sex": row.sex if known_sex else "",
        "countryOfBirthCode": row.country_of_birth_code,
        "stateOfBirthAbbreviation": row.state_of_birth_abbreviation,
        "cityOfBirth": row.city_of_birth,
        "publicSchoolResidenceStatus": row.public_school_residence_status,
        **{name: truth(getattr(row, attribute)) for name, attribute in RACES},
    }
    return _doc(walk, "demographics", values, person=row.sourced_id)


def resource(walk: Walk, row: Any) -> Doc | None:
    if row.sourced_id not in walk.library.resources:
        return None
    roles = row.roles
    if walk.version == V11:
        roles = [role for role in roles if not role.startswith("ext:")]
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "roles": roles,
        "importance": row.importance,
        "vendorResourceId": row.vendor_resource_id,
        "vendorId": row.vendor_id,
        "applicationId": row.application_id,
    }
    return _doc(walk, "resources", values)


def category(walk: Walk, row: Any) -> Doc | None:
    if row.sourced_id in walk.fell["grading_task"]:
        return None
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "weight": row.weight,
    }
    return _doc(walk, "categories", values)


def score_scale(walk: Walk, row: Any) -> Doc | None:
    if not walk.teaching.sees_class(row.klass):
        _fall(walk, "score_scale", row, "section", row.klass)
        return None
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "type": row.type,
        "class": reference(walk.version, "class", row.klass),
        "scoreScaleValue": row.values,
    }
    if walk.teaching.sees_course(row.course):
        values["course"] = reference(walk.version, "course", row.course)
    walk.library.published["score_scale"].add(row.sourced_id)
    return _doc(walk, "scoreScales", values, klass=row.klass)


def line_item(walk: Walk, row: Any) -> Doc | None:
    if row.sourced_id in walk.marks["line_item"]:
        walk.fell["line_item"][row.sourced_id] = MARKED
        return None
    if not walk.teaching.sees_class(row.klass):
        _fall(walk, "line_item", row, "section", row.klass)
        return None
    if not walk.library.sees_category(row.category):
        _fall(walk, "line_item", row, "grading_task", row.category)
        return None
    school = row.school if walk.places.sees(row.school) else walk.teaching.classes[row.klass].school
    session = walk.timetable.sessions.get(row.academic_session)
    period = row.grading_period
    if not period and session and session.type == "gradingPeriod":
        period = row.academic_session
    values = {
        "assignDate": stamp(row.assign_date),
        "dueDate": stamp(row.due_date),
        "school": _org_reference(walk, school),
        "category": reference(walk.version, "category", row.category),
        **_task(walk, row),
    }
    if walk.teaching.sees_session(period):
        values["gradingPeriod"] = reference(walk.version, "academicSession", period)
    if walk.teaching.sees_session(row.academic_session):
        values["academicSession"] = reference(walk.version, "academicSession", row.academic_session)
    doc = _doc(walk, "lineItems", values, school=school, klass=row.klass)
    walk.library.published["line_item"].add(row.sourced_id)
    return doc


def result(walk: Walk, row: Any) -> Doc | None:
    if row.sourced_id in walk.marks["result"]:
        walk.fell["result"][row.sourced_id] = MARKED
        return None
    if row.line_item not in walk.library.published["line_item"]:
        _fall(walk, "result", row, "line_item", row.line_item)
        return None
    klass = walk.library.line_item_classes[row.line_item]
    if not walk.people.sees(row.student):
        _fall(walk, "result", row, "person", row.student)
        return None
    if (row.student, klass) not in walk.library.ever_enrolled:
        walk.fell["result"][row.sourced_id] = NOBODY
        return None
    values = {
        "lineItem": reference(walk.version, "lineItem", row.line_item),
        "class": reference(walk.version, "class", klass),
        **_score(walk, row),
    }
    return _doc(walk, "results", values, klass=klass, person=row.student)


def assessment_line_item(walk: Walk, row: Any) -> Doc | None:
    values = _task(walk, row)
    if not walk.teaching.sees_class(row.klass):
        values.pop("class", None)
    if row.parent in walk.library.assessments:
        values["parentAssessmentLineItem"] = reference(
            walk.version, "assessmentLineItem", row.parent
        )
    doc = _doc(walk, "assessmentLineItems", values, klass=row.klass)
    walk.library.published["assessment_line_item"].add(row.sourced_id)
    return doc


def assessment_result(walk: Walk, row: Any) -> Doc | None:
    if row.assessment_line_item not in walk.library.published["assessment_line_item"]:
        _fall(walk, "assessment_result", row, "assessment_line_item", row.assessment_line_item)
        return None
    if not walk.people.sees(row.student):
        _fall(walk, "assessment_result", row, "person", row.student)
        return None
    values = {
        "assessmentLineItem": reference(
            walk.version, "assessmentLineItem", row.assessment_line_item
        ),
        "scorePercentile": row.score_percentile,
        **_score(walk, row),
    }
    return _doc(walk, "assessmentResults", values, person=row.student)


def _task(walk: Walk, row: Any) -> dict[str, Any]:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "description": row.description,
        "class": reference(walk.version, "class", row.klass),
        "resultValueMin": row.result_value_min,
        "resultValueMax": row.result_value_max,
        "learningObjectiveSet": objectives(row.learning_objectives),
    }
    if row.score_scale in walk.library.published["score_scale"]:
        values["scoreScale"] = reference(walk.version, "scoreScale", row.score_scale)
    return values


def _score(walk: Walk, row: Any) -> dict[str, Any]:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "student": reference(walk.version, "user", row.student),
        "scoreStatus": row.score_status,
        "score": row.score,
        "textScore": row.text_score,
        "scoreDate": row.score_date,
        "comment": row.comment,
        "learningObjectiveSet": objectives(row.learning_objectives),
        "inProgress": truth(row.in_progress),
        "incomplete": truth(row.incomplete),
        "late": truth(row.late),
        "missing": truth(row.missing),
    }
    if walk.version == V11 and row.score_status.startswith("ext:"):
        raise Unpublishable("scoreStatus")
    if row.score_scale in walk.library.published["score_scale"]:
        values["scoreScale"] = reference(walk.version, "scoreScale", row.score_scale)
    return values


def objectives(sets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return learning objectives with the sources that a document can tell.

    A source of one's own fits the CSV binding, but no form that REST has for it.
    """
    known = vocabularies.SOURCES.both
    return [each if each["source"] in known else {**each, "source": "unknown"} for each in sets]


def _org_reference(walk: Walk, org: str) -> dict[str, Any]:
    is_school = walk.places.is_of_type_school(org)
    return reference(walk.version, "school" if is_school else "org", org)


def _resources(walk: Walk, links: dict[str, list[str]], sourced_id: str) -> list[dict[str, Any]]:
    return [
        reference(walk.version, "resource", resource)
        for resource in links.get(sourced_id, ())
        if resource in walk.library.resources
    ]


def _fall(walk: Walk, kind: str, row: Any, on: str, sourced_id: str) -> None:
    walk.fell[kind][row.sourced_id] = fallen(on, sourced_id)


def _doc(walk: Walk, collection: str, values: dict[str, Any], **tags: str) -> Doc:
    body = compose(walk.version, collection, trim(walk, collection, values))
    return Doc(values["sourcedId"], body, **tags)


DOCUMENTS: dict[str, Callable[[Walk, Any], Doc | None]] = {
    "academicSessions": academic_session,
    "orgs": org,
    "courses": course,
    "classes": klass,
    "enrollments": enrollment,
    "demographics": demographics,
    "resources": resource,
    "categories": category,
    "scoreScales": score_scale,
    "lineItems": line_item,
    "results": result,
    "assessmentLineItems": assessment_line_item,
    "assessmentResults": assessment_result,
}
"""All but users, which need their roles beside them (`people.py`)."""
