"""The one table of the CSV binding: each file of both versions, its columns, where they go.

Reading, storing and the checks of references all go by it (specification 5.3 and 5.6; 1.1's
`users` are split into users, roles and agents in `people.py`).
"""

from __future__ import annotations

from roster import models as rows
from roster.importing import values, vocabulary
from roster.importing.columns import (
    COLUMN,
    FIRM,
    NARROWING,
    NEW,
    OLD,
    VITAL,
    WANTED,
    Column,
    File,
    both,
    of,
    ref,
    text,
)

SUBJECTS = (
    of(values.TEXTS, "subjects"),
    of(values.TEXTS, "subjectCodes"),
)

# In the order in which they are stored: what others name comes first.
FILES: dict[str, File] = {
    file.name: file
    for file in (
        File(
            "orgs",
            rows.Org,
            (
                text("name", VITAL),
                of(vocabulary.ORG_TYPES, "type", VITAL),
                text("identifier"),
                ref("parentSourcedId", "orgs"),
            ),
        ),
        File(
            "academicSessions",
            rows.AcademicSession,
            (
                text("title", VITAL),
                of(vocabulary.SESSION_TYPES, "type", VITAL),
                of(values.DATE_ONLY, "startDate", VITAL),
                of(values.DATE_ONLY, "endDate", VITAL),
                ref("parentSourcedId", "academicSessions"),
                of(values.YEAR, "schoolYear", WANTED),
            ),
        ),
        File(
            "courses",
            rows.Course,
            (
                ref("schoolYearSourcedId", "academicSessions"),
                text("title", VITAL),
                text("courseCode"),
                of(vocabulary.GRADE_LISTS, "grades"),
                ref("orgSourcedId", "orgs", WANTED),
                *SUBJECTS,
            ),
        ),
        File(
            "classes",
            rows.Klass,
            (
                text("title", VITAL),
                of(vocabulary.GRADE_LISTS, "grades"),
                ref("courseSourcedId", "courses", WANTED),
                text("classCode"),
                of(vocabulary.CLASS_TYPES, "classType", WANTED),
                text("location"),
                ref("schoolSourcedId", "orgs", WANTED),
                Column("termSourcedIds", "terms", values.REFERENCES, WANTED, "academicSessions"),
                *SUBJECTS,
                of(values.TEXTS, "periods"),
            ),
        ),
        File(
            "users",
            rows.User,
            (
                Column("enabledUser", "enabled", vocabulary.BOOLEAN, FIRM),
                Column("orgSourcedIds", "orgs", values.NAMES, COLUMN, "orgs", OLD, derived=True),
                Column("role", "role", vocabulary.ROLES, COLUMN, only=OLD, derived=True),
                text("username", WANTED),
                of(values.USER_IDS, "userIds"),
                text("givenName", WANTED),
                text("familyName", WANTED),
                text("middleName"),
                text("identifier"),
                text("email"),
                text("sms"),
                text("phone"),
                Column("agentSourcedIds", "agents", values.NAMES, target="users", derived=True),
                of(vocabulary.GRADE_LISTS, "grades"),
                of(values.SECRET, "password"),
                text("userMasterIdentifier", only=NEW),
                of(values.ELSEWHERE, "resourceSourcedIds", only=NEW, field="resourceSourcedIds"),
                text("preferredGivenName", only=NEW, field="preferred_first_name"),
                text("preferredMiddleName", only=NEW),
                text("preferredFamilyName", only=NEW, field="preferred_last_name"),
                ref("primaryOrgSourcedId", "orgs", only=NEW),
                text("pronouns", only=NEW),
            ),
        ),
        File(
            "userProfiles",
            rows.UserProfile,
            (
                ref("userSourcedId", "users", WANTED),
                text("profileType", WANTED),
                text("vendorId", WANTED),
                text("applicationId"),
                text("description"),
                text("credentialType", WANTED),
                text("username", WANTED),
                of(values.SECRET, "password"),
            ),
            only=NEW,
        ),
        File(
            "roles",
            rows.Role,
            (
                ref("userSourcedId", "users", WANTED),
                of(vocabulary.ROLE_TYPES, "roleType", VITAL),
                of(vocabulary.ROLES, "role", VITAL),
                of(values.DATE_ONLY, "beginDate", NARROWING),
                of(values.DATE_ONLY, "endDate", NARROWING),
                ref("orgSourcedId", "orgs", WANTED),
                ref("userProfileSourcedId", "userProfiles"),
            ),
            only=NEW,
        ),
        File(
            "enrollments",
            rows.Enrollment,
            (
                ref("classSourcedId", "classes", WANTED, field="klass"),
                ref("schoolSourcedId", "orgs", WANTED),
                ref("userSourcedId", "users", WANTED),
                of(vocabulary.ENROLLMENT_ROLES, "role", VITAL),
                of(vocabulary.BOOLEAN, "primary"),
                of(values.DATE_ONLY, "beginDate", NARROWING),
                of(values.DATE_ONLY, "endDate", NARROWING),
            ),
        ),
        File(
            "demographics",
            rows.Demographics,
            (
                of(values.DATE_ONLY, "birthDate"),
                of(vocabulary.SEXES, "sex"),
                of(vocabulary.BOOLEAN, "americanIndianOrAlaskaNative"),
                of(vocabulary.BOOLEAN, "asian"),
                of(vocabulary.BOOLEAN, "blackOrAfricanAmerican"),
                of(vocabulary.BOOLEAN, "nativeHawaiianOrOtherPacificIslander"),
                of(vocabulary.BOOLEAN, "white"),
                of(vocabulary.BOOLEAN, "demographicRaceTwoOrMoreRaces"),
                of(vocabulary.BOOLEAN, "hispanicOrLatinoEthnicity"),
                text("countryOfBirthCode"),
                text("stateOfBirthAbbreviation"),
                text("cityOfBirth"),
                text("publicSchoolResidenceStatus"),
            ),
            shares="users",
        ),
        File(
            "resources",
            rows.Resource,
            (
                text("vendorResourceId", VITAL),
                text("title"),
                of(vocabulary.RESOURCE_ROLES, "roles"),
                of(vocabulary.IMPORTANCE, "importance"),
                text("vendorId"),
                text("applicationId"),
            ),
        ),
        File(
            "courseResources",
            rows.CourseResource,
            (
                text("title"),
                ref("courseSourcedId", "courses", WANTED),
                ref("resourceSourcedId", "resources", WANTED),
            ),
        ),
        File(
            "classResources",
            rows.ClassResource,
            (
                text("title"),
                ref("classSourcedId", "classes", WANTED, field="klass"),
                ref("resourceSourcedId", "resources", WANTED),
            ),
        ),
        File(
            "userResources",
            rows.UserResource,
            (
                ref("userSourcedId", "users", WANTED),
                ref("orgSourcedId", "orgs"),
                ref("classSourcedId", "classes", field="klass"),
                ref("resourceSourcedId", "resources", WANTED),
            ),
            only=NEW,
        ),
        File(
            "categories",
            rows.Category,
            (text("title", VITAL), of(values.WHOLE, "weight", only=NEW)),
        ),
        File(
            "lineItems",
            rows.LineItem,
            (
                text("title", VITAL),
                text("description"),
                of(values.MOMENT, "assignDate", VITAL),
                of(values.MOMENT, "dueDate", VITAL),
                ref("classSourcedId", "classes", WANTED, field="klass"),
                ref("categorySourcedId", "categories", WANTED),
                ref("gradingPeriodSourcedId", "academicSessions", WANTED, OLD),
                ref("academicSessionSourcedId", "academicSessions", WANTED, NEW),
                *both("resultValueMin"),
                *both("resultValueMax"),
                ref("schoolSourcedId", "orgs", WANTED, NEW),
            ),
        ),
        File(
            "results",
            rows.Result,
            (
                ref("lineItemSourcedId", "lineItems", WANTED),
                ref("studentSourcedId", "users", WANTED),
                of(vocabulary.SCORE_STATUSES, "scoreStatus", VITAL),
                *both("score"),
                of(values.DATE_ONLY, "scoreDate", VITAL),
                text("comment"),
                text("textScore", only=NEW),
                ref("classSourcedId", "classes", only=NEW, field="klass"),
                of(vocabulary.BOOLEAN, "inProgress", only=NEW),
                of(vocabulary.BOOLEAN, "incomplete", only=NEW),
                of(vocabulary.BOOLEAN, "late", only=NEW),
                of(vocabulary.BOOLEAN, "missing", only=NEW),
            ),
        ),
        File(
            "scoreScales",
            rows.ScoreScale,
            (
                text("title", VITAL),
                text("type", VITAL),
                ref("orgSourcedId", "orgs", WANTED),
                ref("courseSourcedId", "courses", WANTED),
                ref("classSourcedId", "classes", WANTED, field="klass"),
                of(values.SCALE_VALUES, "scoreScaleValue", WANTED, field="values"),
            ),
            only=NEW,
        ),
        File(
            "lineItemScoreScales",
            rows.LineItem,
            (
                of(values.UNUSED, "title"),
                ref("lineItemSourcedId", "lineItems", VITAL, field="owner"),
                ref("scoreScaleSourcedId", "scoreScales", VITAL, field="value"),
            ),
            fills="score_scale",
            only=NEW,
        ),
        File(
            "resultScoreScales",
            rows.Result,
            (
                of(values.UNUSED, "title"),
                ref("resultSourcedId", "results", VITAL, field="owner"),
                ref("scoreScaleSourcedId", "scoreScales", VITAL, field="value"),
            ),
            fills="score_scale",
            only=NEW,
        ),
        File(
            "lineItemLearningObjectiveIds",
            rows.LineItem,
            (
                ref("lineItemSourcedId", "lineItems", VITAL, field="owner"),
                of(vocabulary.SOURCES, "source", VITAL),
                text("learningObjectiveId", VITAL, field="objective"),
            ),
            fills="learning_objectives",
            only=NEW,
        ),
        File(
            "resultLearningObjectiveIds",
            rows.Result,
            (
                ref("resultSourcedId", "results", VITAL, field="owner"),
                of(vocabulary.SOURCES, "source", VITAL),
                text("learningObjectiveId", VITAL, field="objective"),
                of(values.NUMBER, "score"),
                text("textScore"),
            ),
            fills="learning_objectives",
            only=NEW,
        ),
    )
}
