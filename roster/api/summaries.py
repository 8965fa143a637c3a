"""What each operation gives, in words: for the reference, the OpenAPI documents and README."""

from __future__ import annotations

from roster.api.operations import Operation
from roster.api.scopes import READ_SCOPES, short

AREAS = {
    "rostering": "Rostering",
    "demographics": "Demographics",
    "resources": "Resources",
    "gradebook": "Gradebook",
    "assessment": "Assessments",
}
"""The titles of what scopes open, one area after the other."""

GIVES = {
    "academicSessions": "school years, terms, grading periods",
    "terms": "sessions of type term",
    "gradingPeriods": "sessions of type gradingPeriod",
    "orgs": "the district, its schools and departments",
    "schools": "orgs of type school",
    "courses": "what is taught",
    "classes": "sections of courses, with school and terms",
    "users": "students, staff and, where shared, guardians",
    "students": "users with the role student",
    "teachers": "users with the role teacher",
    "enrollments": "who is in which class, and as what",
    "demographics": "birth date, sex, race and ethnicity; the id is the user's",
    "resources": "learning resources of courses and classes",
    "categories": "kinds of line items",
    "lineItems": "what is graded in a class",
    "results": "one student's result on one line item",
    "scoreScales": "how the scores of a class are written",
    "assessmentLineItems": "what is assessed",
    "assessmentResults": "one student's result of one assessment",
}
"""What a path gives, by its last word."""

BELONGING = {
    "getCoursesForSchool": "courses whose org it is, or that its classes teach",
    "getClassesForSchool": "classes whose school it is",
    "getEnrollmentsForSchool": "enrollments that name it",
    "getStudentsForSchool": "users who are students there, by role or class",
    "getTeachersForSchool": "users who are teachers there, by role or class",
    "getTermsForSchool": "terms in which its classes are taught",
    "getEnrollmentsForClassInSchool": "enrollments into this class of this school",
    "getStudentsForClassInSchool": "users enrolled as student",
    "getTeachersForClassInSchool": "users enrolled as teacher",
    "getClassesForTerm": "classes taught in this term",
    "getGradingPeriodsForTerm": "grading periods whose parent it is",
    "getClassesForCourse": "classes of this course",
    "getClassesForStudent": "classes into which this user is enrolled as student",
    "getClassesForTeacher": "classes into which this user is enrolled as teacher",
    "getClassesForUser": "classes into which this user is enrolled, whatever as",
    "getStudentsForClass": "users enrolled as student",
    "getTeachersForClass": "users enrolled as teacher",
    "getResourcesForCourse": "resources of this course",
    "getResourcesForClass": "resources of this class",
    "getResourcesForUser": "resources of this user",
    "getCategoriesForClass": "categories that its line items are of",
    "getLineItemsForClass": "line items of this class",
    "getResultsForLineItemForClass": "results on this line item of this class",
    "getResultsForClass": "results on its line items",
    "getResultsForStudentForClass": "this student's results on its line items",
    "getScoreScalesForClass": "score scales of this class",
    "getScoreScalesForSchool": "score scales of its classes",
}
"""Who belongs to a nested list."""


DOING = {"PUT": "create or replace a", "DELETE": "delete a"}

WRITING = {
    "postLineItemsForClass": "create line items of this class",
    "postLineItemsForSchool": "create line items of classes of this school",
    "postResultsForLineItem": "create results on this line item",
    "postResultsForAcademicSessionForClass": "create results on line items of this class",
    "putAssessmentLineItem": "create or replace an assessmentLineItem",
    "putAssessmentResult": "create or replace an assessmentResult",
    "deleteAssessmentLineItem": "delete an assessmentLineItem",
    "deleteAssessmentResult": "delete an assessmentResult",
}
"""What is written."""

BUNDLE = "all of it as one OneRoster bulk bundle: a zip of CSV files"


def gives(operation: Operation) -> str:
    """Return in words what an operation gives."""
    if operation.method != "GET":
        return WRITING.get(operation.id) or f"{DOING[operation.method]} {operation.envelope}"
    if operation.parents:
        return BELONGING[operation.id]
    if not operation.many:
        return f"one of them: {operation.envelope}"
    return GIVES[operation.path.rpartition("/")[2]]


def area_of(operation: Operation) -> str:
    """Return the area that the scopes of a read open."""
    name = short(operation.scopes[0])
    return next(area for area, names in READ_SCOPES.items() if name in names)
