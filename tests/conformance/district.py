"""Riverside with every field filled somewhere, left empty elsewhere, on two days.

On Monday it is published whole; on Tuesday rows have left the bundle, so that their tombstones
stand beside what lives. Nobody reads before Wednesday: no run is open, no delta is widened.
"""

# ruff: noqa: E501 - a table is as wide as its rows.

from __future__ import annotations

from datetime import date
from pathlib import Path

from roster.models import AssessmentLineItem, AssessmentResult, Organization
from tests.acceptance.bundles import Table, table, write
from tests.acceptance.riverside import FILES, SCHOOL_YEAR

__all__ = ["SCHOOL_YEAR", "assess", "monday", "tuesday"]

FURTHER: dict[str, Table] = {
    "users": table("""
        sourcedId | givenName | familyName | username  | enabledUser | email               | agentSourcedIds | grades
        zoe/1@x   | Zoë       | ÅNGSTRÖM   | Zoë       | true        | ZOE@Riverside.Example | gil           | 09,10
        sim       | Simon     | Straße     | simon     | true        | sim@riverside.example |               | 9
        uma       | 😀 Uma    | ﹏Line     | uma       | false       |                     |                 | KG
        ida       | Ida       | Idle       | ida       | true        |                     |                 |
    """),
    "roles": table("""
        sourcedId | userSourcedId | roleType  | role    | orgSourcedId | beginDate  | endDate
        r-zoe     | zoe/1@x       | primary   | student | north        | 2025-08-20 | 2026-06-10
        r-zoe-a   | zoe/1@x       | secondary | ext:buddy | north      |            |
        r-sim     | sim           | primary   | student | south        | 2026-01-15 |
        r-uma     | uma           | primary   | student | east         |            |
        r-ida     | ida           | primary   | teacher | east         |            |
    """),
    "classes": table("""
        sourcedId   | title       | courseSourcedId | classType | schoolSourcedId | termSourcedIds
        k/1@n       | Lab, "open" | c-dist          | ext:lab   | north           | spring,summer
    """),
    "enrollments": table("""
        sourcedId  | userSourcedId | classSourcedId | schoolSourcedId | role    | primary | beginDate  | endDate
        e/zoe@lab  | zoe/1@x       | k/1@n          | north           | student |         | 2026-01-20 | 2026-06-01
        e-tom-lab  | tom           | k/1@n          | north           | teacher | true    |            |
        e-sim-phy  | sim           | k-phy-s        | south           | student | false   | 2025-09-01 |
        e-uma-lit  | uma           | k-lit-e        | east            | student |         |            |
    """),
    "demographics": table("""
        sourcedId | birthDate  | sex    | asian | white | americanIndianOrAlaskaNative | blackOrAfricanAmerican | nativeHawaiianOrOtherPacificIslander | demographicRaceTwoOrMoreRaces | hispanicOrLatinoEthnicity | countryOfBirthCode | stateOfBirthAbbreviation | cityOfBirth | publicSchoolResidenceStatus
        zoe/1@x   | 2011-07-04 | female | false | true  | true                         | false                  | true                                 | true                          | false                     | SE                 | WA                       | Ängelholm   | 01652
        sim       |            | male   |       |       | false                        | true                   | false                                | false                         | true                      | US                 | OR                       | Salem       | 01653
    """),
    "categories": table("""
        sourcedId | title | weight
        cat-lab   | Labs  | 12
    """),
    "lineItems": table("""
        sourcedId | title  | description      | assignDate | dueDate    | classSourcedId | categorySourcedId | academicSessionSourcedId | resultValueMin | resultValueMax | schoolSourcedId
        li/lab@1  | Safety | Read it, sign it | 2026-02-01 | 2026-02-20 | k/1@n          | cat-lab           | q3                       | -5             | 9.5            | north
    """),
    "results": table("""
        sourcedId | lineItemSourcedId | studentSourcedId | scoreStatus    | score | textScore | scoreDate  | comment     | inProgress | incomplete | late  | missing
        r/zoe@lab | li/lab@1          | zoe/1@x          | fully graded   | 9.25  | A         | 2026-02-21 | Well done   | false      | false      | true  | false
        r-sim     | li-phy-s          | sim              | fully graded   | -3    |           | 2025-11-10 | It's late   | true       | true       | false | true
    """),
    "userProfiles": table("""
        sourcedId | userSourcedId | profileType | vendorId | applicationId | description | credentialType | username
        p-zoe     | zoe/1@x       | LMS         | acme     | reader        | Sign-in     | OAuth          | Zoe
        p-zoe-2   | zoe/1@x       | SIS         | other    |               |             | basic          | zoe2
        p-tom     | tom           | LMS         | acme     | default       |             | basic          | tom
    """),
    "lineItemLearningObjectiveIds": table("""
        sourcedId | lineItemSourcedId | source | learningObjectiveId
        lo-1      | li/lab@1          | case   | 11111111-1111-4111-8111-111111111111
        lo-2      | li/lab@1          | unknown | obj-2
        lo-3      | li-phy-n          | unknown | obj-3
    """),
    "resultLearningObjectiveIds": table("""
        sourcedId | resultSourcedId | source  | learningObjectiveId | score | textScore
        ro-1      | r/zoe@lab       | unknown | obj-2               | 4.5   |
        ro-2      | r/zoe@lab       | unknown | obj-3               | 10    | top
        ro-3      | r-ann           | unknown | obj-3               |       | low
    """),
    "resultScoreScales": table("""
        sourcedId | resultSourcedId | scoreScaleSourcedId
        rs-1      | r-ann           | ss-phy-n
    """),
    "userResources": table("""
        sourcedId | userSourcedId | resourceSourcedId
        ur-2      | zoe/1@x       | res-phy
        ur-3      | zoe/1@x       | res-art
    """),
    "courseResources": table("""
        sourcedId | courseSourcedId | resourceSourcedId
        cr-2      | c-dist          | res-art
        cr-3      | c-north-art     | res-cam
    """),
    "classResources": table("""
        sourcedId | classSourcedId | resourceSourcedId
        kr-2      | k/1@n          | res-phy
        kr-3      | k/1@n          | res-art
    """),
    "scoreScales": table("""
        sourcedId | title | type   | orgSourcedId | courseSourcedId | classSourcedId | scoreScaleValue
        ss/lab@1  | Grade | letter | north        | c-dist          | k/1@n          | {A:9},{b:5-8}
    """),
    "academicSessions": table("""
        sourcedId | title | type          | startDate  | endDate    | parentSourcedId | schoolYear
        q4        | Q4    | gradingPeriod | 2026-04-01 | 2026-06-10 | spring          | 2026
    """),
}
"""Rows beside the acceptance tests' district."""

