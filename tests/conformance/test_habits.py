"""How real consumers behave, row by row; what holds for every list is tested with the tables.

`ELSEWHERE` says which test stands for the rows that other modules have.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from roster.api import throttling
from tests.conformance.asking import Asker, Document, ids, plurals_of, read
from tests.conformance.elements import ELEMENTS, collection_of
from tests.conformance.naive import moment, values
from tests.conformance.operations import ENDPOINTS
from tests.conformance.test_operations import at

both = pytest.mark.parametrize("version", ["1.1", "1.2"])
every_list = pytest.mark.parametrize(
    ("version", "plural"), [(v, plural) for v in ("1.1", "1.2") for plural in plurals_of(v)]
)

HERE = "tests.conformance."

ELSEWHERE = {
    "2: an empty page past the end": HERE + "test_paging.test_past_the_end_there_is_an_empty_page",
    "4: commas in Link": HERE + "test_paging.test_pages_and_links_lead_through_the_whole_list",
    "5: credentials anywhere": (
        "tests.connections.test_token.test_consumers_get_a_token_however_they_ask"
    ),
    "5: scopes they don't have": (
        "tests.connections.test_token.test_of_the_scopes_asked_the_allowed_are_given"
    ),
    "6: a slash at the end": HERE + "test_operations.test_a_slash_at_the_end_changes_nothing",
    "6: a body on GET": (
        HERE + "test_habits_served.test_a_get_with_a_body_is_answered_as_one_without"
    ),
    "6: bearer in any case": (
        "tests.connections.test_authentication.test_bearer_is_read_in_any_letter_case"
    ),
    "7: filters unencoded": HERE + "test_habits_served.test_a_filter_may_come_unencoded",
    "7: unknown parameters": (
        HERE + "test_parameters.test_a_list_answers_every_fault_as_its_version_does"
    ),
    "8: bad numbers": HERE + "test_parameters.test_a_list_answers_every_fault_as_its_version_does",
    "13: categories of a class in 1.1": (
        HERE + "test_operations.test_an_operation_answers_in_its_envelope"
    ),
    "17: references resolve": (
        "tests.acceptance.test_reading_back.test_every_reference_answers_with_its_record"
    ),
    "17: whatever lands meanwhile": (
        "tests.connections.test_runs.test_what_lands_between_pages_is_not_seen_before_the_next_run"
    ),
}


@pytest.mark.parametrize("row", ELSEWHERE)
def test_a_row_that_is_tested_elsewhere_is(row: str) -> None:
    module, _, name = ELSEWHERE[row].rpartition(".")
    assert hasattr(importlib.import_module(module), name)


# 1. They step by what they asked, until rows are as many as X-Total-Count says.


@every_list
@pytest.mark.parametrize("limit", [2, 5000, 10_000, 50_000])
def test_1_the_limit_asked_is_the_limit_given(
    riverside: Any, version: str, plural: str, limit: int
) -> None:
    vendor: Asker = riverside.full[version]
    found: list[Document] = []
    total = None
    while total is None or len(found) < total:
        answer = vendor.list(vendor.address(plural), limit=limit, offset=len(found))
        total = int(answer["X-Total-Count"])
        page = read(answer)
        assert len(page) == min(limit, total - len(found))
        found += page
    assert found == vendor.live(plural)


# 3. They take the first key of the body.


@pytest.mark.parametrize("endpoint", [e for e in ENDPOINTS if e.version == "1.1"], ids=str)
def test_3_a_warning_stands_behind_the_first_key(riverside: Any, endpoint: Any) -> None:
    body = riverside.full["1.1"].told(at(endpoint) + "?fields=nothing")
    assert [*body] == [endpoint.envelope, "statusInfoSet"]


# 7. They write filters as they think.


@both
@pytest.mark.parametrize(
    ("plural", "query", "chosen"),
    [
        ("teachers", "filter=email='tom@riverside.example'", {"tom"}),
        ("students", "filter=email='ZOE@RIVERSIDE.EXAMPLE'", {"zoe/1@x"}),
        ("users", "filter=familyName='O'Brien'", {"bob"}),
        ("users", "filter=familyName='O''Brien'", {"bob"}),
        ("users", "filter=familyName='O%27Brien'%20AND%20givenName='Bob'", {"bob"}),
        ("users", "filter=familyName%3d’o’’brien’", {"bob"}),
        ("users", "filter=familyName='ångström'", {"zoe/1@x"}),
        ("users", "filter=familyName='STRASSE'", {"sim"}),
        ("users", "filter=username='ZOË'", {"zoe/1@x"}),
        ("users", "filter=familyName~'brien'+and+status='active'", {"bob"}),
        ("users", "filter=identifier='17'", {"bob"}),
        ("users", "filter=identifier='0017'+OR+identifier='Z/1'", {"ann", "zoe/1@x"}),
        ("users", "filter=givenName='Ann'+AND+familyName='Aho'+AND+status='active'", {"ann"}),
        ("users", "filter=givenName='Ann'+OR+givenName='Bob'+AND+familyName='Aho'", {"ann"}),
        ("users", "filter=givenName='x AND y' OR givenName='Bob'", {"bob"}),
        ("users", "filter=phone='555-1001'&role=teacher&appName=hub", {"ann"}),
        ("users", "filter=givenName='Ann'&sort=familyName", {"ann"}),
        ("users", "filter=givenName='Ann'&orderBy=desc", {"ann"}),
        ("users", "filter=givenName='Ann'&", {"ann"}),
        ("users", "&filter=givenName='Ann'&&", {"ann"}),
        ("classes", "filter=title='Lab, \"open\"'", {"k/1@n"}),
        ("classes", "filter=school.sourcedId='south'", {"k-phy-s", "k-art-s"}),
        ("classes", "filter=school='south'+AND+grades='10'", {"k-phy-s"}),
        ("enrollments", "filter=beginDate>='2026-01-20'", {"e/zoe@lab"}),
        ("enrollments", "filter=primary='TRUE'+AND+user.sourcedId='tom'", {
            "e-tom-phy", "e-tom-mus", "e-tom-lab"}),
        ("academicSessions", "filter=endDate>'2026-06-30'", {"y26", "summer"}),
        ("orgs", "filter=type='school'+AND+parent.sourcedId='dist'", {"south", "east"}),
    ],
)  # fmt: skip
def test_7_filters_may_be_written_in_many_ways(
    riverside: Any, version: str, plural: str, query: str, chosen: set[str]
) -> None:
    vendor = riverside.full[version]
    answer = vendor.ask(f"{vendor.address(plural)}?{query}")
    assert answer.status_code == 200, answer.content
    assert set(ids(read(answer))) == chosen


@both
def test_7_active_may_be_asked_of_every_list(riverside: Any, version: str) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.many and endpoint.version == version:
            vendor = riverside.full[version]
            plain = vendor.ask(at(endpoint)).json()
            assert vendor.ask(at(endpoint) + "?filter=status='active'").json() == plain, endpoint
            gone = vendor.list(at(endpoint), filter="status='tobedeleted'")
            assert {each["status"] for each in read(gone)} <= {"tobedeleted"}


# 9. and 10. They parse strictly.


@every_list
def test_9_nothing_is_null_and_nothing_is_empty(riverside: Any, version: str, plural: str) -> None:
    vendor: Asker = riverside.full[version]
    for document in vendor.world(plural):
        assert not [value for value in _inside(document) if value in (None, "", [], {})]


def _inside(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _inside(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _inside(inner)


WRITTEN = {
    "flag": re.compile("true|false"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "moment": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
}


@every_list
def test_10_values_are_written_as_the_specification_says(
    riverside: Any, version: str, plural: str
) -> None:
    vendor: Asker = riverside.full[version]
    elements = ELEMENTS[version][collection_of(plural)]
    for document in vendor.world(plural):
        for asked in elements.values():
            for value in values(document, asked):
                if asked.type == "number":
                    assert isinstance(value, Decimal), asked.name
                else:
                    assert isinstance(value, str), asked.name
                    assert WRITTEN.get(asked.type, re.compile(".+")).fullmatch(value), asked.name
        if collection_of(plural) == "academicSessions":
            assert re.fullmatch(r"\d{4}", document["schoolYear"])


# 14. and 15. They look for schools in addresses, and for people by what they know of them.


def test_14_schools_are_found_below_schools_in_1_1(riverside: Any) -> None:
    vendor: Asker = riverside.full["1.1"]
    types = {org["sourcedId"]: org["type"] for org in vendor.live("orgs")}
    for user in vendor.live("users"):
        for org in user["orgs"]:
            place = "schools" if types[org["sourcedId"]] == "school" else "orgs"
            assert f"/v1p1/{place}/" in org["href"]
            assert vendor.told(org["href"].removeprefix("http://testserver"))


@both
def test_15_people_are_found_by_what_is_known_of_them(riverside: Any, version: str) -> None:
    vendor: Asker = riverside.full[version]
    for user in vendor.live("users"):
        for name in ("identifier", "email", "username"):
            if name in user:
                known = user[name] if name == "identifier" else user[name].lower()
                doubled = known.replace("'", "''")
                answer = vendor.list(vendor.address("users"), filter=f"{name}='{doubled}'")
                assert user["sourcedId"] in ids(read(answer)), (name, known)


# 16. They go on where they were told to wait.


@both
def test_16_after_429_the_same_page_is_given(
    riverside: Any, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor: Asker = riverside.full[version]
    address = vendor.address("users") + "?limit=5&offset=5"
    before = vendor.ask(address)
    with monkeypatch.context() as patch:
        patch.setattr(throttling.ConnectionThrottle, "allow_request", lambda *_: False)
        assert vendor.ask(address).status_code == 429
    assert vendor.ask(address).content == before.content


def test_16_the_budget_lets_a_whole_sync_in_small_pages_through() -> None:
    # 20,000 students: some 150,000 records, a hundred a page, in one minute.
    assert throttling.BUDGET / throttling.PERIOD * 60 >= 10 * 150_000 / 100


# 18. They expect what was removed in a delta, and not in what is active.


@both
@pytest.mark.parametrize("plural", ["users", "classes", "enrollments", "courses", "orgs"])
def test_18_what_was_removed_stands_in_the_delta_only(
    riverside: Any, version: str, plural: str
) -> None:
    vendor: Asker = riverside.full[version]
    delta = read(vendor.list(vendor.address(plural), filter="dateLastModified>'2026-02-03'"))
    gone = {each["sourcedId"] for each in delta if each["status"] == "tobedeleted"}
    assert gone == set(ids(vendor.tombstones(plural)))
    assert gone
    active = read(vendor.list(vendor.address(plural), filter="status='active'"))
    assert not gone & set(ids(active))
    assert not gone & set(ids(vendor.live(plural)))


# Dates in all the forms that vendors write.


def forms(at: datetime) -> list[str]:
    """Return a moment, which has milliseconds, in the forms that say it exactly."""
    day, clock = f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}"
    part = f"{at.microsecond // 1000:03d}"
    utc = [f"{day}T{clock}.{part}{'0' * more}Z" for more in range(7)]
    tails = ["", "z", "+00:00", "-00:00", "+0000", "+00", " 00:00", " 0000"]
    utc += [f"{day}T{clock}.{part}{tail}" for tail in tails]
    utc += [f"{day}t{clock}.{part}z", f"{day} {clock}.{part}Z", f"{day} {clock}.{part}"]
    utc += [f"{day}T{clock},{part}Z", f" {day}T{clock}.{part}Z "]
    later = f"{at:%Y-%m-%d}T{at.hour + 5:02d}:{at:%M:%S}.{part}"
    earlier = f"{at:%Y-%m-%d}T{at.hour - 5:02d}:{at:%M:%S}.{part}"
    return [
        *utc,
        *(later + tail for tail in ("+05:00", "+0500", "+05", " 05:00", " 0500")),
        *(earlier + tail for tail in ("-05:00", "-0500", "-05")),
    ]


@both
def test_dates_are_understood_in_all_forms(riverside: Any, version: str) -> None:
    vendor: Asker = riverside.full[version]
    world = vendor.world("users")
    stamps = sorted({each["dateLastModified"] for each in world})
    assert len(stamps) == 2
    stamp = moment(stamps[1])
    since = set(ids([each for each in world if each["dateLastModified"] == stamps[1]]))
    for form in forms(stamp):
        assert moment(form) == stamp, form
        for predicate, chosen in (("=", since), (">=", since), (">", set())):
            text = quote(f"dateLastModified{predicate}'{form}'")
            answer = vendor.ask(f"{vendor.address('users')}?limit=1000&filter={text}")
            assert answer.status_code == 200, (form, answer.content)
            assert set(ids(read(answer))) == chosen, (form, predicate)


@both
@pytest.mark.parametrize("hour", ["00:00:00.001", "10:00:00.000", "23:59:59.999"])
def test_a_day_begins_at_midnight(riverside: Any, version: str, hour: str) -> None:
    """Who began on a day began before any later moment of that day."""
    vendor: Asker = riverside.full[version]
    there = [each for each in vendor.world("enrollments") if each["status"] == "active"]
    days = {each["sourcedId"]: each.get("beginDate") for each in there}
    assert "2025-09-01" in days.values()
    by = {key for key, day in days.items() if day and day <= "2025-09-01"}
    after = {key for key, day in days.items() if day and day > "2025-09-01"}
    for predicate, chosen in (
        (">", after), (">=", after), ("<", by), ("<=", by), ("=", set()), ("!=", set(days)),
    ):  # fmt: skip
        text = quote(f"beginDate{predicate}'2025-09-01T{hour}Z'")
        answer = vendor.ask(f"{vendor.address('enrollments')}?limit=1000&filter={text}")
        assert set(ids(read(answer))) == chosen, predicate


@both
@pytest.mark.parametrize(
    "form",
    [
        "2026-02-03", "2026-02-03T00:00", "2026-02-03T00:00Z", "2026-02-03T00:00:00",
        "2026-02-03T00:00:00Z", "2026-02-03t00:00:00z", "2026-02-03 00:00",
        "2026-02-03T00:00+00:00",
        "2026-02-03T00:00:00.0", "2026-02-03T00:00:00.000000000Z", "2026-02-03T01:00+0100",
        "2026-02-03T01:00+01", "2026-02-03T01:00+01:00", "2026-02-02T19:00:00-05:00",
        "20260203", "20260203T000000Z", "20260203T000000",
    ],
)  # fmt: skip
def test_midnight_may_be_written_in_many_ways(riverside: Any, version: str, form: str) -> None:
    vendor: Asker = riverside.full[version]
    first = form.replace("2026", "2025").replace("02-03", "09-01").replace("02-02", "08-31")
    first = first.replace("0203", "0901")
    midnight = datetime(2026, 2, 3, tzinfo=UTC)
    world = vendor.world("enrollments")
    changed = {e["sourcedId"] for e in world if moment(e["dateLastModified"]) >= midnight}
    begun = {e["sourcedId"] for e in world if e.get("beginDate") == "2025-09-01"}
    for asked, chosen in (
        (f"dateLastModified>='{form}'", changed),
        (f"beginDate='{first}'", begun),
        (f"beginDate>='{first}' AND beginDate<='{first}'", begun),
    ):
        for sent in (quote(asked), asked.replace(" ", "+"), asked):
            answer = vendor.ask(f"{vendor.address('enrollments')}?limit=1000&filter={sent}")
            assert answer.status_code == 200, (sent, answer.content)
            assert set(ids(read(answer))) == chosen, sent
            assert chosen
