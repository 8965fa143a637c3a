"""What may be shared and withheld, and the rules that come of it."""

from __future__ import annotations

from typing import Any

import pytest

from connections import choosing, sharing
from connections.models import SHARES, Connection
from roster.deciding import Rules
from roster.dialects import withholding
from roster.kinds import COLLECTIONS
from roster.models import Course, Klass, Level, Organization, User
from roster.refusal import Refused

PLAIN = {"schools": "all", "shares": [], "withheld": [], "types": []}


def test_all_ticks_everything() -> None:
    assert choosing.known_shares(["all", "resources"]) == sorted(SHARES)
    assert choosing.known_shares(["users.sms", "demographics"]) == ["demographics", "users.sms"]
    assert choosing.known_shares([]) == []
    with pytest.raises(Refused, match="“passwords”"):
        choosing.known_shares(["passwords"])


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
        assert withholding.known_withheld([field, field], version) == [field]
        return
    with pytest.raises(Refused, match=words) as refused:
        withholding.known_withheld([field], version)
    assert str(refused.value).startswith(field)


def test_no_field_is_both_required_and_optional() -> None:
    for field, versions in withholding.REQUIRED.items():
        assert not set(versions) & set(withholding.WITHHOLDABLE.get(field, ()))


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({}, PLAIN),
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
        (
            {
                "grades": ["10", "09"],
                "roles": ["teacher", "student"],
                "courses": ["c2", "c1"],
                "subjects": ["Math"],
                "kept_out": {"tom": "custody", "ann": "opt-out"},
                "inactive": False,
                "unenrolled": False,
            },
            PLAIN
            | {
                "grades": ["09", "10"],
                "roles": ["student", "teacher"],
                "courses": ["c1", "c2"],
                "subjects": ["Math"],
                "kept_out": ["ann", "tom"],
                "inactive": False,
                "unenrolled": False,
            },
        ),
        # Hiding what a connection doesn't have anyway narrows nothing.
        ({"hidden": ["lineItems", "results"]}, PLAIN),
        (
            {"hidden": ["results"], "types": ["grade_book"]},
            PLAIN
            | {"types": ["grade_book"], "collections": sorted(COLLECTIONS.keys() - {"results"})},
        ),
    ],
)
def test_equal_sharing_gives_equal_rules(fields: dict[str, Any], rules: dict[str, Any]) -> None:
    connection = Connection(**({"oneroster": "1.2"} | fields))
    assert sharing.rules(connection) == rules
    # What deciding reads of the rules and a connection writes into them has the same names.
    assert rules.keys() <= set(Rules.__dataclass_fields__)


@pytest.fixture
def data(riverside: Organization) -> Organization:
    """Riverside with a course, a class, two people and a grade, as an import would have it."""
    own: dict[str, Any] = {"organization": riverside}
    Course.objects.create(**own, sourced_id="c1", title="Algebra", subjects=["Math"])
    Klass.objects.create(**own, sourced_id="k1", title="A1", course="c1", subjects=["Algebra"])
    Level.objects.create(**own, kind="grade_level", sourced_id="north~2027~structure~09", name="09")
    for name in ("ann", "tom"):
        User.objects.create(**own, sourced_id=name, given_name=name, family_name="O'Hara")
    return riverside


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ({"grades": ["09"]}, {"grades": ["09"]}),
        ({"grades": None}, {"grades": None}),
        ({"grades": []}, "Share all grades, or name those"),
        ({"grades": ["09", "14"]}, "Riverside has no student of grade 14."),
        ({"roles": ["teacher", "ext:coach"]}, {"roles": ["ext:coach", "teacher"]}),
        ({"roles": ["administrator"]}, "“administrator” is not a role"),
        ({"courses": ["c1", "c1"]}, {"courses": ["c1"]}),
        ({"courses": ["c1", "c2", "c3"]}, "Riverside has no course c2, c3."),
        ({"subjects": ["Math", "Algebra"]}, {"subjects": ["Algebra", "Math"]}),
        ({"subjects": ["math"]}, "no course or class of the subject math"),
        ({"kept_out": {"ann": " Custody "}}, {"kept_out": {"ann": "Custody"}}),
        ({"kept_out": {"ann": " "}}, "Say why ann is kept out"),
        ({"kept_out": {"bob": "Custody"}}, "Riverside has no person bob."),
        ({"schools": ["north"]}, {"all_schools": False, "schools": ["north"]}),
        ({"all_schools": True}, {"all_schools": True, "schools": []}),
        ({"schools": []}, "Share all schools, or name those"),
        ({"all_schools": True, "schools": ["north"]}, "Share all schools, or name those"),
        ({"inactive": False, "unenrolled": True}, {"inactive": False, "unenrolled": True}),
        ({"hidden": ["enrollments"]}, {"hidden": ["enrollments"], "shares": []}),
        ({"hidden": ["users"]}, "“users” can't be hidden"),
        ({"hidden": ["classes"]}, "classes can't be hidden without enrollments, which name them"),
        (
            {"hidden": ["classes", "enrollments"]},
            {"hidden": ["classes", "enrollments"], "shares": []},
        ),
        (
            {"hidden": ["demographics"], "shares": ["demographics", "guardians"]},
            {"hidden": [], "shares": ["guardians"]},
        ),
    ],
)
def test_each_choice_is_checked_against_the_data(
    asked: Any, columns: dict[str, Any] | str, data: Organization
) -> None:
    connection = Connection(organization=data, oneroster="1.2")
    if isinstance(columns, str):
        with pytest.raises(Refused) as refused:
            sharing.decide(connection, asked)
        assert columns in str(refused.value)
    else:
        assert sharing.decide(connection, asked) == columns


def test_what_was_chosen_before_may_have_left_the_data_since(data: Organization) -> None:
    connection = Connection(
        organization=data, oneroster="1.2", grades=["14"], all_schools=False, schools=["east"]
    )
    asked: sharing.Asked = {"grades": ["09", "14"], "schools": ["east", "north"]}
    decided = sharing.decide(connection, asked)
    assert decided == {
        "grades": ["09", "14"],
        "all_schools": False,
        "schools": ["east", "north"],
    }


def test_schools_are_those_of_the_organization(
    riverside: Organization, lakeside: Organization
) -> None:
    assert choosing.known_schools(riverside, ["south", "north", "south"]) == ["north", "south"]
    with pytest.raises(Refused, match="Riverside has no school east, west"):
        choosing.known_schools(riverside, ["west", "north", "east"])
    with pytest.raises(Refused, match="Lakeside has no school north"):
        choosing.known_schools(lakeside, ["north"])


@pytest.mark.parametrize(
    ("withheld", "policy", "warnings"),
    [
        ([], [], []),
        (["users.email"], [], ["2 usernames contain", "1 identifier contains"]),
        ([], ["users.email"], ["2 usernames contain", "1 identifier contains"]),
        (["users.email", "users.username"], [], ["1 identifier contains"]),
        (["users.email", "users.username"], ["users.identifier"], []),
    ],
)
def test_withholding_the_email_warns_where_it_stands_elsewhere(
    withheld: list[str], policy: list[str], warnings: list[str], data: Organization
) -> None:
    people = User.objects.filter(organization=data)
    people.update(email="x@riverside.example", username="X@Riverside.Example")
    people.filter(sourced_id="ann").update(identifier="1-x@riverside.example")
    User.objects.create(organization=data, sourced_id="bob", username="bob", email="b@r.example")
    data.field_policy = policy
    connection = Connection(organization=data, oneroster="1.2", withheld=withheld)
    told = sharing.warnings(connection)
    assert [line.split(" the e-mail")[0] for line in told] == warnings