FILLED: dict[str, Table] = {
    "orgs": table("""
        sourcedId | metadata.phone | metadata.href
        north     | 555-0100       | /ims/oneroster/v1p1/orgs/north
        south     | 555-0200       |
    """),
    "academicSessions": table("""
        sourcedId | metadata.code
        fall      | F
        spring    | s
    """),
    "courses": table("""
        sourcedId   | grades   | subjects        | subjectCodes | metadata.credits
        c-dist      | 09,10,11 | Science,Matter  | S1,M1        | 5
        c-north-art | 09       | Art             | A1           | 10
        c-south-art | 10       | art             | a1           |
        c-east-lit  | 9        | Art,Science     |              |
    """),
    "classes": table("""
        sourcedId   | classCode | location | grades | subjects       | subjectCodes | periods | metadata.room.name
        k-phy-n     | P1        | Room 10  | 09,10  | Science,Matter | S1,M1        | 1,2     | Ten
        k-phy-s     | p1        | room 9   | 10     | Science        | S1           | 2       | ten
        k-art-n     | A1        |          |        | Art            |              | 10      |
        k-lit-e     |           | Hall, 2  | 11     |                |              | 1       |
    """),
    "users": table("""
        sourcedId | middleName | identifier | email                 | sms      | phone    | userIds           | userMasterIdentifier | preferredGivenName | preferredMiddleName | preferredFamilyName | pronouns | metadata.locker | metadata.bus
        ann       | Marie      | 0017       | Ann@Riverside.Example | 555-0001 | 555-1001 | {LDAP:ann}        | M-1                  | Annie              | M.                  | Aho                 | she/her  | 17              | 5
        bob       |            | 17         | bob@riverside.example |          | 555-1002 | {LDAP:bob},{LMS:B2} | M-2                | BOB                |                     | O'Brien             | he/him   | 5               | 10
        cam       | o'brien    | A-17       | cam@riverside.example |          |          |                   |                      | Cammie             | mid                 | Straße              |          |                 |
        zoe/1@x   | Ann        | Z/1        | ZOE@Riverside.Example | 555-0002 |          | {ldap:zoe}        | m-1                  | ZOË                | MID                 | strasse             | they     | 17              | 10
        tom       |            | T          | tom@riverside.example |          | 555-1003 |                   |                      | Tommy              |                     | ångström            |          |                 |
    """),
    "enrollments": table("""
        sourcedId | primary | beginDate  | endDate    | metadata.seat
        e-ann-phy |         | 2025-08-20 | 2026-06-10 | 3
        e-bob-phy | false   | 2025-09-01 | 2026-01-15 | 12
    """),
    "resources": table("""
        sourcedId | roles           | vendorId | applicationId | metadata.isbn
        res-phy   | student,teacher | acme     | reader        | 123
        res-art   | student         | Acme     |               |
    """),
    "lineItems": table("""
        sourcedId | description
        li-phy-n  | About levers
    """),
    "results": table("""
        sourcedId | comment   | late
        r-ann     | well done | false
    """),
    "demographics": table("""
        sourcedId | metadata.note
        ann       | private
    """),
    "categories": table("""
        sourcedId | metadata.color
        cat-hw    | red
    """),
}  # fmt: skip
"""Cells in rows that are there already."""

