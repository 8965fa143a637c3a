"""A made-up district of some hundred students, imported, published, and read back over HTTP.

Issue A, done when 2: every record exactly once with `limit=100`, totals equal, every href
answering. What must come back is worked out from the CSV files (`expected.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acceptance.desk import Connected, Desk
from tests.acceptance.expected import Bundle, in_order
from tests.acceptance.vendor import (
    ENVELOPES,
    GRADEBOOK,
    SCORE_SCALES,
    distinct_references,
    references,
)

VERSIONS = ("1.1", "1.2")
STUDENTS = 150
"""Several pages of each longer list."""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TRUTHS = (
    "enabledUser", "primary", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
)  # fmt: skip
DAYS = ("startDate", "endDate", "beginDate", "birthDate")


class Reading:
    """One vendor's copy of one district, as it got it page by page."""

    def __init__(self, bundle: Bundle, vendor: Connected, refreshed: dict[str, Any]) -> None:
        self.bundle = bundle
        self.vendor = vendor
        self.refreshed = refreshed
        self.records = vendor.everything(limit=100)
        self.expected = bundle.documents(vendor.version, vendor.host)


@pytest.fixture(scope="module")
def district(
    desk: Desk, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Bundle]:
    """A district imported from a bundle of the version that the parameter names."""
    version = request.param
    folder = tmp_path_factory.mktemp("bundle") / "district"
    # A process that takes over tests of another one may have had this district already.
    slug = f"riverside-{version.replace('.', '-')}-{folder.parent.name}"
    made = desk.run("make_bundle", folder, "--students", STUDENTS, "--oneroster", version)
    bundle = Bundle(folder)
    assert bundle.version == version
    assert len(bundle.files["demographics"]) == STUDENTS
    desk.organization(slug)
    imported = desk.run("import_roster", slug, folder)
    assert imported["held"] is False
    for file, rows in made["files"].items():
        counts = next(
            counts for name, counts in imported["files"].items() if name in (file, file[:-4])
        )
        assert (counts["read"], counts["created"]) == (rows, rows), file
    return slug, bundle


@pytest.fixture(scope="module")
def reading(district: tuple[str, Bundle], desk: Desk, request: pytest.FixtureRequest) -> Reading:
    slug, bundle = district
    vendor = desk.connect(slug, request.param)
    return Reading(bundle, vendor, desk.refresh(slug))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "reading" in metafunc.fixturenames:
        both = [(bundle, api) for bundle in VERSIONS for api in VERSIONS]
        names = [f"{bundle} bundle, {api} vendor" for bundle, api in both]
        metafunc.parametrize("district,reading", both, ids=names, indirect=True, scope="module")


def test_every_record_arrives_exactly_once(reading):
    for name, documents in reading.expected.items():
        assert set(reading.records[name]) == set(documents), name
    assert set(reading.records) - set(reading.expected) == {"resources"}
    assert reading.records["resources"] == {}


def test_totals_are_those_of_the_bundle_and_of_the_refresh(reading):
    feed = next(
        feed for feed in reading.refreshed["feeds"] if feed["oneroster"] == reading.vendor.version
    )
    for name, documents in reading.expected.items():
        assert reading.vendor.ask(name, limit=1).total == len(documents), name
        assert feed["collections"][name]["records"] == len(documents), name


def test_documents_say_what_the_files_say(reading):
    told = in_order(reading.records)
    for name, documents in in_order(reading.expected).items():
        for sourced_id, document in documents.items():
            assert told[name][sourced_id] == document, f"{name} {sourced_id}"


def test_following_the_links_gives_the_same(reading):
    for name in ("users", "classes", "courses", "orgs", "academicSessions"):
        followed = {record["sourcedId"]: record for record in reading.vendor.follow(name)}
        assert followed == reading.records[name], name


