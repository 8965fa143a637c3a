"""The endpoints of both versions as the specification's tables have them (1.2 to 1.5).

Written by hand beside the product's own table, so that the two can be held to each other.
A star behind an envelope marks a list; `{}` stands for an id, whatever it is called.
"""

# ruff: noqa: E501 - a table is as wide as its rows.

from __future__ import annotations

from dataclasses import dataclass

from tests.acceptance.vendor import BASES

SCOPES = {
    "core": ("roster.readonly", "roster-core.readonly"),
    "roster": ("roster.readonly",),
    "demographics": ("roster-demographics.readonly",),
    "resource-core": ("resource.readonly", "resource-core.readonly"),
    "resource": ("resource.readonly",),
    "gradebook-core": ("gradebook.readonly", "gradebook-core.readonly"),
    "gradebook": ("gradebook.readonly",),
    "assessment": ("assessment.readonly",),
}
"""Scopes any one of which opens an operation (4.1); in 1.1 `roster.readonly` opens Core too."""

PREFIXES = {
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/",
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/",
}

TABLES = {
    # Section 1.2.
    ("1.2", "rostering"): """
        getAllAcademicSessions          /academicSessions                     academicSessions*     core
        getAcademicSession              /academicSessions/{}                  academicSession       core
        getAllClasses                   /classes                              classes*              core
        getStudentsForClass             /classes/{}/students                  users*                roster
        getTeachersForClass             /classes/{}/teachers                  users*                roster
        getClass                        /classes/{}                           class                 core
        getAllCourses                   /courses                              courses*              core
        getClassesForCourse             /courses/{}/classes                   classes*              roster
        getCourse                       /courses/{}                           course                core
        getAllDemographics              /demographics                         demographics*         demographics
        getDemographics                 /demographics/{}                      demographics          demographics
        getAllEnrollments               /enrollments                          enrollments*          core
        getEnrollment                   /enrollments/{}                       enrollment            core
        getAllGradingPeriods            /gradingPeriods                       academicSessions*     core
        getGradingPeriod                /gradingPeriods/{}                    academicSession       core
        getAllOrgs                      /orgs                                 orgs*                 core
        getOrg                          /orgs/{}                              org                   core
        getAllSchools                   /schools                              orgs*                 core
        getClassesForSchool             /schools/{}/classes                   classes*              roster
        getEnrollmentsForClassInSchool  /schools/{}/classes/{}/enrollments    enrollments*          roster
        getStudentsForClassInSchool     /schools/{}/classes/{}/students       users*                roster
        getTeachersForClassInSchool     /schools/{}/classes/{}/teachers       users*                roster
        getCoursesForSchool             /schools/{}/courses                   courses*              roster
        getEnrollmentsForSchool         /schools/{}/enrollments               enrollments*          roster
        getStudentsForSchool            /schools/{}/students                  users*                roster
        getTeachersForSchool            /schools/{}/teachers                  users*                roster
        getTermsForSchool               /schools/{}/terms                     academicSessions*     roster
        getSchool                       /schools/{}                           org                   core
        getAllStudents                  /students                             users*                core
        getStudent                      /students/{}                          user                  core
        getClassesForStudent            /students/{}/classes                  classes*              roster
        getAllTeachers                  /teachers                             users*                core
        getTeacher                      /teachers/{}                          user                  core
        getClassesForTeacher            /teachers/{}/classes                  classes*              roster
        getAllTerms                     /terms                                academicSessions*     core
        getTerm                         /terms/{}                             academicSession       core
        getClassesForTerm               /terms/{}/classes                     classes*              roster
        getGradingPeriodsForTerm        /terms/{}/gradingPeriods              academicSessions*     roster
        getAllUsers                     /users                                users*                core
        getUser                         /users/{}                             user                  core
        getClassesForUser               /users/{}/classes                     classes*              roster
    """,
    # Section 1.3.
    ("1.2", "gradebook"): """
        getAllAssessmentLineItems       /assessmentLineItems                  assessmentLineItems*  assessment
        getAssessmentLineItem           /assessmentLineItems/{}               assessmentLineItem    assessment
        getAllAssessmentResults         /assessmentResults                    assessmentResults*    assessment
        getAssessmentResult             /assessmentResults/{}                 assessmentResult      assessment
        getAllCategories                /categories                           categories*           gradebook-core
        getCategory                     /categories/{}                        category              gradebook-core
        getCategoriesForClass           /classes/{}/categories                categories*           gradebook
        getLineItemsForClass            /classes/{}/lineItems                 lineItems*            gradebook
        getResultsForLineItemForClass   /classes/{}/lineItems/{}/results      results*              gradebook
        getResultsForClass              /classes/{}/results                   results*              gradebook
        getScoreScalesForClass          /classes/{}/scoreScales               scoreScales*          gradebook
        getResultsForStudentForClass    /classes/{}/students/{}/results       results*              gradebook
        getAllLineItems                 /lineItems                            lineItems*            gradebook-core
        getLineItem                     /lineItems/{}                         lineItem              gradebook-core
        getAllResults                   /results                              results*              gradebook-core
        getResult                       /results/{}                           result                gradebook-core
        getScoreScalesForSchool         /schools/{}/scoreScales               scoreScales*          gradebook
        getAllScoreScales               /scoreScales                          scoreScales*          gradebook-core
        getScoreScale                   /scoreScales/{}                       scoreScale            gradebook-core
    """,
    # Section 1.4.
    ("1.2", "resources"): """
        getResourcesForClass            /classes/{}/resources                 resources*            resource
        getResourcesForCourse           /courses/{}/resources                 resources*            resource
        getAllResources                 /resources                            resources*            resource-core
        getResource                     /resources/{}                         resource              resource-core
        getResourcesForUser             /users/{}/resources                   resources*            resource
    """,
    # Section 1.5.
    ("1.1", "rostering"): """
        getAllAcademicSessions          /academicSessions                     academicSessions*     core
        getAcademicSession              /academicSessions/{}                  academicSession       core
        getAllClasses                   /classes                              classes*              core
        getClass                        /classes/{}                           class                 core
        getAllCourses                   /courses                              courses*              core
        getCourse                       /courses/{}                           course                core
        getAllGradingPeriods            /gradingPeriods                       academicSessions*     core
        getGradingPeriod                /gradingPeriods/{}                    academicSession       core
        getAllDemographics              /demographics                         demographics*         demographics
        getDemographics                 /demographics/{}                      demographics          demographics
        getAllEnrollments               /enrollments                          enrollments*          core
        getEnrollment                   /enrollments/{}                       enrollment            core
        getAllOrgs                      /orgs                                 orgs*                 core
        getOrg                          /orgs/{}                              org                   core
        getAllSchools                   /schools                              orgs*                 core
        getSchool                       /schools/{}                           org                   core
        getAllStudents                  /students                             users*                core
        getStudent                      /students/{}                          user                  core
        getAllTeachers                  /teachers                             users*                core
        getTeacher                      /teachers/{}                          user                  core
        getAllTerms                     /terms                                academicSessions*     core
        getTerm                         /terms/{}                             academicSession       core
        getAllUsers                     /users                                users*                core
        getUser                         /users/{}                             user                  core
        getCoursesForSchool             /schools/{}/courses                   courses*              roster
        getEnrollmentsForClassInSchool  /schools/{}/classes/{}/enrollments    enrollments*          roster
        getStudentsForClassInSchool     /schools/{}/classes/{}/students       users*                roster
        getTeachersForClassInSchool     /schools/{}/classes/{}/teachers       users*                roster
        getEnrollmentsForSchool         /schools/{}/enrollments               enrollments*          roster
        getStudentsForSchool            /schools/{}/students                  users*                roster
        getTeachersForSchool            /schools/{}/teachers                  users*                roster
        getTermsForSchool               /schools/{}/terms                     academicSessions*     roster
        getClassesForTerm               /terms/{}/classes                     classes*              roster
        getGradingPeriodsForTerm        /terms/{}/gradingPeriods              academicSessions*     roster
        getClassesForCourse             /courses/{}/classes                   classes*              roster
        getClassesForStudent            /students/{}/classes                  classes*              roster
        getClassesForTeacher            /teachers/{}/classes                  classes*              roster
        getClassesForSchool             /schools/{}/classes                   classes*              roster
        getClassesForUser               /users/{}/classes                     classes*              roster
        getStudentsForClass             /classes/{}/students                  users*                roster
        getTeachersForClass             /classes/{}/teachers                  users*                roster
    """,
    # Section 1.5; the last row is in no table of 1.1, and its clients ask for it.
    ("1.1", "gradebook"): """
        getAllCategories                /categories                           categories*           gradebook
        getCategory                     /categories/{}                        category              gradebook
        getAllLineItems                 /lineItems                            lineItems*            gradebook
        getLineItem                     /lineItems/{}                         lineItem              gradebook
        getAllResults                   /results                              results*              gradebook
        getResult                       /results/{}                           result                gradebook
        getResultsForClass              /classes/{}/results                   results*              gradebook
        getLineItemsForClass            /classes/{}/lineItems                 lineItems*            gradebook
        getResultsForLineItemForClass   /classes/{}/lineItems/{}/results      results*              gradebook
        getResultsForStudentForClass    /classes/{}/students/{}/results       results*              gradebook
        getCategoriesForClass           /classes/{}/categories                categories*           gradebook
    """,
    # Section 1.5.
    ("1.1", "resources"): """
        getAllResources                 /resources                            resources*            resource
        getResource                     /resources/{}                         resource              resource
        getResourcesForCourse           /courses/{}/resources                 resources*            resource
        getResourcesForClass            /classes/{}/resources                 resources*            resource
    """,
}


