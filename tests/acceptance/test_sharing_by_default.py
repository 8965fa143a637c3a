"""What a new connection is shown before anybody ticks anything, and what one school's may see.

product.md, "What is visible", 3 and 5, over Riverside; the sets were worked out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance import riverside
from tests.acceptance.bundles import write
from tests.acceptance.desk import Connected, Desk
from tests.acceptance.vendor import distinct_references

Records = dict[str, dict[str, dict[str, Any]]]

SLUG = "riverside"
VERSIONS = ("1.1", "1.2")
PRIVATE = {
    "phone": "555-0101",
    "sms": "555-0102",
    "userIds": "{LDAP:ann}",
    "email": "ann@rv.example",
    "identifier": "RV-1001",
    "password": "geheim",
    "metadata.allergy": "nuts",
}

TERMS = (
    ("nothing ticked", ("--all-schools",)),
    ("no e-mail", ("--all-schools", "--withhold", "users.email")),
    ("phones", ("--all-schools", "--share", "users.phone")),
    ("north", ("--school", "north")),
    ("north with guardians", ("--school", "north", "--share", "guardians", "demographics")),
)

NORTH = {
    "orgs": "north area dist",
    "academicSessions": "y26 fall spring summer q1 q2 q3",
    "classes": "k-phy-n k-art-n k-mus-n",
    "users": "ann bob eve tia tom pat",
    "enrollments": (
        "e-ann-phy e-tia-phy e-ann-art e-eve-art e-tia-art e-ann-mus e-bob-mus e-tom-mus e-pat-mus"
    ),
}
NORTH_COURSES = {"c-dist", "c-north-art", "c-north-mus", "c-north-idle"}
ELSEWHERE = {"c-south-art", "c-east-lit"}


@dataclass
class Shown:
    vendor: Connected
    records: Records


@pytest.fixture(scope="module")
def shown(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Shown]:
    users = [
        row | PRIVATE if row["sourcedId"] == "ann" else row for row in riverside.FILES["users"]
    ]
    folder = write(tmp_path_factory.mktemp("b"), "1.2", {**riverside.FILES, "users": users})
    desk.organization(SLUG, school_year=riverside.SCHOOL_YEAR)
    desk.run("import_roster", SLUG, folder)
    vendors = {
        (name, version): desk.connect(SLUG, version, *terms)
        for name, terms in TERMS
        for version in VERSIONS
    }
    desk.refresh(SLUG)
    found = {key: Shown(vendor, vendor.everything(1000)) for key, vendor in vendors.items()}
    for one in found.values():
        for reference in distinct_references(one.records).values():
            one.vendor.resolve(reference)
    return found


both = pytest.mark.parametrize("version", VERSIONS)


@both
def test_a_new_connection_shares_no_more_than_the_roster(shown, version):
    told = shown["nothing ticked", version]
    assert set(told.records) == {
        "academicSessions", "orgs", "courses", "classes", "users", "enrollments",
    }  # fmt: skip
    for plural in ("demographics", "resources", "categories", "lineItems", "results"):
        assert told.vendor.ask(plural).status == 403, plural
    people = set(told.records["users"])
    assert people.isdisjoint({"gus", "gil", "rel"})
    assert {"ann", "tia", "pat", "con", "dan", "ali", "dot", "sub"} <= people
    for user in told.records["users"].values():
        assert set(user).isdisjoint(
            {"phone", "sms", "userIds", "agents", "metadata", "password", "resources"}
        )
    ann = told.records["users"]["ann"]
    assert (ann["email"], ann["identifier"]) == (PRIVATE["email"], PRIVATE["identifier"])
    for collection in told.records.values():
        assert "geheim" not in str(collection)
        assert not any("metadata" in record for record in collection.values())
    for guardian in ("gus", "gil", "rel"):
        assert told.vendor.one("users", guardian).status == 404


@both
def test_the_scopes_of_a_connection_follow_what_it_is_shared(shown, version):
    prefix = f"https://purl.imsglobal.org/spec/or/v{version.replace('.', 'p')}/scope/"
    scopes = shown["nothing ticked", version].vendor.ask_token().body["scope"].split()
    assert prefix + "roster-core.readonly" in scopes
    assert prefix + "roster-demographics.readonly" not in scopes
    more = shown["north with guardians", version].vendor.ask_token().body["scope"].split()
    assert prefix + "roster-demographics.readonly" in more
    assert all(scope.startswith(prefix) for scope in (*scopes, *more))


@both
def test_a_withheld_field_does_not_exist_and_a_ticked_one_does(shown, version):
    withheld = shown["no e-mail", version].records
    assert not any("email" in user for user in withheld["users"].values())
    assert PRIVATE["email"] not in str(withheld)
    ticked = shown["phones", version].records["users"]["ann"]
    assert ticked["phone"] == PRIVATE["phone"]
    assert not {"sms", "userIds", "metadata"} & set(ticked)


@both
def test_one_school_is_shown_with_its_people_and_what_stands_above_it(shown, version):
    records = shown["north", version].records
    assert {name: set(records[name]) for name in NORTH} == {
        name: set(ids.split()) for name, ids in NORTH.items()
    }
    assert set(records["courses"]) >= NORTH_COURSES
    assert not set(records["courses"]) & ELSEWHERE
    assert [child["sourcedId"] for child in records["orgs"]["dist"]["children"]] == ["area"]
    for user in records["users"].values():
        orgs = user.get("orgs") or [role["org"] for role in user["roles"]]
        assert {org["sourcedId"] for org in orgs} == {"north"}, user["sourcedId"]
    assert "south" not in str(records)
    assert "east" not in str(records)


@both
def test_a_guardian_is_shown_at_the_school_of_the_child_that_is(shown, version):
    told = shown["north with guardians", version]
    users = told.records["users"]
    assert set(users) == {*NORTH["users"].split(), "gus", "gil"}
    assert set(told.records["demographics"]) == {"ann", "bob", "tia"}
    for guardian, child, role in (("gus", "ann", "guardian"), ("gil", "bob", "parent")):
        assert [agent["sourcedId"] for agent in users[child]["agents"]] == [guardian]
        assert [agent["sourcedId"] for agent in users[guardian]["agents"]] == [child]
        if version == "1.1":
            assert users[guardian]["role"] == role
            assert [org["sourcedId"] for org in users[guardian]["orgs"]] == ["north"]
        else:
            (held,) = users[guardian]["roles"]
            assert (held["roleType"], held["role"]) == ("primary", role)
            assert held["org"]["sourcedId"] == "north"
