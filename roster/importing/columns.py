"""The one table of the CSV binding: each file of both versions, its columns, where they go.

Reading, storing and the checks of references all go by it (specification 5.3 and 5.6; 1.1's
`users` are split into users, roles and agents in `people.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from roster import models as rows
from roster.importing import values, vocabulary
from roster.importing.values import Type
from roster.models import Row

VERSIONS = ("1.1", "1.2")


class Need(Enum):
    """How much a row needs a column.

    `WANTED`: the binding requires it; a row is kept without it, with a warning. `FIRM`: the
    same, but what can't be read costs the row, as it may mean anything. `COLUMN`: firm, and a
    file without the column is refused. `VITAL`: without it the row is left out. `NARROWING`: it
    may be blank, but narrows what is visible, so what can't be read costs the row too.
    """

    NONE = 0
    WANTED = 1
    FIRM = 2
    COLUMN = 3
    VITAL = 4
    NARROWING = 5

    @property
    def may_be_blank(self) -> bool:
        return self in (Need.NONE, Need.NARROWING)

    @property
    def must_be_readable(self) -> bool:
        return self.value >= Need.FIRM.value


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the field that it fills; `target` is the file whose records it names.

    `beside`: it isn't stored with its row, but becomes rows of its own.
    """

    name: str
    field: str
    type: Type
    need: Need = Need.NONE
    target: str = ""
    only: str = ""
    beside: bool = False

    @property
    def blank(self) -> Any:
        return self.type.blank

    def of(self, version: str) -> bool:
        return not self.only or self.only == version


@dataclass(frozen=True, slots=True)
class File:
    """A file: the model of its rows, or the field of `model` that its rows `fill`.

    `shares`: the file whose ids its own ids are.
    """

    name: str
    model: type[Row]
    columns: tuple[Column, ...]
    fills: str = ""
    only: str = ""
    shares: str = ""

    @property
    def filename(self) -> str:
        return f"{self.name}.csv"

    def of(self, version: str) -> bool:
        return not self.only or self.only == version

    def columns_of(self, version: str) -> list[Column]:
        return [column for column in self.columns if column.of(version)]


NONE, WANTED, FIRM, COLUMN, VITAL, NARROWING = Need
NEW, OLD = "1.2", "1.1"


def text(name: str, field: str = "", need: Need = NONE, only: str = "") -> Column:
    return Column(name, field or name, values.TEXT, need, only=only)


def ref(name: str, field: str, target: str, need: Need = NONE, only: str = "") -> Column:
    return Column(name, field, values.REFERENCE, need, target, only)


def of(kind: Type, name: str, field: str = "", need: Need = NONE, only: str = "") -> Column:
    return Column(name, field or name, kind, need, only=only)


def both(name: str, field: str) -> tuple[Column, Column]:
    """Return a number that 1.1 requires and 1.2 doesn't."""
    number = values.NUMBER
    return of(number, name, field, WANTED, OLD), of(number, name, field, NONE, NEW)


SUBJECTS = (
    of(values.TEXTS, "subjects"),
    of(values.TEXTS, "subjectCodes", "subject_codes"),
)

