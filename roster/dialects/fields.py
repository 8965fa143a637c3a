"""The fields of every collection in both versions: one list for rendering and asking.

Documents are composed in this order, required fields are known from here, and so are the
types by which `fields`, `filter`, `sort`, the OpenAPI documents and the docs treat them.
1.2 is the official data model (specification page, 2.2 to 2.4); 1.1 (2.5) is told as its
differences.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from roster.dialects import vocabularies
from roster.dialects.vocabularies import V11, V12, Words


class Type(StrEnum):
    """How a field's value is written and compared."""

    STRING = "string"
    STATUS = "status"
    INSTANT = "instant"
    DATE = "date"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRINGS = "strings"
    REFERENCE = "reference"
    REFERENCES = "references"
    METADATA = "metadata"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `target` is the GUIDRef type of a reference.

    `parts` are an object's own fields, `named` what the specification calls such an object.
    `words` is the enumeration of a text, `uri` says that it is one.
    """

    name: str
    type: Type = Type.STRING
    required: bool = False
    target: str = ""
    parts: tuple[Field, ...] = ()
    named: str = ""
    words: Words | None = None
    uri: bool = False


def text(name: str, required: bool = False) -> Field:
    return Field(name, Type.STRING, required)


def word(name: str, words: Words, required: bool = False) -> Field:
    return Field(name, Type.STRING, required, words=words)


def uri(name: str, required: bool = False) -> Field:
    return Field(name, Type.STRING, required, uri=True)


def flag(name: str, required: bool = False) -> Field:
    return Field(name, Type.BOOLEAN, required, words=vocabularies.TRUTH)


def number(name: str, required: bool = False) -> Field:
    return Field(name, Type.NUMBER, required)


def date(name: str, required: bool = False) -> Field:
    return Field(name, Type.DATE, required)


def strings(name: str, required: bool = False, words: Words | None = None) -> Field:
    return Field(name, Type.STRINGS, required, words=words)


def ref(name: str, target: str, required: bool = False) -> Field:
    return Field(name, Type.REFERENCE, required, target)


def refs(name: str, target: str, required: bool = False) -> Field:
    return Field(name, Type.REFERENCES, required, target)


def objects(name: str, named: str, *parts: Field, required: bool = False) -> Field:
    return Field(name, Type.OBJECTS, required, parts=parts, named=named)


BASE = (
    text("sourcedId", True),
    Field("status", Type.STATUS, True, words=vocabularies.STATUS),
    Field("dateLastModified", Type.INSTANT, True),
    Field("metadata", Type.METADATA),
)

LEARNING_OBJECTIVES = objects(
    "learningObjectiveSet",
    "LearningObjectiveSet",
    word("source", vocabularies.SOURCES, True),
    strings("learningObjectiveIds", True),
)
LEARNING_OBJECTIVE_SCORES = objects(
    "learningObjectiveSet",
    "LearningObjectiveScoreSet",
    word("source", vocabularies.SOURCES, True),
    objects(
        "learningObjectiveResults",
        "LearningObjectiveResults",
        text("learningObjectiveId", True),
        number("score"),
        text("textScore"),
        required=True,
    ),
)
SCORE_FLAGS = (flag("inProgress"), flag("incomplete"), flag("late"), flag("missing"))

V12_FIELDS: dict[str, tuple[Field, ...]] = {
    "academicSessions": (
        *BASE,
        text("title", True),
        date("startDate", True),
        date("endDate", True),
        word("type", vocabularies.SESSION_TYPES, True),
        ref("parent", "academicSession"),
        refs("children", "academicSession"),
        text("schoolYear", True),
    ),
    "orgs": (
        *BASE,
        text("name", True),
        word("type", vocabularies.ORG_TYPES, True),
        text("identifier", True),
        ref("parent", "org"),
        refs("children", "org"),
    ),
    "courses": (
        *BASE,
        text("title", True),
        ref("schoolYear", "academicSession"),
        text("courseCode", True),
        strings("grades"),
        strings("subjects"),
        ref("org", "org"),
        strings("subjectCodes"),
        refs("resources", "resource"),
    ),
    "classes": (
        *BASE,
        text("title", True),
        text("classCode"),
        word("classType", vocabularies.CLASS_TYPES),
        text("location"),
        strings("grades"),
        strings("subjects"),
        ref("course", "course", True),
        ref("school", "org", True),
        refs("terms", "academicSession", True),
        strings("subjectCodes"),
        strings("periods"),
        refs("resources", "resource"),
    ),
    "users": (
        *BASE,
        text("userMasterIdentifier"),
        text("username"),
        objects("userIds", "UserId", text("type", True), text("identifier", True)),
        flag("enabledUser", True),
        text("givenName", True),
        text("familyName", True),
        text("middleName"),
        text("preferredFirstName"),
        text("preferredMiddleName"),
        text("preferredLastName"),
        text("pronouns"),
        objects(
            "roles",
            "Role",
            word("roleType", vocabularies.ROLE_TYPES, True),
            word("role", vocabularies.ROLES, True),
            ref("org", "org", True),
            uri("userProfile"),
            date("beginDate"),
            date("endDate"),
            required=True,
        ),
        objects(
            "userProfiles",
            "UserProfile",
            uri("profileId", True),
            text("profileType", True),
            text("vendorId", True),
            text("applicationId"),
            text("description"),
            objects("credentials", "Credential", text("type", True), text("username", True)),
        ),
        ref("primaryOrg", "org"),
        text("identifier"),
        text("email"),
        text("sms"),
        text("phone"),
        refs("agents", "user"),
        strings("grades"),
        refs("resources", "resource"),
    ),
    "enrollments": (
        *BASE,
        ref("user", "user", True),
        ref("class", "class", True),
        ref("school", "org", True),
        word("role", vocabularies.ENROLLMENT_ROLES, True),
        flag("primary"),
        date("beginDate"),
        date("endDate"),
    ),
    "demographics": (
        *BASE,
        date("birthDate"),
        word("sex", vocabularies.SEXES),
        flag("americanIndianOrAlaskaNative"),
        flag("asian"),
        flag("blackOrAfricanAmerican"),
        flag("nativeHawaiianOrOtherPacificIslander"),
        flag("white"),
        flag("demographicRaceTwoOrMoreRaces"),
        flag("hispanicOrLatinoEthnicity"),
        text("countryOfBirthCode"),
        text("stateOfBirthAbbreviation"),
        text("cityOfBirth"),
        text("publicSchoolResidenceStatus"),
    ),
    "resources": (
        *BASE,
        text("title"),
        strings("roles", words=vocabularies.RESOURCE_ROLES),
        word("importance", vocabularies.IMPORTANCE),
        text("vendorResourceId", True),
        text("vendorId"),
        text("applicationId"),
    ),
    "categories": (*BASE, text("title", True), number("weight")),
    "lineItems": (
        *BASE,
        text("title", True),
        text("description"),
        Field("assignDate", Type.INSTANT, True),
        Field("dueDate", Type.INSTANT, True),
        ref("class", "class", True),
        ref("school", "org", True),
        ref("category", "category", True),
        ref("gradingPeriod", "academicSession"),
        ref("academicSession", "academicSession"),
        ref("scoreScale", "scoreScale"),
        number("resultValueMin"),
        number("resultValueMax"),
        LEARNING_OBJECTIVES,
    ),
    "results": (
        *BASE,
        ref("lineItem", "lineItem", True),
        ref("student", "user", True),
        ref("class", "class"),
        ref("scoreScale", "scoreScale"),
        word("scoreStatus", vocabularies.SCORE_STATUSES, True),
        number("score"),
        text("textScore"),
        date("scoreDate", True),
        text("comment"),
        LEARNING_OBJECTIVE_SCORES,
        *SCORE_FLAGS,
    ),
    "scoreScales": (
        *BASE,
        text("title", True),
        text("type", True),
        ref("course", "course"),
        ref("class", "class", True),
        objects(
            "scoreScaleValue",
            "ScoreScaleValue",
            text("itemValueLHS", True),
            text("itemValueRHS", True),
            required=True,
        ),
    ),
    "assessmentLineItems": (
        *BASE,
        text("title", True),
        text("description"),
        ref("class", "class"),
        ref("parentAssessmentLineItem", "assessmentLineItem"),
        ref("scoreScale", "scoreScale"),
        number("resultValueMin"),
        number("resultValueMax"),
        LEARNING_OBJECTIVES,
    ),
    "assessmentResults": (
        *BASE,
        ref("assessmentLineItem", "assessmentLineItem", True),
        ref("student", "user", True),
        number("score"),
        text("textScore"),
        date("scoreDate", True),
        ref("scoreScale", "scoreScale"),
        number("scorePercentile"),
        word("scoreStatus", vocabularies.SCORE_STATUSES, True),
        text("comment"),
        LEARNING_OBJECTIVE_SCORES,
        *SCORE_FLAGS,
    ),
}


def _differing(
    collection: str,
    *,
    without: tuple[str, ...] = (),
    instead: dict[str, tuple[Field, ...]] | None = None,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> tuple[Field, ...]:
    """Return 1.2's list with fields left out, replaced, or with their duty changed."""
    changed: list[Field] = []
    for known in V12_FIELDS[collection]:
        if known.name in (instead or {}):
            changed.extend((instead or {})[known.name])
        elif known.name not in without:
            duty = (known.required or known.name in required) and known.name not in optional
            changed.append(replace(known, required=duty))
    return tuple(changed)


