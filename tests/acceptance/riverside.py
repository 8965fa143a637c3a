"""Riverside, a district small enough to know by heart, with something at every level.

    dist ── area ── north          north: ann, bob, eve; tia, tom, pat
         ├─ south                  south: bob, cam, fay; tom, tea, con, and sub by a class only
         ├─ east                   east: dee by day, nat by night, and eve by a class only; ted
         └─ dep                    dan at dist, ali at area, dot at dep

Ann's guardian is gus, Bob's and Cam's parent gil, Dee's relative rel. Physics is the
district's, Art is taught at two schools under one code and title, Literature by day and night.
Last year's class, term and enrollment stand beside and are never seen.
"""

# ruff: noqa: E501 - a table is as wide as its rows.

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.acceptance.bundles import Table, table, write

SCHOOL_YEAR = "2026"

FILES: dict[str, Table] = {
    "orgs": table("""
        sourcedId | name                 | type       | identifier | parentSourcedId
        dist      | Riverside            | district   | RV         |
        area      | North of the River   | local      |            | dist
        dep       | Department of Music  | department |            | dist
        north     | North School         | school     | RV-N       | area
        south     | South School         | school     | RV-S       | dist
        east      | East School          | school     |            | dist
    """),
    "academicSessions": table("""
        sourcedId | title   | type          | startDate  | endDate    | parentSourcedId | schoolYear
        y25       | 2024–25 | schoolYear    | 2024-07-01 | 2025-07-01 |                 | 2025
        t25       | Old     | term          | 2024-08-20 | 2025-06-10 | y25             | 2025
        y26       | 2025–26 | schoolYear    | 2025-07-01 | 2026-07-01 |                 | 2026
        fall      | Fall    | term          | 2025-08-20 | 2026-01-15 | y26             | 2026
        spring    | Spring  | term          | 2026-01-15 | 2026-06-10 | y26             | 2026
        summer    | Summer  | term          | 2026-06-10 | 2026-07-01 | y26             | 2026
        q1        | Q1      | gradingPeriod | 2025-08-20 | 2025-10-30 | fall            | 2026
        q2        | Q2      | gradingPeriod | 2025-10-30 | 2026-01-15 | fall            | 2026
        q3        | Q3      | gradingPeriod | 2026-01-15 | 2026-06-10 | spring          | 2026
    """),
    "courses": table("""
        sourcedId    | title      | courseCode | orgSourcedId | schoolYearSourcedId | subjects
        c-dist       | Physics    | PHY        | dist         | y26                 | Science,Matter
        c-dist-idle  | Latin      | LAT        | dist         |                     |
        c-north-art  | Art        | ART1       | north        | y26                 | Art
        c-south-art  | Art        | ART1       | south        | y26                 | Art
        c-north-mus  | Music      | MUS        | north        | y26                 |
        c-north-idle | Chess      | CHE        | north        |                     |
        c-east-lit   | Literature | LIT        | east         |                     |
    """),
    "classes": table("""
        sourcedId   | title       | courseSourcedId | classType | schoolSourcedId | termSourcedIds | metadata.calendar | metadata.scheduleStructure
        k-phy-n     | Physics N   | c-dist          | scheduled | north           | fall,spring    |       |
        k-phy-s     | Physics S   | c-dist          | scheduled | south           | fall           |       |
        k-art-n     | Art N       | c-north-art     | scheduled | north           | spring         |       |
        k-art-s     | Art S       | c-south-art     | homeroom  | south           | fall           |       |
        k-mus-n     | Music N     | c-north-mus     | scheduled | north           | fall           |       |
        k-lit-e     | Reading     | c-east-lit      | scheduled | east            | fall,spring    |       |
        k-lit-night | Night shift | c-east-lit      | scheduled | east            | spring         | night | evening
        k-old       | Old Physics | c-dist          | scheduled | north           | t25            |       |
    """),
    "users": table("""
        sourcedId | givenName | familyName | username | enabledUser | grades | agentSourcedIds | primaryOrgSourcedId
        ann       | Ann       | Aho        | ann      | true        | 09     | gus             | north
        bob       | Bob       | O'Brien    | bob      | true        | 10     | gil             |
        cam       | Cam       | Cole       | cam      | true        | 09     |                 | south
        dee       | Dee       | Dahl       |          | true        | 10     | rel             |
        eve       | Eve       | Evans      | eve      | true        | 11,12  |                 |
        fay       | Fay       | Fox        | fay      | false       |        |                 | south
        nat       | Nat       | Nox        | nat      | true        | 10     |                 | east
        tia       | Tia       | Tamm       | tia      | true        |        |                 | north
        tom       | Tom       | Toll       | tom      | true        |        |                 | dist
        tea       | Tea       | Teller     | tea      | true        |        |                 | south
        ted       | Ted       | Tell       | ted      | true        |        |                 |
        pat       | Pat       | Post       | pat      | true        |        |                 | north
        con       | Con       | Coe        | con      | true        |        |                 |
        sub       | Sub       | Sand       | sub      | true        |        |                 |
        dan       | Dan       | Dorn       | dan      | true        |        |                 | dist
        ali       | Ali       | Alm        | ali      | true        |        |                 | area
        dot       | Dot       | Dow        | dot      | true        |        |                 | dep
        gus       | Gus       | Aho        |          | true        |        |                 |
        gil       | Gil       | Cole       | gil      | true        |        | cam             |
        rel       | Rel       | Dahl       | rel      | true        |        |                 |
    """),
    "roles": table("""
        sourcedId | userSourcedId | roleType  | role                  | orgSourcedId | metadata.calendar | metadata.scheduleStructure
        r-ann     | ann           | primary   | student               | north        |       |
        r-bob-n   | bob           | primary   | student               | north        |       |
        r-bob-s   | bob           | primary   | student               | south        |       |
        r-cam     | cam           | primary   | student               | south        |       |
        r-dee     | dee           | primary   | student               | east         |       |
        r-eve     | eve           | primary   | student               | north        |       |
        r-fay     | fay           | primary   | student               | south        |       |
        r-nat     | nat           | primary   | student               | east         | night | evening
        r-tia     | tia           | primary   | teacher               | north        |       |
        r-tom-n   | tom           | primary   | teacher               | north        |       |
        r-tom-s   | tom           | primary   | teacher               | south        |       |
        r-tea     | tea           | primary   | teacher               | south        |       |
        r-ted     | ted           | primary   | teacher               | east         |       |
        r-pat     | pat           | primary   | principal             | north        |       |
        r-con     | con           | primary   | counselor             | south        |       |
        r-sub     | sub           | primary   | teacher               | dist         |       |
        r-dan     | dan           | primary   | districtAdministrator | dist         |       |
        r-ali     | ali           | primary   | aide                  | area         |       |
        r-dot     | dot           | primary   | systemAdministrator   | dep          |       |
        r-gus     | gus           | primary   | guardian              | north        |       |
        r-gil     | gil           | primary   | parent                | south        |       |
        r-rel     | rel           | primary   | relative              | east         |       |
    """),
    "enrollments": table("""
        sourcedId | userSourcedId | classSourcedId | schoolSourcedId | role    | primary
        e-ann-phy | ann           | k-phy-n        | north           | student |
        e-tia-phy | tia           | k-phy-n        | north           | teacher | true
        e-bob-phy | bob           | k-phy-s        | south           | student |
        e-cam-phy | cam           | k-phy-s        | south           | student |
        e-tom-phy | tom           | k-phy-s        | south           | teacher | true
        e-tea-phy | tea           | k-phy-s        | south           | teacher | false
        e-ann-art | ann           | k-art-n        | north           | student |
        e-eve-art | eve           | k-art-n        | north           | student |
        e-tia-art | tia           | k-art-n        | north           | teacher | true
        e-cam-art | cam           | k-art-s        | south           | student |
        e-tea-art | tea           | k-art-s        | south           | teacher | true
        e-sub-art | sub           | k-art-s        | south           | teacher | false
        e-ann-mus | ann           | k-mus-n        | north           | student |
        e-bob-mus | bob           | k-mus-n        | north           | student |
        e-tom-mus | tom           | k-mus-n        | north           | teacher | true
        e-pat-mus | pat           | k-mus-n        | north           | teacher | false
        e-dee-lit | dee           | k-lit-e        | east            | student |
        e-eve-lit | eve           | k-lit-e        | east            | student |
        e-ted-lit | ted           | k-lit-e        | east            | teacher | true
        e-nat-lit | nat           | k-lit-night    | east            | student |
        e-ted-nit | ted           | k-lit-night    | east            | teacher | true
        e-ann-old | ann           | k-old          | north           | student |
    """),
    "demographics": table("""
        sourcedId | birthDate  | sex         | asian | white
        ann       | 2011-02-03 | female      | true  | false
        bob       | 2010-02-03 | male        | false |
        cam       | 2011-12-03 | unspecified |       | true
        dee       | 2010-11-03 | female      |       |
        tia       | 1981-01-03 |             |       | true
    """),
    "resources": table("""
        sourcedId | vendorResourceId | title   | importance
        res-phy   | phy-book         | Physics | primary
        res-art   | art-book         | Art     | secondary
        res-cam   | cam-book         |         |
    """),
    "courseResources": table("""
        sourcedId | courseSourcedId | resourceSourcedId
        cr-1      | c-dist          | res-phy
    """),
    "classResources": table("""
        sourcedId | classSourcedId | resourceSourcedId
        kr-1      | k-art-s        | res-art
    """),
    "userResources": table("""
        sourcedId | userSourcedId | resourceSourcedId
        ur-1      | cam           | res-cam
    """),
    "categories": table("""
        sourcedId | title    | weight | metadata.type
        cat-hw    | Homework | 40     |
        cat-std   | Standard |        | standard
    """),
    "lineItems": table("""
        sourcedId | title   | assignDate | dueDate    | classSourcedId | categorySourcedId | academicSessionSourcedId | resultValueMin | resultValueMax | schoolSourcedId
        li-phy-n  | Levers  | 2025-09-01 | 2025-09-08 | k-phy-n        | cat-hw            | q1                       | 0              | 100            | north
        li-phy-s  | Pulleys | 2025-11-01 | 2025-11-08 | k-phy-s        | cat-hw            | q2                       | 0              | 100            | south
        li-art-s  | Drawing | 2025-09-01 | 2025-09-08 | k-art-s        | cat-std           | q1                       | 0              | 4              | south
    """),
    "results": table("""
        sourcedId | lineItemSourcedId | studentSourcedId | scoreStatus     | score | textScore | scoreDate
        r-ann     | li-phy-n          | ann              | fully graded    | 81.5  |           | 2025-09-09
        r-cam     | li-phy-s          | cam              | fully graded    | 70    |           | 2025-11-09
        r-bob     | li-phy-s          | bob              | submitted       |       | B         | 2025-11-09
        r-cam-art | li-art-s          | cam              | partially graded| 3     |           | 2025-09-09
    """),
    "scoreScales": table("""
        sourcedId | title  | type   | orgSourcedId | courseSourcedId | classSourcedId | scoreScaleValue
        ss-phy-n  | Points | number | north        | c-dist          | k-phy-n        | {Pass:50},{Fail:0-49}
        ss-art-s  | Stars  | letter | south        | c-south-art     | k-art-s        | {A:4},{B:3}
    """),
    "lineItemScoreScales": table("""
        sourcedId | lineItemSourcedId | scoreScaleSourcedId
        ls-1      | li-phy-n          | ss-phy-n
    """),
}  # fmt: skip

NEVER_SEEN = {
    "academicSessions": {"y25", "t25"},
    "classes": {"k-old"},
    "enrollments": {"e-ann-old"},
}
"""Last year's."""


def bundle(folder: Path, *, left: Mapping[str, set[str]] | None = None) -> Path:
    """Write Riverside's bundle, OneRoster 1.2, without the rows that have `left`, by file."""
    gone = left or {}
    staying = {
        name: [row for row in rows if row["sourcedId"] not in gone.get(name, ())]
        for name, rows in FILES.items()
    }
    return write(folder, "1.2", staying)
