"""The gradebook and assessments."""

from __future__ import annotations

from typing import Any, NamedTuple

from roster.clock import stamp
from roster.dialects import vocabularies
from roster.dialects.composing import Doc, Hidden, day, finish, truth
from roster.dialects.references import Place, place_reference, reference, reference_if
from roster.dialects.vocabularies import known_word


def category(version: str, row: Any, answer: None, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "weight": row.weight,
    }
    return finish(version, "categories", values, hidden)


class ScaleAnswer(NamedTuple):
    """The score scale's course, where it is visible."""

    course: str


def score_scale(version: str, row: Any, answer: ScaleAnswer, hidden: Hidden) -> Doc:
    values = {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "type": row.type,
        "class": reference(version, "class", row.klass),
        "course": reference_if(version, "course", answer.course),
        "scoreScaleValue": row.values,
    }
    return finish(version, "scoreScales", values, hidden, klass=row.klass)


class LineItemAnswer(NamedTuple):
    """The line item's school, its own or else the class's, and which references are visible."""

    school: Place
    grading_period: str
    academic_session: str
    score_scale: str


def line_item(version: str, row: Any, answer: LineItemAnswer, hidden: Hidden) -> Doc:
    values = {
        **_task(version, row),
        "class": reference(version, "class", row.klass),
        "assignDate": stamp(row.assign_date),
        "dueDate": stamp(row.due_date),
        "school": place_reference(version, answer.school),
        "category": reference(version, "category", row.category),
        "gradingPeriod": reference_if(version, "academicSession", answer.grading_period),
        "academicSession": reference_if(version, "academicSession", answer.academic_session),
        "scoreScale": reference_if(version, "scoreScale", answer.score_scale),
    }
    return finish(
        version, "lineItems", values, hidden, school=answer.school.sourced_id, klass=row.klass
    )


class ResultAnswer(NamedTuple):
    """The line item's class, and the score scale where it is visible."""

    klass: str
    score_scale: str


def result(version: str, row: Any, answer: ResultAnswer, hidden: Hidden) -> Doc:
    values = {
        **_score(version, row),
        "lineItem": reference(version, "lineItem", row.line_item),
        "class": reference(version, "class", answer.klass),
        "scoreScale": reference_if(version, "scoreScale", answer.score_scale),
    }
    return finish(version, "results", values, hidden, klass=answer.klass, person=row.student)


class AssessmentAnswer(NamedTuple):
    """Which references of an assessment line item are visible."""

    klass: str
    parent: str
    score_scale: str


def assessment_line_item(version: str, row: Any, answer: AssessmentAnswer, hidden: Hidden) -> Doc:
    values = {
        **_task(version, row),
        "class": reference_if(version, "class", answer.klass),
        "parentAssessmentLineItem": reference_if(version, "assessmentLineItem", answer.parent),
        "scoreScale": reference_if(version, "scoreScale", answer.score_scale),
    }
    return finish(version, "assessmentLineItems", values, hidden, klass=row.klass)


class AssessmentResultAnswer(NamedTuple):
    """The score scale, where it is visible."""

    score_scale: str


def assessment_result(
    version: str, row: Any, answer: AssessmentResultAnswer, hidden: Hidden
) -> Doc:
    values = {
        **_score(version, row),
        "assessmentLineItem": reference(version, "assessmentLineItem", row.assessment_line_item),
        "scorePercentile": row.score_percentile,
        "scoreScale": reference_if(version, "scoreScale", answer.score_scale),
    }
    return finish(version, "assessmentResults", values, hidden, person=row.student)


def _task(version: str, row: Any) -> dict[str, Any]:
    return {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "title": row.title,
        "description": row.description,
        "resultValueMin": row.result_value_min,
        "resultValueMax": row.result_value_max,
        "learningObjectiveSet": objectives(row.learning_objectives),
    }


def _score(version: str, row: Any) -> dict[str, Any]:
    return {
        "sourcedId": row.sourced_id,
        "metadata": row.metadata,
        "student": reference(version, "user", row.student),
        "scoreStatus": known_word(version, row.score_status),
        "score": row.score,
        "textScore": row.text_score,
        "scoreDate": day(row.score_date),
        "comment": row.comment,
        "learningObjectiveSet": objectives(row.learning_objectives),
        "inProgress": truth(row.in_progress),
        "incomplete": truth(row.incomplete),
        "late": truth(row.late),
        "missing": truth(row.missing),
    }


def objectives(sets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return learning objectives with the sources that a document can have.

    A source of one's own fits the CSV binding, but no form that REST has for it.
    """
    known = vocabularies.SOURCES.both
    return [each if each["source"] in known else {**each, "source": "unknown"} for each in sets]
