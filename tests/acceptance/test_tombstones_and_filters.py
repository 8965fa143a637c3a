"""What remains of what a vendor could read and can no longer, and how lists are asked.

Riverside is read by two vendors on Monday; on Tuesday people are excluded and rows leave the
bundle; a day later the vendors come back, and a third pair that never saw them comes new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from tests.acceptance import riverside
from tests.acceptance.desk import Connected, Desk
from tests.acceptance.vendor import ENVELOPES, Answer, references, send

SLUG = "riverside"
MONDAY = datetime(2026, 2, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1).total_seconds()
VERSIONS = ("1.1", "1.2")

LEFT = {
    "orgs": {"dep"},
    "users": {"fay", "dot"},
    "roles": {"r-fay", "r-dot"},
    "courses": {"c-north-idle"},
    "classes": {"k-art-n"},
    "enrollments": {"e-ann-art", "e-eve-art", "e-tia-art", "e-dee-lit"},
    "lineItems": {"li-art-s"},
    "results": {"r-cam-art", "r-cam"},
}
"""Rows that Tuesday's bundle no longer has."""

EXCLUDED = ("person", "ann")

GONE = {
    "orgs": {"dep"},
    "courses": {"c-north-idle"},
    "classes": {"k-art-n"},
    "users": {"ann", "gus", "fay", "dot"},
    "enrollments": {
        "e-ann-phy", "e-ann-art", "e-ann-mus", "e-eve-art", "e-tia-art", "e-dee-lit",
    },
    "demographics": {"ann"},
    "lineItems": {"li-art-s"},
    "results": {"r-cam-art", "r-cam", "r-ann"},
}  # fmt: skip
"""What is seen no longer: what left, what was excluded, and what stood on either."""

CHANGED = {"orgs": {"dist"}}
"""What stays and says something else: the district has lost a child."""

ROSTER = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics")
GRADEBOOK = ("lineItems", "results", "categories")


@dataclass
class Week:
    """Two vendors that saw Monday and Tuesday, and two that know only what came after."""

    desk: Desk
    old: dict[str, Connected]
    new: dict[str, Connected]
    monday: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    flip: datetime