# In the order in which they are stored: what others name comes first.
FILES: dict[str, File] = {
    file.name: file
    for file in (
        File(
            "orgs",
            rows.Org,
            (
                text("name", need=VITAL),
                of(vocabulary.ORG_TYPES, "type", need=VITAL),
                text("identifier"),
                ref("parentSourcedId", "parent", "orgs"),
            ),
        ),
        File(
            "academicSessions",
            rows.AcademicSession,
            (
                text("title", need=VITAL),
                of(vocabulary.SESSION_TYPES, "type", need=VITAL),
                of(values.DATE_ONLY, "startDate", "start_date", VITAL),
                of(values.DATE_ONLY, "endDate", "end_date", VITAL),
                ref("parentSourcedId", "parent", "academicSessions"),
                of(values.YEAR, "schoolYear", "school_year", WANTED),
            ),
        ),
        File(
            "courses",
            rows.Course,
            (
                ref("schoolYearSourcedId", "school_year", "academicSessions"),
                text("title", need=VITAL),
                text("courseCode", "course_code"),
                of(vocabulary.GRADE_LISTS, "grades"),
                ref("orgSourcedId", "org", "orgs", WANTED),
                *SUBJECTS,
            ),
        ),
        File(
            "classes",
            rows.Klass,
            (
                text("title", need=VITAL),
                of(vocabulary.GRADE_LISTS, "grades"),
                ref("courseSourcedId", "course", "courses", WANTED),
                text("classCode", "class_code"),
                of(vocabulary.CLASS_TYPES, "classType", "class_type", WANTED),
                text("location"),
                ref("schoolSourcedId", "school", "orgs", WANTED),
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
                Column("orgSourcedIds", "orgs", values.NAMES, COLUMN, "orgs", OLD, beside=True),
                Column("role", "role", vocabulary.ROLES, COLUMN, only=OLD, beside=True),
                text("username", need=WANTED),
                of(values.USER_IDS, "userIds", "user_ids"),
                text("givenName", "given_name", WANTED),
                text("familyName", "family_name", WANTED),
                text("middleName", "middle_name"),
                text("identifier"),
                text("email"),
                text("sms"),
                text("phone"),
                Column("agentSourcedIds", "agents", values.NAMES, target="users", beside=True),
                of(vocabulary.GRADE_LISTS, "grades"),
                of(values.SECRET, "password"),
                text("userMasterIdentifier", "user_master_identifier", only=NEW),
                of(values.ELSEWHERE, "resourceSourcedIds", only=NEW),
                text("preferredGivenName", "preferred_first_name", only=NEW),
                text("preferredMiddleName", "preferred_middle_name", only=NEW),
                text("preferredFamilyName", "preferred_last_name", only=NEW),
                ref("primaryOrgSourcedId", "primary_org", "orgs", only=NEW),
                text("pronouns", only=NEW),
            ),
        ),
        File(
            "userProfiles",
            rows.UserProfile,
            (
                ref("userSourcedId", "user", "users", WANTED),
                text("profileType", "profile_type", WANTED),
                text("vendorId", "vendor_id", WANTED),
                text("applicationId", "application_id"),
                text("description"),
                text("credentialType", "credential_type", WANTED),
                text("username", need=WANTED),
                of(values.SECRET, "password"),
            ),
            only=NEW,
        ),
        File(
            "roles",
            rows.Role,
            (
                ref("userSourcedId", "user", "users", WANTED),
                of(vocabulary.ROLE_TYPES, "roleType", "role_type", VITAL),
                of(vocabulary.ROLES, "role", need=VITAL),
                of(values.DATE_ONLY, "beginDate", "begin_date", NARROWING),
                of(values.DATE_ONLY, "endDate", "end_date", NARROWING),
                ref("orgSourcedId", "org", "orgs", WANTED),
                ref("userProfileSourcedId", "user_profile", "userProfiles"),
            ),
            only=NEW,
        ),
        File(
            "enrollments",
            rows.Enrollment,
            (
                ref("classSourcedId", "klass", "classes", WANTED),
                ref("schoolSourcedId", "school", "orgs", WANTED),
                ref("userSourcedId", "user", "users", WANTED),
                of(vocabulary.ENROLLMENT_ROLES, "role", need=VITAL),
                of(vocabulary.BOOLEAN, "primary"),
                of(values.DATE_ONLY, "beginDate", "begin_date", NARROWING),
                of(values.DATE_ONLY, "endDate", "end_date", NARROWING),
            ),
        ),
        File(
            "demographics",
            rows.Demographics,
            (
                of(values.DATE_ONLY, "birthDate", "birth_date"),
                of(vocabulary.SEXES, "sex"),
                of(
                    vocabulary.BOOLEAN,
                    "americanIndianOrAlaskaNative",
                    "american_indian_or_alaska_native",
                ),
                of(vocabulary.BOOLEAN, "asian"),
                of(vocabulary.BOOLEAN, "blackOrAfricanAmerican", "black_or_african_american"),
                of(
                    vocabulary.BOOLEAN,
                    "nativeHawaiianOrOtherPacificIslander",
                    "native_hawaiian_or_other_pacific_islander",
                ),
                of(vocabulary.BOOLEAN, "white"),
                of(
                    vocabulary.BOOLEAN,
                    "demographicRaceTwoOrMoreRaces",
                    "demographic_race_two_or_more_races",
                ),
                of(vocabulary.BOOLEAN, "hispanicOrLatinoEthnicity", "hispanic_or_latino_ethnicity"),
                text("countryOfBirthCode", "country_of_birth_code"),
                text("stateOfBirthAbbreviation", "state_of_birth_abbreviation"),
                text("cityOfBirth", "city_of_birth"),
                text("publicSchoolResidenceStatus", "public_school_residence_status"),
            ),
            shares="users",
        ),
        File(
            "resources",
            rows.Resource,
            (
                text("vendorResourceId", "vendor_resource_id", VITAL),
                text("title"),
                of(vocabulary.RESOURCE_ROLES, "roles"),
                of(vocabulary.IMPORTANCE, "importance"),
                text("vendorId", "vendor_id"),
                text("applicationId", "application_id"),
            ),
        ),
        File(
            "courseResources",
            rows.CourseResource,
            (
                text("title"),
                ref("courseSourcedId", "course", "courses", WANTED),
                ref("resourceSourcedId", "resource", "resources", WANTED),
            ),
        ),
        File(
            "classResources",
            rows.ClassResource,
            (
                text("title"),
                ref("classSourcedId", "klass", "classes", WANTED),
                ref("resourceSourcedId", "resource", "resources", WANTED),
            ),
        ),
        File(
            "userResources",
            rows.UserResource,
            (
                ref("userSourcedId", "user", "users", WANTED),
                ref("orgSourcedId", "org", "orgs"),
                ref("classSourcedId", "klass", "classes"),
                ref("resourceSourcedId", "resource", "resources", WANTED),
            ),
            only=NEW,
        ),
        File(
            "categories",
            rows.Category,
            (text("title", need=VITAL), of(values.WHOLE, "weight", only=NEW)),
        ),
        File(
            "lineItems",
            rows.LineItem,
            (
                text("title", need=VITAL),
                text("description"),
                of(values.MOMENT, "assignDate", "assign_date", VITAL),
                of(values.MOMENT, "dueDate", "due_date", VITAL),
                ref("classSourcedId", "klass", "classes", WANTED),
                ref("categorySourcedId", "category", "categories", WANTED),
                ref("gradingPeriodSourcedId", "grading_period", "academicSessions", WANTED, OLD),
                ref(
                    "academicSessionSourcedId", "academic_session", "academicSessions", WANTED, NEW
                ),
                *both("resultValueMin", "result_value_min"),
                *both("resultValueMax", "result_value_max"),
                ref("schoolSourcedId", "school", "orgs", WANTED, NEW),
            ),
        ),
        File(
            "results",
            rows.Result,
            (
                ref("lineItemSourcedId", "line_item", "lineItems", WANTED),
                ref("studentSourcedId", "student", "users", WANTED),
                of(vocabulary.SCORE_STATUSES, "scoreStatus", "score_status", VITAL),
                *both("score", "score"),
                of(values.DATE_ONLY, "scoreDate", "score_date", VITAL),
                text("comment"),
                text("textScore", "text_score", only=NEW),
                ref("classSourcedId", "klass", "classes", only=NEW),
                of(vocabulary.BOOLEAN, "inProgress", "in_progress", only=NEW),
                of(vocabulary.BOOLEAN, "incomplete", only=NEW),
                of(vocabulary.BOOLEAN, "late", only=NEW),
                of(vocabulary.BOOLEAN, "missing", only=NEW),
            ),
        ),
        File(
            "scoreScales",
            rows.ScoreScale,
            (
                text("title", need=VITAL),
                text("type", need=VITAL),
                ref("orgSourcedId", "org", "orgs", WANTED),
                ref("courseSourcedId", "course", "courses", WANTED),
                ref("classSourcedId", "klass", "classes", WANTED),
                of(values.SCALE_VALUES, "scoreScaleValue", "values", WANTED),
            ),
            only=NEW,
        ),
        File(
            "lineItemScoreScales",
            rows.LineItem,
            (
                of(values.UNUSED, "title"),
                ref("lineItemSourcedId", "owner", "lineItems", VITAL),
                ref("scoreScaleSourcedId", "value", "scoreScales", VITAL),
            ),
            fills="score_scale",
            only=NEW,
        ),
        File(
            "resultScoreScales",
            rows.Result,
            (
                of(values.UNUSED, "title"),
                ref("resultSourcedId", "owner", "results", VITAL),
                ref("scoreScaleSourcedId", "value", "scoreScales", VITAL),
            ),
            fills="score_scale",
            only=NEW,
        ),
        File(
            "lineItemLearningObjectiveIds",
            rows.LineItem,
            (
                ref("lineItemSourcedId", "owner", "lineItems", VITAL),
                of(vocabulary.SOURCES, "source", need=VITAL),
                text("learningObjectiveId", "objective", VITAL),
            ),
            fills="learning_objectives",
            only=NEW,
        ),
        File(
            "resultLearningObjectiveIds",
            rows.Result,
            (
                ref("resultSourcedId", "owner", "results", VITAL),
                of(vocabulary.SOURCES, "source", need=VITAL),
                text("learningObjectiveId", "objective", VITAL),
                of(values.NUMBER, "score"),
                text("textScore", "text_score"),
            ),
            fills="learning_objectives",
            only=NEW,
        ),
    )
}
