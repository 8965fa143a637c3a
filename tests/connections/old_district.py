"""Lakeside as an installation with lines had it: rows of a dozen tables, and what vendors read.

The documents are those that 45f379d, the last commit with lines, wrote of these rows, to the byte.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from connections.scopes import allowed_for

Make = Callable[..., Any]

OPEN = 2**62
VERSIONS = ("1.1", "1.2")
TYPES, SHARES = ["roster", "grade_book"], ["demographics"]
RULES = {"schools": "all", "shares": SHARES, "withheld": [], "types": ["grade_book"]}
GRADEBOOK = ("categories", "lineItems", "results")
BEGAN, ENDED = date(2026, 8, 1), date(2027, 6, 30)

REMOVED = {
    "status": "tobedeleted",
    "name": "Removed",
    "title": "Removed",
    "enabledUser": "false",
    "givenName": "Removed",
    "familyName": "Removed",
}
UNSAID = {"email", "schoolYear", "org", "classType", "beginDate", "sex", "cityOfBirth", "comment"}
UNSAID_IN_1_2 = {"username", "gradingPeriod", "resultValueMin", "resultValueMax", "score"}
"""Fields that tombstones had no more: in both versions, in 1.2."""


class Written(NamedTuple):
    """A document of a line, and by what it belongs."""

    document: dict[str, Any]
    role: str = ""
    school: str = ""
    klass: str = ""
    person: str = ""


def path(version: str, collection: str) -> str:
    """Return where a collection is read."""
    if version == "1.1":
        return f"/ims/oneroster/v1p1/{collection}"
    service = "gradebook" if collection in GRADEBOOK else "rostering"
    return f"/ims/oneroster/{service}/v1p2/{collection}"


def secret(version: str) -> str:
    return f"Secret{version.replace('.', '')}".ljust(43, "x")


def token(version: str) -> str:
    return f"Token{version.replace('.', '')}".ljust(30, "x")


def fill(make: Make, nights: list[datetime]) -> None:
    """Make Lakeside, whose rows an import has changed since the last of these nights.

    Something of each collection stayed as it is, something changed in the second night and again
    since; in the third something came, which is gone since, and something left; something is new.
    """
    lakeside = make(
        "roster", "Organization", slug="lakeside", school_year="2027", last_number=3, revision=4
    )

    def row(model: str, sourced_id: str, **columns: Any) -> None:
        make("roster", model, organization=lakeside, sourced_id=sourced_id, **columns)

    session = {"start_date": BEGAN, "end_date": ENDED, "school_year": "2027"}
    row("AcademicSession", "2027", title="2027", type="schoolYear", **session)
    row("AcademicSession", "fall", title="fall", type="term", parent="2027", **session)
    for name in ("stayed", "changed", "new"):
        fill_rows(row, name)
    partner = make("connections", "Partner", name="Brightpath", versions=VERSIONS, types=TYPES[1:])
    for version in VERSIONS:
        line = make(
            "roster",
            "Line",
            organization=lakeside,
            version=version,
            rules=RULES,
            head=3,
            published_on=nights[2].date(),
        )
        for number, night in enumerate(nights, start=1):
            make("roster", "Publication", line=line, number=number, state="published", stamp=night)
        publish(make, line)
        connection = make(
            "connections",
            "Connection",
            organization=lakeside,
            vendor=f"Lakeside {version}",
            oneroster=version,
            partner=partner,
            types=TYPES,
            shares=SHARES,
            line=line,
        )
        for number, night in enumerate(nights, start=1):
            make(
                "connections",
                "Reading",
                connection=connection,
                line=line,
                number=number,
                began=night + timedelta(hours=1),
                last=night + timedelta(hours=2),
            )
        give_credentials(make, connection)


def fill_rows(row: Callable[..., None], name: str) -> None:
    """Make a row of each table, which belong together, and the levels that follow from them."""
    row("Org", name, name=name, type="school")
    row("Course", name, title=name, course_code=name, org=name, school_year="2027")
    klass = {"class_type": "scheduled", "course": name, "school": name, "terms": ["fall"]}
    row("Klass", name, title=name, **klass)
    row(
        "User",
        name,
        username=name,
        given_name="Ann",
        family_name=name,
        email=f"{name}@lake.example",
    )
    row("Role", name, user=name, org=name, role="student")
    belongs = {"klass": name, "school": name}
    row("Enrollment", name, user=name, role="student", begin_date=BEGAN, **belongs)
    row("Demographics", name, sex="female", city_of_birth=name)
    row("Category", name, title=name)
    dates = {
        "assign_date": datetime(2026, 9, 7, tzinfo=UTC),
        "due_date": datetime(2026, 9, 11, tzinfo=UTC),
    }
    values = {"result_value_min": 0, "result_value_max": 10}
    row(
        "LineItem",
        name,
        title=name,
        category=name,
        grading_period="fall",
        **belongs,
        **dates,
        **values,
    )
    score = {"score_status": "fully graded", "score": 9, "score_date": date(2026, 9, 12)}
    row("Result", name, student=name, line_item=name, comment=name, **score)

    def level(kind: str, sourced_id: str, all_of: list[list[str]], **columns: Any) -> None:
        row("Level", sourced_id, kind=kind, all_of=all_of, school=name, **columns)

    calendar, structure = f"{name}~2027", f"{name}~2027~structure"
    grade, of_course = f"{structure}~none", f"{name}~{name}~2027"
    level("calendar", calendar, [["school", name]], name=f"{name} 2027", year="2027")
    level("schedule_structure", structure, [["calendar", calendar]], name="structure", year="2027")
    level("grade_level", grade, [["schedule_structure", structure]], name="none", year="2027")
    level("course", of_course, [["calendar", calendar]], name=name, year="2027", course=name)
    any_of = [["grade_level", grade]]
    level("school_enrollment", f"{name}~{name}", [["person", name]], person=name, any_of=any_of)


def publish(make: Make, line: Any) -> None:
    """Put what the line had of each night."""

    def put(kind: str, name: str, said: Written, since: int, until: int = OPEN) -> None:
        make(
            "roster",
            "Record",
            line=line,
            kind=kind,
            sourced_id=name,
            ordinal=0,
            valid_from=since,
            valid_to=until,
            changed_in=since,
            added_in=since,
            digest="d",
            status=said.document["status"],
            document=json.dumps(said.document, separators=(",", ":")),
            **{column: said[at] for at, column in enumerate(said._fields) if at},
        )

    for name, said in sessions(line.version).items():
        put("academicSessions", name, said, 1)
    for name, nights in {
        "stayed": [("stayed", 1, OPEN)],
        "changed": [("Once", 1, 2), ("Another", 2, OPEN)],
        "came": [("came", 3, OPEN)],
        "left": [("left", 1, 3)],
    }.items():
        for word, since, until in nights:
            for collection, said in written(line.version, name, word).items():
                put(collection, name, said, since, until)
    for collection, said in written(line.version, "left", "left").items():
        put(collection, "left", removed(line.version, collection, said), 3)


def link(version: str, kind: str, collection: str, name: str) -> dict[str, str]:
    return {"href": f"{path(version, collection)}/{name}", "sourcedId": name, "type": kind}


def sessions(version: str) -> dict[str, Written]:
    """Return the documents of the year and its term."""
    dates = {"startDate": f"{BEGAN}", "endDate": f"{ENDED}"}

    def said(name: str, kind: str, **family: Any) -> Written:
        known = {"sourcedId": name, "status": "active", "title": name, **dates, "type": kind}
        return Written({**known, **family, "schoolYear": "2027"}, role=kind)

    year, term = (
        link(version, "academicSession", "academicSessions", name) for name in ("2027", "fall")
    )
    return {
        "2027": said("2027", "schoolYear", children=[term]),
        "fall": said("fall", "term", parent=year),
    }


def written(version: str, name: str, word: str) -> dict[str, Written]:
    """Return the documents of all that have this sourcedId; `word` tells one night's from
    another's."""
    first = version == "1.1"

    def to(kind: str, collection: str, target: str = name) -> dict[str, str]:
        return link(version, kind, collection, target)

    known = {"sourcedId": name, "status": "active"}
    titled = {**known, "title": word}
    org = to("org", "schools" if first else "orgs")
    year, term = (to("academicSession", "academicSessions", each) for each in ("2027", "fall"))
    course, klass, user = to("course", "courses"), to("class", "classes"), to("user", "users")
    category, line_item = to("category", "categories"), to("lineItem", "lineItems")
    in_class = {"school": name, "klass": name}
    # An enrollment has no field that could hold a word.
    began = f"{BEGAN}" if word == name else f"{BEGAN + timedelta(days=len(word))}"
    roles = (
        {"role": "student", "orgs": [org]}
        if first
        else {"roles": [{"roleType": "primary", "role": "student", "org": org}]}
    )
    named = {"username": name, "enabledUser": "true", "givenName": "Ann", "familyName": word}
    days = {"assignDate": "2026-09-07T00:00:00.000Z", "dueDate": "2026-09-11T00:00:00.000Z"}
    values = {"gradingPeriod": term, "resultValueMin": 0.0, "resultValueMax": 10.0}
    belonging = {"class": klass} if first else {"class": klass, "school": org}
    of_class = {} if first else {"class": klass}
    score = {"scoreStatus": "fully graded", "score": 9.0, "scoreDate": "2026-09-12"}
    return {
        "orgs": Written(
            {**known, "name": word, "type": "school", **({} if first else {"identifier": name})},
            role="school",
        ),
        "courses": Written(
            {**titled, "schoolYear": year, "courseCode": name, "org": org}, school=name
        ),
        "classes": Written(
            {**titled, "classType": "scheduled", "course": course, "school": org, "terms": [term]},
            **in_class,
        ),
        "users": Written(
            {**known, **named, **roles, "email": f"{name}@lake.example"},
            role="student",
            person=name,
        ),
        "enrollments": Written(
            {**known, "user": user, "class": klass, "school": org, "role": "student"}
            | {"beginDate": began},
            role="student",
            person=name,
            **in_class,
        ),
        "demographics": Written({**known, "sex": "female", "cityOfBirth": word}, person=name),
        "categories": Written(titled),
        "lineItems": Written(
            {**titled, **days, **belonging, "category": category, **values}, **in_class
        ),
        "results": Written(
            {**known, "lineItem": line_item, "student": user, **of_class, **score, "comment": word},
            klass=name,
            person=name,
        ),
    }