@pytest.fixture(scope="module")
def moving() -> Iterator[Any]:
    """A clock that runs and can be moved on, for everything in this process."""
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def week(moving: Any, desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Week:
    desk.partner()
    desk.organization(SLUG, school_year=riverside.SCHOOL_YEAR)
    desk.run("import_roster", SLUG, riverside.bundle(tmp_path_factory.mktemp("monday")))
    old = {version: desk.connect(SLUG, version, gradebook=True) for version in VERSIONS}
    desk.refresh(SLUG)
    moving.shift(3600)
    monday = {version: vendor.everything() for version, vendor in old.items()}
    moving.shift(DAY)
    tuesday = riverside.bundle(tmp_path_factory.mktemp("tuesday"), left=LEFT)
    desk.run("import_roster", SLUG, tuesday)
    flip = datetime.now(UTC).replace(microsecond=0)  # A mark is told at once, the rest later.
    desk.run("exclude", SLUG, *EXCLUDED, "--reason", "The parents asked for it")
    desk.refresh(SLUG)
    moving.shift(DAY)
    new = {version: desk.connect(SLUG, version, gradebook=True) for version in VERSIONS}
    for vendor in (*old.values(), *new.values()):
        vendor.renew()
    after = {version: vendor.everything() for version, vendor in old.items()}
    return Week(desk, old, new, monday, after, flip)


def ids(records: list[dict[str, Any]]) -> set[str]:
    return {record["sourcedId"] for record in records}


both = pytest.mark.parametrize("version", VERSIONS)


def gone(collection: str) -> set[str]:
    return GONE.get(collection, set())


@both
@pytest.mark.parametrize("collection", [*ROSTER, *GRADEBOOK])
def test_a_plain_list_shows_what_is_there_and_nothing_of_what_was(week, version, collection):
    vendor = week.old[version]
    expected = set(week.monday[version][collection]) - gone(collection)
    for limit in (2, 1000):
        records = vendor.read(collection, limit)
        assert ids(records) == expected
        assert {record["status"] for record in records} <= {"active"}


@both
@pytest.mark.parametrize("collection", ROSTER)
def test_status_tobedeleted_lists_exactly_what_was(week, version, collection):
    records = week.old[version].read(collection, 2, filter="status='tobedeleted'")
    assert ids(records) == gone(collection)
    assert {record["status"] for record in records} <= {"tobedeleted"}


@both
@pytest.mark.parametrize("collection", ROSTER)
def test_status_active_lists_the_same_as_no_filter(week, version, collection):
    vendor = week.old[version]
    plain = {record["sourcedId"]: record for record in vendor.read(collection)}
    for text in ("status='active'", "status!='tobedeleted'"):
        records = vendor.read(collection, filter=text)
        assert {record["sourcedId"]: record for record in records} == plain, text
    assert ids(vendor.read(collection, filter="status!='active'")) == gone(collection)


@both
@pytest.mark.parametrize("collection", ROSTER)
def test_what_changed_since_monday_is_what_changed_and_what_went(week, version, collection):
    vendor = week.old[version]
    stamps = [record["dateLastModified"] for record in week.monday[version][collection].values()]
    expected = gone(collection) | CHANGED.get(collection, set())
    records = vendor.read(collection, filter=f"dateLastModified>'{max(stamps)}'")
    assert ids(records) == expected
    live = week.after[version][collection]
    for record in records:
        stamp = datetime.fromisoformat(record["dateLastModified"])
        assert stamp >= week.flip
        if record["sourcedId"] in live:
            assert record == live[record["sourcedId"]]
        else:
            assert record["status"] == "tobedeleted"
    day = week.flip.strftime("%Y-%m-%d")
    assert ids(vendor.read(collection, filter=f"dateLastModified>='{day}'")) == expected
    earlier = vendor.read(collection, filter=f"dateLastModified<'{day}'")
    assert ids(earlier) == set(live) - expected
    later = (week.flip + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert vendor.read(collection, filter=f"dateLastModified>'{later}'") == []
    assert ids(vendor.read(collection, filter=f"dateLastModified<='{later}'")) == {
        *live,
        *gone(collection),
    }


@both
def test_stamps_move_only_with_the_truth(week, version):
    for collection, records in week.after[version].items():
        for sourced_id, record in records.items():
            before = week.monday[version][collection][sourced_id]
            if sourced_id in CHANGED.get(collection, set()):
                assert record["dateLastModified"] > before["dateLastModified"]
            else:
                assert record == before, f"{collection} {sourced_id}"


REMAINS: dict[str, dict[str, dict[str, Any]]] = {
    "1.1": {
        "users/ann": {
            "username": "ann", "enabledUser": "false", "givenName": "Removed",
            "familyName": "Removed", "role": "student", "orgs": ["north"],
        },
        "users/fay": {
            "username": "fay", "enabledUser": "false", "givenName": "Removed",
            "familyName": "Removed", "role": "student", "orgs": ["south"],
        },
        "users/gus": {
            "username": "gus", "enabledUser": "false", "givenName": "Removed",
            "familyName": "Removed", "role": "guardian", "orgs": ["north"],
        },
        "classes/k-art-n": {
            "title": "Removed", "course": "c-north-art", "school": "north", "terms": ["spring"],
        },
        "courses/c-north-idle": {"title": "Removed", "courseCode": "c-north-idle"},
        "enrollments/e-ann-art": {
            "user": "ann", "class": "k-art-n", "school": "north", "role": "student",
        },
        "enrollments/e-tia-art": {
            "user": "tia", "class": "k-art-n", "school": "north", "role": "teacher",
        },
        "orgs/dep": {"name": "Removed", "type": "department"},
        "demographics/ann": {},
    },
    "1.2": {
        "users/ann": {
            "enabledUser": "false", "givenName": "Removed", "familyName": "Removed",
            "roles": [{"roleType": "primary", "role": "student", "org": "north"}],
        },
        "users/dot": {
            "enabledUser": "false", "givenName": "Removed", "familyName": "Removed",
            "roles": [{"roleType": "primary", "role": "systemAdministrator", "org": "dep"}],
        },
        "classes/k-art-n": {
            "title": "Removed", "course": "c-north-art", "school": "north", "terms": ["spring"],
        },
        "courses/c-north-idle": {"title": "Removed", "courseCode": "c-north-idle"},
        "enrollments/e-dee-lit": {
            "user": "dee", "class": "k-lit-e", "school": "east", "role": "student",
        },
        "orgs/dep": {"name": "Removed", "type": "department", "identifier": "dep"},
        "demographics/ann": {},
    },
}  # fmt: skip
"""All that a tombstone holds besides its id, status and stamp; references by their ids."""


@pytest.mark.parametrize(
    ("version", "path"),
    [(version, path) for version, remains in REMAINS.items() for path in remains],
)
def test_a_single_of_what_was_is_a_tombstone_of_required_fields(week, version, path):
    plural, _, sourced_id = path.partition("/")
    vendor = week.old[version]
    answer = vendor.one(plural, sourced_id)
    assert answer.status == 200
    record = answer.body[ENVELOPES[plural][1]]
    assert record["status"] == "tobedeleted"
    assert named(record) == {
        "sourcedId": sourced_id,
        "status": "tobedeleted",
        "dateLastModified": record["dateLastModified"],
        **REMAINS[version][path],
    }
    for reference in references(record):
        vendor.resolve(reference)
    listed = vendor.read(plural, filter="status='tobedeleted'")
    assert record in listed


@both
def test_every_reference_of_every_tombstone_answers(week, version):
    vendor = week.old[version]
    for collection in ROSTER:
        for record in vendor.read(collection, filter="status='tobedeleted'"):
            for reference in references(record):
                vendor.resolve(reference)


@both
def test_singles_of_subsets_go_by_what_the_record_was(week, version):
    vendor = week.old[version]
    for path, status in (
        ("students/ann", 200), ("students/fay", 200), ("teachers/ann", 404),
        ("students/gus", 404), ("schools/dep", 404), ("teachers/tia", 200),
        ("students/tia", 404), ("schools/dist", 404), ("terms/q1", 404), ("terms/fall", 200),
        ("gradingPeriods/q1", 200), ("gradingPeriods/fall", 404), ("users/nobody", 404),
    ):  # fmt: skip
        assert vendor.one(*path.split("/")).status == status, path
    assert ids(vendor.read("students", filter="status='tobedeleted'")) == {"ann", "fay"}
    assert vendor.read("teachers", filter="status='tobedeleted'") == []
    assert vendor.read("schools", filter="status='tobedeleted'") == []


@both
def test_a_gradebook_record_that_is_gone_is_not_found(week, version):
    vendor = week.old[version]
    for path in ("lineItems/li-art-s", "results/r-cam", "results/r-ann"):
        assert vendor.one(*path.split("/")).status == 404, path
    for collection in ("lineItems", "results"):
        removed = vendor.read(collection, filter="status='tobedeleted'")
        assert ids(removed) == gone(collection)


@both
def test_who_comes_later_sees_no_tombstone(week, version):
    late = week.new[version]
    for collection in ROSTER:
        assert ids(late.read(collection)) == set(week.after[version][collection])
        for text in (
            "status='tobedeleted'",
            "dateLastModified>'2000-01-01' AND status!='active'",
        ):
            assert late.read(collection, filter=text) == [], collection
        everything = late.read(collection, filter="dateLastModified>'2000-01-01'")
        assert ids(everything) == set(week.after[version][collection])
        for sourced_id in gone(collection):
            assert late.one(collection, sourced_id).status == 404, sourced_id


# Filters, beside a reading of the same words in Python: from left to right, no precedence.


def roles_of(record: dict[str, Any]) -> set[str]:
    return {record["role"]} if "role" in record else {role["role"] for role in record["roles"]}


ROLE = {"1.1": "role", "1.2": "roles.role"}

FILTERS = [
    ("users", "{role}='student'"),
    ("users", "{role}='teacher'"),
    ("users", "{role}!='student'"),
    ("users", "{role}='aide'"),
    ("users", "{role}='nobody'"),
    ("users", "{role}='guardian' OR {role}='parent' OR {role}='relative'"),
    ("users", "{role}='teacher' AND status='active'"),
    ("users", "{role}='student' AND status='tobedeleted'"),
    ("users", "status='tobedeleted' OR {role}='teacher'"),
    ("users", "{role}='teacher' OR {role}='student' AND status='tobedeleted'"),
    ("users", "status='tobedeleted' AND {role}='student' OR {role}='parent'"),
    ("users", "status='active' OR status='tobedeleted'"),
    ("students", "status='active' OR status='tobedeleted'"),
    ("students", "{role}='teacher' OR status='active'"),
    ("students", "{role}!='student'"),
    ("teachers", "{role}='student' OR {role}='teacher'"),
    ("enrollments", "role='student'"),
    ("enrollments", "role='teacher'"),
    ("enrollments", "role='administrator'"),
    ("enrollments", "role='student' AND status='tobedeleted'"),
    ("enrollments", "role='teacher' OR status='tobedeleted'"),
    ("enrollments", "role!='student' AND status!='active'"),
]


@both
@pytest.mark.parametrize(("plural", "text"), FILTERS)
def test_filters_by_role_and_status_choose_as_they_read(week, version, plural, text):
    text = text.format(role=ROLE[version])
    vendor = week.old[version]
    collection = ENVELOPES[plural][0]
    live = list(week.after[version][collection].values())
    dead = vendor.read(collection, filter="status='tobedeleted'") if "status" in text else []
    subset = {"students": "student", "teachers": "teacher"}.get(plural)
    expected = {
        record["sourcedId"]
        for record in (*live, *dead)
        if (subset is None or subset in roles_of(record)) and chosen(record, text)
    }
    for limit in (3, 1000):
        assert ids(vendor.read(plural, limit, filter=text)) == expected
    assert ids(vendor.follow(plural, 4, filter=text)) == expected


def chosen(record: dict[str, Any], text: str) -> bool:
    words = text.split(" ")
    found = holds(record, words[0])
    for join, clause in zip(words[1::2], words[2::2], strict=True):
        found = (found and holds(record, clause)) if join == "AND" else (
            found or holds(record, clause)
        )  # fmt: skip
    return found


def holds(record: dict[str, Any], clause: str) -> bool:
    name, negated, value = clause.partition("!=")
    if not negated:
        name, _, value = clause.partition("=")
    value = value.strip("'")
    found = record["status"] == value if name == "status" else value in roles_of(record)
    return not found if negated else found


@both
def test_a_filter_may_come_as_vendors_write_it(week, version):
    vendor = week.old[version]
    base = vendor.url("users")
    role = ROLE[version]
    expected = vendor.read("users", filter=f"{role}='teacher' AND status='active'")
    assert expected
    for query in (
        f"filter={role}%3D%27teacher%27%20AND%20status%3D%27active%27",
        f"filter={role}='teacher'+AND+status='active'",
        f"filter={role}%3d'teacher'%20AND%20status='active'&appName=hub&role=student",
        f"filter={role}='teacher'%20and%20status='active'&orderBy=asc",
        f"filter={role}='teacher'%20AND%20status='active'&",
    ):
        answer = vendor.get(f"{base}?{query}&limit=1000")
        assert answer.status == 200, query
        assert answer.body["users"] == expected, query
    stamp = week.flip.strftime("%Y-%m-%dT%H:%M:%S")
    changed = ids(vendor.read("users", filter=f"dateLastModified>='{stamp}Z'"))
    for form in (stamp, f"{stamp}.000Z", f"{stamp}%2B00:00", f"{stamp}+00:00", f"{stamp}-00:00"):
        answer = vendor.get(f"{base}?limit=1000&filter=dateLastModified>='{form}'")
        assert answer.status == 200, form
        assert ids(answer.body["users"]) == changed, form


BAD_FILTERS = (
    "", "status", "status=active", "status='active", "status='active' AND", "AND status='active'",
    "status='active' XOR status='active'", "status=='active'", "shoeSize='41'",
    "status='active';DROP TABLE", "dateLastModified>'yesterday'", "dateLastModified>''",
    "dateLastModified>'2026-02-30'", "(status='active')", "status='active' status='active'",
)  # fmt: skip


@both
@pytest.mark.parametrize("text", BAD_FILTERS)
def test_a_filter_that_says_nothing_is_refused_in_words(week, version, text):
    vendor = week.old[version]
    answer = vendor.ask("users", filter=text)
    assert answer.status == 400, answer.text[:200]
    assert minor(version, answer) == "invalid_filter_field"
    if "shoeSize" in text:
        assert "shoeSize" in answer.text


# Paging.


@both
def test_pages_are_cut_from_one_order(week, version):
    vendor = week.old[version]
    whole = vendor.ask("enrollments", limit=1000).body["enrollments"]
    total = len(whole)
    assert total > 10
    for limit, offset in ((1, 0), (1, total - 1), (5, 3), (total, 0), (total - 1, 1), (50000, 0)):
        answer = vendor.ask("enrollments", limit=limit, offset=offset)
        assert answer.body["enrollments"] == whole[offset : offset + limit]
        assert answer.total == total
    filtered = vendor.ask("enrollments", limit=1000, filter="role='student'").body["enrollments"]
    page = vendor.ask("enrollments", limit=2, offset=3, filter="role='student'")
    assert page.body["enrollments"] == filtered[3:5]
    assert page.total == len(filtered)


@both
@pytest.mark.parametrize("more", [{}, {"filter": "role='student'"}])
def test_past_the_end_there_is_an_empty_page_with_the_right_total(week, version, more):
    vendor = week.old[version]
    total = vendor.ask("enrollments", **more).total
    for offset in (total, total + 1, 10**6, 2**31 - 1):
        answer = vendor.ask("enrollments", offset=offset, **more)
        assert answer.status == 200
        assert answer.body == {"enrollments": []}
        assert answer.total == total
        assert "next" not in answer.links


@both
@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=abc", "limit=1e3", "limit=", "limit=1.5", "limit=50001",
        "limit=99999999999999999999", "limit=10&limit=20", "limit=%2010", "limit=١",
        "offset=-1", "offset=abc", "offset=", "offset=1e1", "offset=99999999999999999999",
        "offset=0&offset=0",
    ],
)  # fmt: skip
def test_a_bad_number_is_refused_in_words_and_tells_nothing_internal(week, version, query):
    vendor = week.old[version]
    answer = vendor.get(f"{vendor.url('users')}?{quote(query, safe='=&%')}")
    assert answer.status == 400
    assert minor(version, answer) == ("invalid data" if version == "1.1" else "invaliddata")
    name = query.partition("=")[0]
    assert name in answer.text
    for word in ("Traceback", "Error", "django", "int("):
        assert word not in answer.text