LEFT = {
    "orgs": {"dep"},
    "users": {"fay", "dot"},
    "roles": {"r-fay", "r-dot"},
    "courses": {"c-north-idle"},
    "academicSessions": {"q4"},
    "classes": {"k-art-n"},
    "enrollments": {"e-ann-art", "e-eve-art", "e-tia-art", "e-dee-lit"},
    "lineItems": {"li-art-s"},
    "results": {"r-cam-art", "r-cam"},
    "resources": {"res-cam"},
}
"""Rows that Tuesday's bundle no longer has."""


def monday(folder: Path) -> Path:
    return write(folder, "1.2", files())


def tuesday(folder: Path) -> Path:
    found = files()
    for name, gone in LEFT.items():
        found[name] = [row for row in found[name] if row["sourcedId"] not in gone]
    for row in found["users"]:
        if row["sourcedId"] == "tea":
            row["middleName"] = "Changed"
    return write(folder, "1.2", found)


def files() -> dict[str, Table]:
    """Return Monday's rows by file."""
    found = {name: [dict(row) for row in rows] for name, rows in FILES.items()}
    for name, rows in FURTHER.items():
        found[name] = [*found.get(name, []), *(dict(row) for row in rows)]
    for name, rows in FILLED.items():
        cells = {row["sourcedId"]: row for row in rows}
        for row in found[name]:
            row.update(cells.get(row["sourcedId"], {}))
    return found


def assess(slug: str) -> None:
    """Give the district assessments, which no bundle can bring."""
    organization = Organization.objects.get(slug=slug)

    def item(sourced_id: str, **fields: object) -> None:
        AssessmentLineItem.objects.create(
            organization=organization, sourced_id=sourced_id, **fields
        )

    def result(sourced_id: str, **fields: object) -> None:
        AssessmentResult.objects.create(
            organization=organization,
            sourced_id=sourced_id,
            score_date=date(2026, 1, 20),
            **fields,
        )

    objectives = [{"source": "unknown", "learningObjectiveIds": ["obj-1", "Obj-2"]}]
    item("al-state", title="State exam", result_value_min=0.5, result_value_max=1000)
    item(
        "al/part@1",
        title="Part one",
        description="Reading",
        klass="k-phy-n",
        parent="al-state",
        score_scale="ss-phy-n",
        result_value_max=99.5,
        learning_objectives=objectives,
    )
    learnt = [
        {
            "source": "unknown",
            "learningObjectiveResults": [
                {"learningObjectiveId": "obj-1", "score": 2.5},
                {"learningObjectiveId": "Obj-2", "textScore": "high"},
            ],
        }
    ]
    result(
        "ar-bob",
        assessment_line_item="al-state",
        student="bob",
        score_status="fully graded",
        score=512,
        score_percentile=9.5,
        learning_objectives=learnt,
        late=True,
        missing=False,
    )
    result(
        "ar-zoe",
        assessment_line_item="al/part@1",
        student="zoe/1@x",
        score_status="submitted",
        text_score="B",
        score_percentile=89,
        comment="O'Brien saw it",
        score_scale="ss-phy-n",
        in_progress=True,
        incomplete=False,
    )