V11_FIELDS: dict[str, tuple[Field, ...]] = {
    "academicSessions": V12_FIELDS["academicSessions"],
    "orgs": _differing("orgs", optional=("identifier",)),
    "courses": V12_FIELDS["courses"],
    "classes": V12_FIELDS["classes"],
    "users": _differing(
        "users",
        without=(
            "userMasterIdentifier",
            "preferredFirstName",
            "preferredMiddleName",
            "preferredLastName",
            "pronouns",
            "userProfiles",
            "primaryOrg",
            "resources",
        ),
        instead={"roles": (word("role", vocabularies.ROLES, True), refs("orgs", "org", True))},
        required=("username",),
    ),
    "enrollments": V12_FIELDS["enrollments"],
    "demographics": V12_FIELDS["demographics"],
    "resources": V12_FIELDS["resources"],
    "categories": _differing("categories", without=("weight",)),
    "lineItems": _differing(
        "lineItems",
        without=("school", "academicSession", "scoreScale", "learningObjectiveSet"),
        required=("gradingPeriod", "resultValueMin", "resultValueMax"),
    ),
    "results": _differing(
        "results",
        without=(
            "class",
            "scoreScale",
            "textScore",
            "learningObjectiveSet",
            "inProgress",
            "incomplete",
            "late",
            "missing",
        ),
        required=("score",),
    ),
}

FIELDS: dict[str, dict[str, tuple[Field, ...]]] = {V11: V11_FIELDS, V12: V12_FIELDS}
