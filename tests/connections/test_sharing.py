"""What may be shared and withheld, and the rules that come of it."""

from __future__ import annotations

from typing import Any

import pytest

from connections import sharing
from connections.models import SHARES, Connection
from roster.models import Organization
from roster.refusal import Refused


def test_all_ticks_everything() -> None:
    assert sharing.known_shares(["all", "resources"]) == sorted(SHARES)
    assert sharing.known_shares(["users.sms", "demographics"]) == ["demographics", "users.sms"]
    assert sharing.known_shares([]) == []
    with pytest.raises(Refused, match="“passwords”"):
        sharing.known_shares(["passwords"])


@pytest.mark.parametrize(
    ("field", "version", "words"),
    [
        ("users.email", "1.1", None),
        ("users.email", "1.2", None),
        ("users.username", "1.2", None),
        ("users.username", "1.1", "OneRoster 1.1 requires it"),
        ("users.givenName", "1.2", "OneRoster 1.2 requires it"),
        ("users.sourcedId", "1.2", "requires it"),
        ("enrollments.dateLastModified", "1.1", "requires it"),
        ("users.pronouns", "1.2", None),
        ("users.pronouns", "1.1", "no such optional field"),
        ("orgs.identifier", "1.1", None),
        ("orgs.identifier", "1.2", "requires it"),
        ("demographics.birthDate", "1.2", None),
        ("email", "1.2", "no such optional field"),
    ],
)
def test_only_optional_fields_can_be_withheld(field: str, version: str, words: str | None) -> None:
    if words is None:
        assert sharing.known_withheld([field, field], version) == [field]
        return
    with pytest.raises(Refused, match=words) as refused:
        sharing.known_withheld([field], version)
    assert str(refused.value).startswith(field)


def test_no_field_is_both_required_and_optional() -> None:
    for field, versions in sharing.REQUIRED.items():
        assert not set(versions) & set(sharing.WITHHOLDABLE.get(field, ()))


def test_schools_are_those_of_the_organization(
    riverside: Organization, lakeside: Organization
) -> None:
    assert sharing.known_schools(riverside, ["south", "north", "south"]) == ["north", "south"]
    with pytest.raises(Refused, match="Riverside has no school east, west"):
        sharing.known_schools(riverside, ["west", "north", "east"])
    with pytest.raises(Refused, match="Lakeside has no school north"):
        sharing.known_schools(lakeside, ["north"])


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({}, {"schools": "all", "shares": [], "withheld": [], "types": []}),
        (
            {
                "all_schools": False,
                "schools": ["b", "a"],
                "shares": ["users.sms", "metadata"],
                "withheld": ["users.grades", "users.email"],
                "types": ["grade_book", "assessment"],
            },
            {
                "schools": ["a", "b"],
                "shares": ["metadata", "users.sms"],
                "withheld": ["users.email", "users.grades"],
                "types": ["assessment", "grade_book"],
            },
        ),
        (
            {"shares": ["users.phone", "users.sms"], "withheld": ["users.phone"]},
            {"schools": "all", "shares": ["users.sms"], "withheld": [], "types": []},
        ),
    ],
)
def test_equal_sharing_gives_equal_rules(fields: dict[str, Any], rules: dict[str, Any]) -> None:
    assert sharing.rules(Connection(**fields)) == rules
