"""Looks for references that point nowhere, when everything is stored, by one statement a file.

The rows are kept: what can't do without the missing record is left out of the publication, and
comes of itself when the record does.
"""

from __future__ import annotations

from roster.importing import contradictions
from roster.importing.contradictions import stored, tell
from roster.importing.engine import elements, quote
from roster.importing.files import FILES
from roster.importing.findings import Findings
from roster.importing.staging import Question, Reference, Stage
from roster.models import AcademicSession, Course, Enrollment, Klass, Org, Organization


def check(stage: Stage, organization: Organization, findings: Findings) -> None:
    """Report what the live rows of a stage name and nobody has, and what they contradict.

    What enrollments name is seen in the map (`mapped.py`).
    """
    own = stage.references if stage.model is not Enrollment else []
    questions = [_dangling(reference) for reference in own]
    if stage.model is Klass and not stage.file.fills:
        questions.append(NO_SCHOOL)
    if stage.model is Course and not stage.file.fills:
        questions.append(NO_YEAR)
    questions += contradictions.questions(stage, strict=findings.strict)
    for question, found in stage.find(questions, {"organization": organization.pk}):
        tell(findings, stage, question.code, question.column, found, **question.facts)
    contradictions.check(stage, organization, findings)


def _dangling(reference: Reference) -> Question:
    """Return which rows name what nobody has."""
    target = FILES[reference.target]
    named, joins = f"s.{quote(reference.field)}", ""
    if reference.many:
        joins, named = f"CROSS JOIN {elements(named)}", "e.value"
    there = stored(target.model, "t", f"t.sourced_id = {named}")
    where = f"{named} <> '' AND NOT EXISTS (SELECT 1 FROM {there})"  # noqa: S608
    facts = {"target": target.filename}
    return Question("reference-unknown", reference.column, named, where, joins, facts)


NO_YEAR = Question(
    "session-not-a-year",
    "schoolYearSourcedId",
    "s.school_year",
    "t.status = 'active' AND t.type <> 'schoolYear'",
    f'JOIN "{AcademicSession._meta.db_table}" AS t ON t.organization_id = %(organization)s'
    " AND t.sourced_id = s.school_year",
    {"target": FILES["academicSessions"].filename},
)
NO_SCHOOL = Question(
    "school-not-a-school",
    "schoolSourcedId",
    "s.school",
    "t.status = 'active' AND t.type <> 'school'",
    f'JOIN "{Org._meta.db_table}" AS t ON t.organization_id = %(organization)s'
    " AND t.sourced_id = s.school",
    {"target": FILES["orgs"].filename},
)