def test_every_reference_answers_with_its_record(reading):
    addresses = distinct_references(reading.records)
    named = {(reference["type"], reference["sourcedId"]) for reference in addresses.values()}
    assert {"user", "class", "course", "org", "academicSession"} == {kind for kind, _ in named}
    lists = {single: plural for plural, single in ENVELOPES.values()}
    # Both versions name the same records; one address in five will do where it's the other's.
    every = 1 if reading.vendor.version == reading.bundle.version else 5
    for address in sorted(addresses)[::every]:
        reference = addresses[address]
        record = reading.vendor.resolve(reference)
        assert record == reading.records[lists[reference["type"]]][reference["sourcedId"]]


def test_singles_equal_the_documents_of_lists(reading):
    for name, records in reading.records.items():
        for sourced_id in sorted(records)[::97]:
            answer = reading.vendor.one(name, sourced_id)
            assert answer.status == 200
            assert answer.body == {ENVELOPES[name][1]: records[sourced_id]}


def test_subsets_hold_who_and_what_the_files_say(reading):
    expected = reading.expected
    held = {
        sourced_id: {user["role"]} if "role" in user else {role["role"] for role in user["roles"]}
        for sourced_id, user in expected["users"].items()
    }
    types = {
        sourced_id: document["type"]
        for name in ("orgs", "academicSessions")
        for sourced_id, document in expected[name].items()
    }
    subsets = {
        "students": {user for user, roles in held.items() if "student" in roles},
        "teachers": {user for user, roles in held.items() if "teacher" in roles},
        "schools": {org for org, kind in types.items() if kind == "school"},
        "terms": {session for session, kind in types.items() if kind == "term"},
        "gradingPeriods": {session for session, kind in types.items() if kind == "gradingPeriod"},
    }
    assert len(subsets["students"]) == STUDENTS
    for plural, ids in subsets.items():
        records = {record["sourcedId"]: record for record in reading.vendor.read(plural)}
        assert set(records) == ids, plural
        whole = reading.records[ENVELOPES[plural][0]]
        assert records == {sourced_id: whole[sourced_id] for sourced_id in ids}, plural
        one = min(ids)
        single = reading.vendor.one(plural, one)
        assert single.body == {ENVELOPES[plural][1]: records[one]}
        stranger = min(set(whole) - ids)
        assert reading.vendor.one(plural, stranger).status == 404, f"{plural}/{stranger}"


def test_documents_have_the_form_of_the_specification(reading):
    for name, records in reading.records.items():
        for record in records.values():
            assert record["status"] == "active"
            assert STAMP.fullmatch(record["dateLastModified"])
            for key, value in leaves(record):
                assert isinstance(value, str), f"{name} {record['sourcedId']} {key}"
                assert value != ""
                if key in TRUTHS:
                    assert value in ("true", "false")
                if key in DAYS:
                    assert DAY.fullmatch(value)
    for session in reading.records["academicSessions"].values():
        assert re.fullmatch(r"\d{4}", session["schoolYear"])
    for course in reading.records["courses"].values():
        assert course.get("schoolYear", {"type": "academicSession"})["type"] == "academicSession"


def test_references_have_generic_types(reading):
    kinds = {
        (name, reference["type"])
        for name, records in reading.records.items()
        for reference in references(records)
    }
    assert kinds == {
        ("academicSessions", "academicSession"), ("orgs", "org"),
        ("courses", "academicSession"), ("courses", "org"),
        ("classes", "course"), ("classes", "org"), ("classes", "academicSession"),
        ("users", "org"),
        ("enrollments", "user"), ("enrollments", "class"), ("enrollments", "org"),
    }  # fmt: skip


def test_a_roster_connection_opens_no_gradebook(reading):
    for plural in (*GRADEBOOK, *SCORE_SCALES):
        answer = reading.vendor.ask(plural)
        expected = 404 if reading.vendor.version == "1.1" and plural in SCORE_SCALES else 403
        assert answer.status == expected, plural


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value at the end of a document with its key; containers must not be empty."""
    if isinstance(value, dict | list):
        assert value, f"{key} is empty"
        parts = value.items() if isinstance(value, dict) else ((key, part) for part in value)
        for name, part in parts:
            yield from leaves(part, name)
    else:
        yield key, value
