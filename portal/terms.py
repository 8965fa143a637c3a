"""What the portal calls the kinds and the collections, and how it explains them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.words import Words


@dataclass(frozen=True)
class Term:
    """A kind in words: many, one, what it is."""

    plural: Words
    singular: Words
    meaning: Words


KIND_TERMS: dict[str, Term] = {
    "person": Term(_("People"), _("person"), _("Students, staff and guardians.")),
    "section": Term(
        _("Classes"), _("class"), _("What is taught in a school year at a school, in its terms.")
    ),
    "school": Term(_("Schools"), _("school"), _("Everything below a school is hidden with it.")),
    "org": Term(
        _("Other orgs"),
        _("org"),
        _("The district and its departments. A mark holds for the orgs below."),
    ),
    "calendar": Term(_("Calendars"), _("calendar"), _("One school in one school year.")),
    "schedule_structure": Term(
        _("Schedule structures"),
        _("schedule structure"),
        _("A bell schedule within a calendar; most schools have one."),
    ),
    "grade_level": Term(
        _("Grade levels"),
        _("grade level"),
        _("One grade at one school. A mark keeps that grade's students out."),
    ),
    "school_enrollment": Term(
        _("School enrollments"),
        _("school enrollment"),
        _("A student at a school: excluded here, still shared where else they are enrolled."),
    ),
    "district_assignment": Term(
        _("District assignments"),
        _("district assignment"),
        _("A staff member at a school or at the district."),
    ),
    "guardian_link": Term(
        _("Guardian links"),
        _("guardian link"),
        _("A guardian, parent or relative of one child."),
    ),
    "course_master": Term(
        _("Course masters"),
        _("course master"),
        _("A course of the district's catalogue, at all schools that teach it."),
    ),
    "course": Term(_("Courses"), _("course"), _("A course in one calendar of one school.")),
    "session": Term(
        _("Academic sessions"),
        _("academic session"),
        _("School years, terms and grading periods. They follow the classes."),
    ),
    "enrollment": Term(_("Class enrollments"), _("class enrollment"), _("A person in a class.")),
    "demographics": Term(
        _("Demographics"),
        _("demographics"),
        _("Birth date, sex, race and ethnicity. Only administrators see them here."),
    ),
    "resource": Term(
        _("Resources"), _("resource"), _("Learning resources that classes and courses use.")
    ),
    "grading_task": Term(
        _("Categories"), _("category"), _("What line items are graded for: homework, tests…")
    ),
    "score_scale": Term(_("Score scales"), _("score scale"), _("How scores of a class are given.")),
    "line_item": Term(_("Line items"), _("line item"), _("An assignment of a class.")),
    "result": Term(_("Results"), _("result"), _("A student's score in a line item.")),
    "assessment_line_item": Term(
        _("Assessment line items"), _("assessment line item"), _("An assessment, or a part of it.")
    ),
    "assessment_result": Term(
        _("Assessment results"), _("assessment result"), _("A student's score in an assessment.")
    ),
}

GROUPS: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (
        _("People"),
        ("person", "school_enrollment", "district_assignment", "guardian_link", "demographics"),
    ),
    (_("Schools"), ("school", "calendar", "schedule_structure", "grade_level", "org")),
    (
        _("Teaching"),
        ("section", "enrollment", "course", "course_master", "session", "resource"),
    ),
    (
        _("Gradebook and assessments"),
        (
            "grading_task",
            "line_item",
            "result",
            "score_scale",
            "assessment_line_item",
            "assessment_result",
        ),
    ),
)
"""The kinds as the roster's first page groups them."""

COLLECTION_TERMS: dict[str, Words] = {
    "academicSessions": _("Academic sessions"),
    "orgs": _("Orgs"),
    "courses": _("Courses"),
    "classes": _("Classes"),
    "users": _("Users"),
    "enrollments": _("Enrollments"),
    "demographics": _("Demographics"),
    "resources": _("Resources"),
    "categories": _("Categories"),
    "lineItems": _("Line items"),
    "results": _("Results"),
    "scoreScales": _("Score scales"),
    "assessmentLineItems": _("Assessment line items"),
    "assessmentResults": _("Assessment results"),
}