@both
def test_links_lead_from_end_to_end(week, version):
    vendor = week.old[version]
    text = "role='student' AND status='active'"
    first = vendor.ask("enrollments", limit=2, filter=text, appName="hub, the")
    total = first.total
    assert total > 5
    assert set(first.links) == {"first", "next", "last"}
    seen = ids(first.body["enrollments"])
    answer, pages = first, 1
    while "next" in answer.links:
        assert answer.links["next"].startswith(vendor.url("enrollments") + "?")
        assert "hub%2C%20the" in answer.links["next"].replace("+", "%20")
        assert "," not in answer.links["next"]
        answer = vendor.get(answer.links["next"])
        pages += 1
        assert answer.total == total
        assert not seen & ids(answer.body["enrollments"])
        seen |= ids(answer.body["enrollments"])
        assert "prev" in answer.links
    assert len(seen) == total
    assert pages == -(-total // 2)
    last = vendor.get(first.links["last"])
    assert last.body == answer.body
    assert set(last.links) == {"first", "prev", "last"}
    back = [answer]
    while "prev" in back[-1].links:
        back.append(vendor.get(back[-1].links["prev"]))
    assert back[-1].body == first.body
    assert vendor.get(last.links["first"]).body == first.body
    alone = vendor.ask("orgs", limit=100)
    assert not {"next", "prev"} & set(alone.links)
    odd = vendor.ask("enrollments", limit=2, offset=1, filter=text)
    assert vendor.get(odd.links["prev"]).body["enrollments"][:1] == first.body["enrollments"][:1]


@both
def test_an_unknown_parameter_and_a_slash_at_the_end_change_nothing(week, version):
    vendor = week.old[version]
    plain = vendor.ask("users", limit=1000)
    for address in (f"{vendor.url('users')}/?limit=1000", f"{vendor.url('users')}?limit=1000&x=1"):
        answer = vendor.get(address)
        assert answer.status == 200
        assert answer.body == plain.body


# Doors that are closed.


@both
@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/users/a/b/c/nothing", "/Users", "/student", "/metadata"]
)
def test_an_unknown_path_is_not_found_in_the_words_of_the_version(week, version, path):
    vendor = week.old[version]
    answer = vendor.get(vendor.base() + path)
    assert answer.status == 404
    assert minor(version, answer) == ("unknown object" if version == "1.1" else "unknownobject")