def removed(version: str, collection: str, said: Written) -> Written:
    """Return the tombstone of a document."""
    unsaid = UNSAID | (UNSAID_IN_1_2 if version == "1.2" else set())
    if collection == "results":
        unsaid = unsaid | {"class"}
    document = {
        name: REMOVED.get(name, value)
        for name, value in said.document.items()
        if name not in unsaid
    }
    return said._replace(document=document)


def give_credentials(make: Make, connection: Any) -> None:
    """Make the client, a secret and a token that is good for another hour."""
    version = connection.oneroster
    client = make(
        "connections",
        "Client",
        connection=connection,
        client_id=f"lakeside-{connection.pk}",
        client_secret="",
        hash_client_secret=False,
        client_type="confidential",
        authorization_grant_type="client-credentials",
    )
    make(
        "connections",
        "Secret",
        connection=connection,
        digest=f"sha256$salt${hashlib.sha256(f'salt{secret(version)}'.encode()).hexdigest()}",
        hint=secret(version)[-4:],
    )
    make(
        "oauth2_provider",
        "AccessToken",
        application=client,
        token="",
        token_checksum=hashlib.sha256(token(version).encode()).hexdigest(),
        expires=datetime.now(UTC) + timedelta(hours=1),
        scope=" ".join(allowed_for(version, TYPES, SHARES)),
    )