@dataclass(frozen=True)
class Endpoint:
    """One GET; `plurals` are the words of its path, the last of which says what is listed."""

    version: str
    service: str
    id: str
    path: str
    envelope: str
    many: bool
    scopes: tuple[str, ...]

    @property
    def address(self) -> str:
        """The path below the host, with `{}` for each id."""
        return BASES[self.version][self.service] + self.path

    @property
    def plurals(self) -> tuple[str, ...]:
        return tuple(word for word in self.path.strip("/").split("/") if word != "{}")

    @property
    def is_nested(self) -> bool:
        return len(self.plurals) > 1

    def __str__(self) -> str:
        return f"{self.version} {self.path}"


def _read() -> tuple[Endpoint, ...]:
    found = []
    for (version, service), text in TABLES.items():
        for line in text.strip().splitlines():
            name, path, envelope, opened_by = line.split()
            scopes = tuple(
                PREFIXES[version] + scope
                for scope in SCOPES[opened_by]
                # 1.1 has no scope of the core of these two.
                if version == "1.2"
                or scope not in ("resource-core.readonly", "gradebook-core.readonly")
            )
            many = envelope.endswith("*")
            found.append(Endpoint(version, service, name, path, envelope.rstrip("*"), many, scopes))
    return tuple(found)


ENDPOINTS = _read()