@both
@pytest.mark.parametrize("path", ["users", "users/bob", "schools", "enrollments/e-bob-phy"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused_in_the_words_of_the_version(week, version, path, method):
    vendor = week.old[version]
    answer = vendor.get(f"{vendor.base()}/{path}", method=method)
    assert answer.status == 405
    assert minor(version, answer) == ("invalid data" if version == "1.1" else "invaliddata")
    assert "GET" in answer.headers["Allow"]


@both
@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [(None, "Bearer"), ("Bearer nonsense", 'error="invalid_token"'), ("Basic YTpi", "Bearer"),
     ("Bearer", "Bearer"), ("", "Bearer")],
)  # fmt: skip
def test_without_a_good_token_there_is_401_and_a_challenge(week, version, authorization, challenge):
    vendor = week.old[version]
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("users", "users/bob"):
        answer = send(f"{vendor.base()}/{path}", headers=headers)
        assert answer.status == 401
        assert challenge in answer.headers["WWW-Authenticate"]
        expected = "unauthorized" if version == "1.1" else "unauthorisedrequest"
        assert minor(version, answer) == expected


@both
def test_oauth_1_is_refused_in_so_many_words(week, version):
    vendor = week.old[version]
    signed = 'OAuth oauth_consumer_key="k", oauth_signature_method="HMAC-SHA1", oauth_signature="x"'
    answer = send(f"{vendor.base()}/users", headers={"Authorization": signed})
    assert answer.status == 401
    assert "OAuth 1" in answer.text


@both
def test_a_token_of_one_version_opens_nothing_of_the_other(week, version):
    vendor, other = week.old[version], week.old["1.2" if version == "1.1" else "1.1"]
    for path in ("users", "users/bob", "demographics", "orgs?limit=1"):
        answer = vendor.get(f"{other.base()}/{path}")
        assert answer.status == 403
        assert minor(other.version, answer) == "forbidden"
        assert vendor.version in answer.text
        assert "bob" not in answer.text.replace("users/bob", "")


@both
def test_a_token_opens_what_its_scopes_name_and_says_what_is_missing(week, version):
    vendor = week.old[version]
    prefix = f"https://purl.imsglobal.org/spec/or/v{version.replace('.', 'p')}/scope/"
    answer = vendor.ask_token(scope=prefix + "roster-core.readonly")
    assert answer.status == 200
    assert answer.body["scope"] == prefix + "roster-core.readonly"
    narrow = Connected(vendor.host, version, {
        "client_id": vendor.client_id, "client_secret": vendor.client_secret,
        "id": vendor.connection,
    })  # fmt: skip
    narrow.use(answer.body["access_token"])
    assert narrow.ask("users", limit=1).status == 200
    refused = narrow.ask("demographics", limit=1)
    assert refused.status == 403
    assert minor(version, refused) == "forbidden"
    assert prefix + "roster-demographics.readonly" in refused.text
    assert narrow.ask("results", limit=1).status == 403


def minor(version: str, answer: Answer) -> str:
    """Return the minor code of an error's body, which must have its version's form exactly."""
    assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
    body = answer.body
    if version == "1.1":
        assert set(body) == {"statusInfoSet"}
        (info,) = body["statusInfoSet"]
        assert set(info) <= {
            "imsx_codeMajor", "imsx_severity", "imsx_description", "imsx_codeMinor",
            "imsx_messageRefIdentifier", "imsx_operationRefIdentifier",
        }  # fmt: skip
        code = info["imsx_codeMinor"]
    else:
        info = body
        assert set(body) == {
            "imsx_codeMajor", "imsx_severity", "imsx_description", "imsx_CodeMinor",
        }  # fmt: skip
        (field,) = body["imsx_CodeMinor"]["imsx_codeMinorField"]
        assert set(field) == {"imsx_codeMinorFieldName", "imsx_codeMinorFieldValue"}
        code = field["imsx_codeMinorFieldValue"]
    assert (info["imsx_codeMajor"], info["imsx_severity"]) == ("failure", "error")
    assert info["imsx_description"]
    return str(code)


def named(record: Any) -> Any:
    """Return a document with each reference replaced by the id that it names."""
    if isinstance(record, dict):
        if "href" in record:
            return record["sourcedId"]
        return {key: named(value) for key, value in record.items()}
    return [named(part) for part in record] if isinstance(record, list) else record
