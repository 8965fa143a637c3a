"""What goes out of a published document with what an act takes, and what stays."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.deciding import Decision, Rules
from roster.deciding.answers import answers
from roster.deciding.naming import is_named
from roster.dialects import Doc, pruned_doc
from roster.dialects.pruning import prune
from roster.dialects.references import Place
from roster.dialects.roles import Role, with_a_primary
from roster.dialects.users import UserAnswer
from roster.kinds import COLLECTIONS, ROWS_OF
from tests.model.profiles import profile
from tests.roster.dialects.drawing import (
    decide,
    district,
    documents,
    draw_marks,
    draw_rules,
    mapped,
)

NOTHING_HIDDEN: frozenset[str] = frozenset()


def reference(type_: str, sourced_id: str) -> dict[str, str]:
    return {"href": f"/ims/{sourced_id}", "sourcedId": sourced_id, "type": type_}


def but(*gone: str) -> Any:
    """Keep all records but these."""
    return lambda type_, sourced_id: sourced_id not in gone


def result(**more: Any) -> dict[str, Any]:
    return {
        "sourcedId": "r1",
        "lineItem": reference("lineItem", "l1"),
        "student": reference("user", "ann"),
        "class": reference("class", "k1"),
        "score": 0.0,
        **more,
    }


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_score_of_nothing_is_a_score(version: str) -> None:
    assert prune(version, "results", result(), but("tom"), NOTHING_HIDDEN) == result()


def test_an_optional_reference_goes_and_a_required_one_takes_all_along() -> None:
    left = prune("1.2", "results", result(), but("k1"), NOTHING_HIDDEN)
    assert left is not None
    assert "class" not in left
    assert prune("1.2", "results", result(), but("ann"), NOTHING_HIDDEN) is None


def test_a_withheld_field_goes() -> None:
    left = prune("1.2", "results", result(), but(), frozenset({"score"}))
    assert left is not None
    assert "score" not in left


NORTH, SOUTH = Place("north", True, True), Place("south", True, True)


def entry(role: str, place: str, type_: str = "primary", **more: Any) -> dict[str, Any]:
    return {
        "roleType": type_,
        "role": role,
        "org": {
            "href": f"/ims/oneroster/rostering/v1p2/orgs/{place}",
            "sourcedId": place,
            "type": "org",
        },
        **more,
    }


def roles_left(before: list[dict[str, Any]], *roles: Role, gone: str = "") -> Any:
    document = {"sourcedId": "ann", "roles": before}
    left = prune("1.2", "users", document, but(gone), NOTHING_HIDDEN, UserAnswer([*roles]))
    return left and left["roles"]


def test_a_role_that_goes_makes_the_next_one_primary() -> None:
    before = [entry("teacher", "north"), entry("aide", "north", "secondary", endDate="2027-01-31")]
    assert roles_left(before, Role(NORTH, "aide", record=2)) == [
        entry("aide", "north", endDate="2027-01-31")
    ]


def test_where_the_last_role_at_a_place_goes_the_one_from_classes_is_supplied() -> None:
    before = [entry("aide", "north", beginDate="2026-08-20")]
    assert roles_left(before, Role(NORTH, "teacher")) == [entry("teacher", "north")]


def test_a_guardian_is_at_another_childs_school_when_the_first_one_goes() -> None:
    before = [entry("parent", "north")]
    assert roles_left(before, Role(SOUTH, "parent"), gone="north") == [entry("parent", "south")]


def test_no_role_is_supplied_beside_one_that_is_left() -> None:
    before = [entry("aide", "north"), entry("parent", "north")]
    left = roles_left(before, Role(NORTH, "aide", record=1), Role(SOUTH, "parent"))
    assert left == [entry("aide", "north")]


def test_no_role_is_given_that_stands_for_none() -> None:
    before = [entry("student", "north"), entry("aide", "south")]
    assert roles_left(before, Role(NORTH, "student", record=1), Role(NORTH, "teacher")) == [
        entry("student", "north")
    ]


def test_somebody_without_a_role_is_a_tombstone() -> None:
    assert roles_left([entry("aide", "north")], Role(NORTH, "aide", record=1), gone="north") is None


def test_in_1_1_another_role_than_the_published_one_needs_a_refresh() -> None:
    document = {"sourcedId": "ann", "role": "student", "orgs": [reference("org", "north")]}
    answer = UserAnswer([Role(NORTH, "aide", record=1)])
    assert prune("1.1", "users", document, but(), NOTHING_HIDDEN, answer) is None


@pytest.mark.django_db
@profile(40)
@given(st.data())
def test_pruning_gives_what_rendering_would(data: Any) -> None:
    with district(data) as organization:
        m = mapped(organization)
        marks = draw_marks(data, m)
        more = [*marks, *draw_marks(data, m, least=1)]
        for version in ("1.2", "1.1"):
            rules = draw_rules(data, version, organization)
            less = rules & draw_rules(data, version, organization)
            before = decide(organization, m, version, rules, marks)
            for left in (rules, less):
                after = decide(organization, m, version, left, more)
                for collection in after.collections():
                    compare(organization, before, after, collection)


def compare(organization: Any, before: Decision, after: Decision, collection: str) -> None:
    was, now = (documents(organization, each, collection) for each in (before, after))
    both = sorted(was.keys() & now.keys())
    hidden = after.hidden(collection)
    for position, answer in zip(both, answers(after, collection, both), strict=True):
        found = pruned_doc(
            after.version, collection, was[position], kept(before, after), hidden, answer
        )
        if found is None and after.version == "1.1" and collection == "users":
            assert role(was[position]) != role(now[position])
        elif found is not None and collection == "users":
            assert orjson.loads(found.body) == as_told(was[position], now[position])
        else:
            assert found == now[position], was[position]


def as_told(was: Doc, now: Doc) -> dict[str, Any]:
    """Return what rendering gives, without what it supplies beside what is left of before."""
    before, after = orjson.loads(was.body), orjson.loads(now.body)
    for key in {"roles", "orgs"} & after.keys():
        known = [place(each) for each in before[key]]
        left = [each for each in after[key] if place(each) in known]
        after[key] = left or after[key]
    if "roles" in after:
        with_a_primary(after["roles"])
    return after  # type: ignore[no-any-return]


def place(each: dict[str, Any]) -> tuple[str, str]:
    """Return at which org somebody is, and as what where that is told."""
    return each.get("role", ""), each.get("org", each)["sourcedId"]


def role(doc: Doc) -> str:
    return str(orjson.loads(doc.body)["role"])


def kept(before: Decision, after: Decision) -> Any:
    kinds = {each.singular: ROWS_OF[each.name] for each in COLLECTIONS.values()}

    def keep(type_: str, sourced_id: str) -> bool:
        kind = kinds[type_]
        at = after.map.ids[kind].position(sourced_id)
        return bool(is_named(before, kind)[at] and is_named(after, kind)[at])

    return keep


def test_rules_that_both_share_are_no_more_than_either() -> None:
    assert Rules.of({}, []) & Rules.of({"roles": ["student"]}, []) == Rules.of(
        {"roles": ["student"]}, []
    )
