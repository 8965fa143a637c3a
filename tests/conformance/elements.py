"""The data model of both versions, written by hand from the specification (2.2 to 2.6).

One word per element: `name:type`, with a star where a record can have several of it. Types are
`text`, `people` (text in which case is nothing), `flag`, `date`, `moment`, `number`, and
`=target` for a reference, which can also be asked by its `sourcedId`, `type` and `href`.
"""

from __future__ import annotations

from dataclasses import dataclass

BASE = "sourcedId:text status:text dateLastModified:moment"

LEARNING = "learningObjectiveSet.source:text* learningObjectiveSet.learningObjectiveIds:text*"
LEARNT = (
    "learningObjectiveSet.source:text* "
    "learningObjectiveSet.learningObjectiveResults.learningObjectiveId:text* "
    "learningObjectiveSet.learningObjectiveResults.score:number* "
    "learningObjectiveSet.learningObjectiveResults.textScore:text*"
)
FLAGS = "inProgress:flag incomplete:flag late:flag missing:flag"

SESSIONS = """
    title:text startDate:date endDate:date type:text parent:=academicSession
    children:=academicSession* schoolYear:text
"""
ORGS = "name:text type:text identifier:text parent:=org children:=org*"
COURSES = """
    title:text schoolYear:=academicSession courseCode:text grades:text* subjects:text* org:=org
    subjectCodes:text* resources:=resource*
"""
CLASSES = """
    title:text classCode:text classType:text location:text grades:text* subjects:text*
    course:=course school:=org terms:=academicSession* subjectCodes:text* periods:text*
    resources:=resource*
"""
ENROLLMENTS = """
    user:=user class:=class school:=org role:text primary:flag beginDate:date endDate:date
"""
DEMOGRAPHICS = """
    birthDate:date sex:text americanIndianOrAlaskaNative:flag asian:flag
    blackOrAfricanAmerican:flag nativeHawaiianOrOtherPacificIslander:flag white:flag
    demographicRaceTwoOrMoreRaces:flag hispanicOrLatinoEthnicity:flag countryOfBirthCode:text
    stateOfBirthAbbreviation:text cityOfBirth:text publicSchoolResidenceStatus:text
"""
RESOURCES = """
    title:text roles:text* importance:text vendorResourceId:text vendorId:text applicationId:text
"""

TABLES = {
    # Sections 2.2 to 2.4.
    "1.2": {
        "academicSessions": SESSIONS,
        "orgs": ORGS,
        "courses": COURSES,
        "classes": CLASSES,
        "users": """
            userMasterIdentifier:text username:people userIds.type:text* userIds.identifier:text*
            enabledUser:flag givenName:people familyName:people middleName:people
            preferredFirstName:people preferredMiddleName:people preferredLastName:people
            pronouns:text roles.roleType:text* roles.role:text* roles.org:=org*
            roles.userProfile:text* roles.beginDate:date* roles.endDate:date*
            userProfiles.profileId:text* userProfiles.profileType:text* userProfiles.vendorId:text*
            userProfiles.applicationId:text* userProfiles.description:text*
            userProfiles.credentials.type:text* userProfiles.credentials.username:text*
            primaryOrg:=org identifier:text email:people sms:text phone:text agents:=user*
            grades:text* resources:=resource*
        """,
        "enrollments": ENROLLMENTS,
        "demographics": DEMOGRAPHICS,
        "resources": RESOURCES,
        "categories": "title:text weight:number",
        "lineItems": f"""
            title:text description:text assignDate:moment dueDate:moment class:=class school:=org
            category:=category gradingPeriod:=academicSession academicSession:=academicSession
            scoreScale:=scoreScale resultValueMin:number resultValueMax:number {LEARNING}
        """,
        "results": f"""
            lineItem:=lineItem student:=user class:=class scoreScale:=scoreScale scoreStatus:text
            score:number textScore:text scoreDate:date comment:text {LEARNT} {FLAGS}
        """,
        "scoreScales": """
            title:text type:text course:=course class:=class scoreScaleValue.itemValueLHS:text*
            scoreScaleValue.itemValueRHS:text*
        """,
        "assessmentLineItems": f"""
            title:text description:text class:=class parentAssessmentLineItem:=assessmentLineItem
            scoreScale:=scoreScale resultValueMin:number resultValueMax:number {LEARNING}
        """,
        "assessmentResults": f"""
            assessmentLineItem:=assessmentLineItem student:=user score:number textScore:text
            scoreDate:date scoreScale:=scoreScale scorePercentile:number scoreStatus:text
            comment:text {LEARNT} {FLAGS}
        """,
    },
    # Section 2.5.
    "1.1": {
        "academicSessions": SESSIONS,
        "orgs": ORGS,
        "courses": COURSES,
        "classes": CLASSES,
        "users": """
            username:people userIds.type:text* userIds.identifier:text* enabledUser:flag
            givenName:people familyName:people middleName:people role:text orgs:=org*
            identifier:text email:people sms:text phone:text agents:=user* grades:text*
        """,
        "enrollments": ENROLLMENTS,
        "demographics": DEMOGRAPHICS,
        "resources": RESOURCES,
        "categories": "title:text",
        "lineItems": """
            title:text description:text assignDate:moment dueDate:moment class:=class
            category:=category gradingPeriod:=academicSession resultValueMin:number
            resultValueMax:number
        """,
        "results": """
            lineItem:=lineItem student:=user scoreStatus:text score:number scoreDate:date
            comment:text
        """,
    },
}

ALIASES = {("1.2", "users"): "role:text*"}
"""Further names that can be asked by: 1.1's for the roles of a user (`naive.py` follows it)."""

SUBSETS = {
    "terms": ("academicSessions", "type", "term"),
    "gradingPeriods": ("academicSessions", "type", "gradingPeriod"),
    "schools": ("orgs", "type", "school"),
    "students": ("users", "role", "student"),
    "teachers": ("users", "role", "teacher"),
}
"""Lists of the same documents, narrowed by an element (1.2 and 1.5)."""


@dataclass(frozen=True)
class Element:
    """What a list can be asked by; `part` is `type` or `href` of a reference, else blank.

    The type of a reference is its `target`, the same for all of an element (2.1).
    """

    name: str
    type: str
    many: bool = False
    part: str = ""
    target: str = ""

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]


def _read(text: str) -> dict[str, Element]:
    found = {}
    for word in text.split():
        name, _, type_ = word.partition(":")
        many = type_.endswith("*")
        type_ = type_.rstrip("*")
        if not type_.startswith("="):
            found[name] = Element(name, type_, many)
            continue
        for tail in ("", ".sourcedId"):
            found[name + tail] = Element(name + tail, "text", many)
        for part in ("type", "href"):
            found[f"{name}.{part}"] = Element(f"{name}.{part}", "text", many, part, type_[1:])
    return found


ELEMENTS: dict[str, dict[str, dict[str, Element]]] = {
    version: {
        collection: _read(f"{BASE} {text} {ALIASES.get((version, collection), '')}")
        for collection, text in tables.items()
    }
    for version, tables in TABLES.items()
}
"""Every element by version, collection and name."""


def element(version: str, collection: str, name: str) -> Element:
    """Return an element; any column below `metadata` is one."""
    if name.startswith("metadata."):
        return Element(name, "text")
    return ELEMENTS[version][collection][name]


def collection_of(plural: str) -> str:
    return SUBSETS[plural][0] if plural in SUBSETS else plural
