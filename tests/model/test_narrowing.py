"""A walk that was narrowed says of its people what the whole one says, and misses nobody."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from roster import hierarchy
from roster.compiling import tell_many
from roster.dialects import people
from roster.models import Agent, Organization
from roster.visibility import Beginning, Marks, Rules, Walk, families, marks_of, narrowing, touched
from tests.model import districts, sharing, tidy
from tests.model.profiles import profile
from tests.model.test_visibility import NOON, draw_marks, undone

OTHER_RULES = sharing.NARROWED | {
    "schools": st.one_of(st.just("all"), sharing.some(districts.SCHOOLS)),
    "shares": sharing.some(sharing.SHARES, 4, 0),
    "withheld": sharing.some(["users.email", "users.identifier", "users.grades"], 1, 0),
}


@pytest.mark.django_db
@profile(60)
@given(st.data())
def test_whom_an_act_can_bear_on_are_all_whom_it_bears_on(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = district(data)
        version = data.draw(st.sampled_from(["1.1", "1.2"]), "version")
        rules = sharing.rules(data.draw, version)
        changed = data.draw(sharing.some(sorted(OTHER_RULES), 1, 0), "changed")
        others = rules | {key: data.draw(OTHER_RULES[key], key) for key in changed}
        marks = marks_of(organization)
        known = {
            kind: {each for each in sorted(ids) if data.draw(st.booleans(), f"{each} is known")}
            for kind, ids in sorted(marks.items())
        }

        def begun(rules: dict[str, Any], marks: Marks) -> Beginning:
            told = Rules.of(rules, organization.field_policy)
            return Beginning(organization, version, told, organization.today(), marks)

        only = touched(begun(rules, known), begun(others, marks))
        before, after = settled(begun(rules, known)), settled(begun(others, marks))
        if only is None:
            return
        for user in before.people.persons - only:
            assert decided(before, user) == decided(after, user), user
        for whole in (before, after):
            given_marks = known if whole is before else marks
            given_rules = rules if whole is before else others
            narrowed = settled(begun(given_rules, given_marks), only)
            for user in only:
                assert decided(narrowed, user) == decided(whole, user), user
                assert told(narrowed, user) == told(whole, user), user


@pytest.mark.django_db
@profile(30)
@given(st.data())
def test_a_family_is_decided_as_in_the_whole_district(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = district(data)
        version = data.draw(st.sampled_from(["1.1", "1.2"]), "version")
        rules = Rules.of(sharing.rules(data.draw, version), organization.field_policy)
        day = organization.today()
        whole = settled(Beginning(organization, version, rules, day))
        for user in sorted(whole.people.persons):
            family = families(organization, [user])
            narrowed = settled(Beginning(organization, version, rules, day), family)
            assert decided(narrowed, user) == decided(whole, user), user
            assert told(narrowed, user) == told(whole, user), user
            assert narrowed.fell["person"].get(user) == whole.fell["person"].get(user)


def test_who_is_too_many_is_everybody(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    monkeypatch.setattr(narrowing, "MOST", 2)
    assert families(organization, ["ann", "tom"]) == frozenset({"ann", "tom"})
    Agent.objects.create(organization=organization, user="tom", agent="eve")
    assert families(organization, ["ann", "tom"]) is None


def test_a_narrowed_walk_answers_for_nobody_else(db: None) -> None:
    organization = Organization.objects.create(
        slug="riverside", name="Riverside", school_year=districts.YEAR
    )
    rules = Rules.of(sharing.EVERYTHING, [])
    beginning = Beginning(organization, "1.2", rules, organization.today())
    with pytest.raises(LookupError):
        Walk(beginning, frozenset({"ann"})).people.sees("tom")


def district(data: Any) -> Organization:
    """A random one, with some marks."""
    organization = Organization.objects.create(
        slug="riverside", name="Riverside", **districts.settings(data.draw)
    )
    drawn = data.draw(districts.edited() | districts.rows(), "rows")
    pairs = data.draw(st.just(tidy.PAIRS) | districts.PAIRS, "agents")
    districts.create(organization, drawn, pairs)
    hierarchy.derive(organization)
    draw_marks(data, organization)
    return organization


def settled(beginning: Beginning, only: frozenset[str] | None = None) -> Walk:
    walk = Walk(beginning, only)
    people.settle(walk)
    return walk


def decided(walk: Walk, user: str) -> Any:
    """What a walk decides of a person: whether they are seen, where, with whom."""
    found = walk.people
    return (
        found.sees(user),
        found.student_at.get(user),
        found.staff_at.get(user),
        sorted(found.wards.get(user, ())),
        sorted(found.guardian_of.get(user, ())),
        user in found.teaches,
    )


def told(walk: Walk, user: str) -> bytes | None:
    documents = tell_many(walk, "users", [user])
    return documents[user].body if user in documents else None
