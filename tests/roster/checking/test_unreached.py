"""How much reaches no vendor, why, and the sentence that says so."""

from __future__ import annotations

import pytest

from roster import hierarchy
from roster.checking import (
    everything_shared,
    in_words,
    numbers,
    records_behind,
)
from roster.deciding.reasons import Reason
from roster.map import Map, build
from roster.models import Klass, Mark, Organization, Role, User
from tests.roster.deciding import riverside as cast


@pytest.fixture
def riverside(db: None) -> Organization:
    organization = cast.riverside()
    # Its dates are those of today, whenever that is.
    organization.early_access_days = 366
    return organization


def built(organization: Organization) -> Map:
    hierarchy.derive(organization)
    return build(organization)


def counts(**given: int) -> dict[str, int]:
    return {name: given.get(name, 0) for name in ("classes", "enrollments", "users")}


def test_all_of_a_sound_district_can_reach_a_vendor(riverside: Organization) -> None:
    found = numbers(riverside, built(riverside))
    whole = counts(classes=3, enrollments=6, users=7)
    assert found["1.2"] == {"records": whole, "hidden": counts(), "because": []}
    assert in_words(found) == [
        "OneRoster 1.1 and 1.2: all of 3 classes, 6 enrollments and 7 people can reach a vendor."
    ]


def test_what_reaches_no_vendor_is_counted_by_its_reason(riverside: Organization) -> None:
    Klass.objects.filter(sourced_id="k2").update(terms=[])
    User.objects.filter(sourced_id="bob").update(family_name="")
    found = numbers(riverside, built(riverside))
    assert found["1.1"] == found["1.2"]
    assert found["1.1"]["hidden"] == counts(classes=1, enrollments=2, users=1)
    assert found["1.1"]["because"] == [
        {"kind": "section", "code": "missing", "about": "session", "classes": 1, "enrollments": 1},
        {
            "kind": "person",
            "code": "unpublishable",
            "about": "familyName",
            "users": 1,
            "enrollments": 1,
        },
    ]


def test_the_sentence_says_how_many_of_how_many_and_why(riverside: Organization) -> None:
    Klass.objects.filter(sourced_id="k2").update(terms=[])
    assert in_words(numbers(riverside, built(riverside))) == [
        "OneRoster 1.1 and 1.2: of 3 classes, 6 enrollments and 7 people, 1 class and 1 enrollment"
        " reach no vendor, because a class names no academic session that is in the data"
        " (1 class and 1 enrollment)."
    ]


def test_the_sentence_is_loud_where_nothing_of_a_kind_gets_out(riverside: Organization) -> None:
    Klass.objects.update(terms=["gone"])
    (sentence,) = in_words(numbers(riverside, built(riverside)))
    assert "NOT ONE class AND NOT ONE enrollment gets out. Of 3 classes" in sentence


def test_each_version_has_its_sentence_where_they_differ(riverside: Organization) -> None:
    Role.objects.filter(user="lea").update(role="ext:coach")
    old, new = in_words(numbers(riverside, built(riverside)))
    assert old.startswith("OneRoster 1.1: of 3 classes, 6 enrollments and 7 people, 1 person")
    assert "OneRoster 1.1 has no word for any role of a person (1 person)." in old
    assert new.startswith("OneRoster 1.2: all of")


def test_the_records_behind_a_reason_are_found_on_demand(riverside: Organization) -> None:
    Klass.objects.filter(sourced_id="k2").update(terms=[])
    d = everything_shared(riverside, built(riverside), "1.2")
    reason = Reason("section", "missing", "session")
    found = {"classes": ["k2"], "enrollments": ["two-k2"], "users": []}
    assert records_behind(d, reason) == found
    assert not any(records_behind(d, Reason("org", "marked")).values())


def visible_people(organization: Organization, m: Map, version: str) -> set[str]:
    seen = everything_shared(organization, m, version).ok("person")
    return {m.ids["person"][at] for at in range(len(m.ids["person"])) if seen[at]}


def test_marks_and_the_field_policy_count_for_every_vendor(riverside: Organization) -> None:
    Mark.objects.create(organization=riverside, kind="person", sourced_id="ann", by_name="Dana")
    User.objects.update(username="", identifier="17")
    riverside.username_stand_in = "identifier"
    m = built(riverside)
    assert visible_people(riverside, m, "1.1") == {"bob", "cy", "two", "tom", "lea", "gus"}
    riverside.field_policy = ["users.identifier"]
    assert visible_people(riverside, m, "1.1") == set()
    assert "ann" not in visible_people(riverside, m, "1.2")
