"""Why a record isn't visible: causes with what they are about, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine

from roster import hierarchy
from roster.excluding import exclude
from roster.explaining import explain_each
from roster.models import (
    AcademicSession,
    Agent,
    Course,
    Demographics,
    Enrollment,
    Feed,
    Klass,
    Org,
    Organization,
    Role,
    User,
)
from roster.publishing import refresh
from roster.refusal import Refused

DAY = date


@pytest.fixture
def riverside(db: None) -> Iterator[Organization]:
    """Two schools; Ann and Bob in k1 at s1, their guardian Gus, Liz at both schools."""
    with time_machine.travel(datetime(2026, 11, 16, 12, tzinfo=UTC), tick=False):
        yield district()


def district() -> Organization:
    organization = Organization.objects.create(slug="riverside", name="Riverside")
    Organization.objects.update(school_year="2027")

    def add(model: Any, sourced_id: str, **columns: Any) -> None:
        model.objects.create(organization=organization, sourced_id=sourced_id, **columns)

    add(Org, "d", name="District", type="district")
    for school in ("s1", "s2"):
        add(Org, school, name=f"School {school}", type="school", parent="d")
    year = {"type": "schoolYear", "start_date": DAY(2026, 8, 1), "end_date": DAY(2027, 7, 1)}
    add(AcademicSession, "y", title="Year", school_year="2027", **year)
    term = {"type": "term", "start_date": DAY(2026, 8, 15), "end_date": DAY(2026, 12, 20)}
    add(AcademicSession, "fall", title="Fall", parent="y", school_year="2027", **term)
    add(Course, "c1", title="Algebra", course_code="A1", org="d", subjects=["Maths"])
    add(Course, "c2", title="Choir", course_code="C1", org="d", subjects=["Music"])
    add(Klass, "k1", title="K1", course="c1", school="s1", terms=["fall"])
    add(Klass, "k2", title="K2", course="c1", school="s2", terms=["fall"])
    add(Klass, "kc", title="KC", course="c2", school="s2", terms=["fall"])
    add(Klass, "kg", title="KG", course="ghost", school="s1", terms=["fall"])
    for user, grade in (("ann", "03"), ("bob", "04"), ("liz", "03")):
        add(User, user, given_name=user.title(), family_name="Lee", grades=[grade])
        add(Role, f"r-{user}", user=user, org="s1", role="student")
        add(Enrollment, f"e-{user}", user=user, klass="k1", role="student")
        add(Demographics, user, sex="female")
    add(Role, "r-liz-2", user="liz", org="s2", role="student")
    add(Enrollment, "late", user="ann", klass="k1", role="student", begin_date=DAY(2027, 2, 1))
    add(Enrollment, "over", user="bob", klass="k1", role="student", end_date=DAY(2026, 10, 1))
    add(Enrollment, "lost", user="nobody", klass="k1", role="student")
    add(User, "gus", given_name="Gus", family_name="Lee")
    add(Role, "r-gus", user="gus", org="d", role="guardian")
    for child in ("ann", "bob"):
        Agent.objects.create(organization=organization, user=child, agent="gus")
    add(User, "tom", given_name="", family_name="Li")
    add(Role, "r-tom", user="tom", org="s1", role="teacher")
    add(User, "old", given_name="Old", family_name="Li", status="tobedeleted")
    hierarchy.derive(organization)
    return organization


def explain(feed: Feed, kind: str, sourced_id: str) -> dict[str, Any]:
    return explain_each(feed.organization, [feed], kind, sourced_id)[0]


def why(
    organization: Organization, kind: str, sourced_id: str, version: str = "1.2", **rules: Any
) -> dict[str, Any]:
    everything = {"shares": ["guardians", "demographics"]}
    feed = Feed.objects.create(organization=organization, version=version, rules=everything | rules)
    return explain(feed, kind, sourced_id)


def chain(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(step["kind"], step["id"], step["code"]) for step in answer["chain"]]


CASES: dict[str, tuple[str, str, dict[str, Any], str, list[tuple[str, str, str]], str]] = {
    # kind, id, rules, version, chain, its last reason
    "visible": ("person", "ann", {}, "1.2", [], ""),
    "kept out": (
        "person", "ann", {"kept_out": ["ann"]}, "1.2",
        [("person", "ann", "kept_out")],
        "This person is kept out of the connection.",
    ),
    "a grade": (
        "enrollment", "e-bob", {"grades": ["02", "03"]}, "1.2",
        [("enrollment", "e-bob", "hidden"), ("school_enrollment", "bob~s1", "not_shared")],
        "The grade 4 isn't shared with the connection, only 2, 3.",
    ),
    "a role, not dates": (
        "person", "ann", {"roles": ["teacher"]}, "1.2",
        [("person", "ann", "hidden"), ("school_enrollment", "ann~s1", "not_shared")],
        "The role student isn't shared with the connection, only teacher.",
    ),
    "a guardian's role": (
        "person", "gus", {"roles": ["student"]}, "1.2",
        [("person", "gus", "hidden"), ("guardian_link", "ann~gus", "not_shared")],
        "The role guardian isn't shared with the connection, only student.",
    ),
    "a course": (
        "section", "k2", {"courses": ["c2"]}, "1.2",
        [("section", "k2", "not_shared")],
        "The course c1 isn't shared with the connection, only c2.",
    ),
    "a subject": (
        "section", "kc", {"subjects": ["Maths"]}, "1.2",
        [("section", "kc", "not_shared")],
        "The subject Music isn't shared with the connection, only Maths.",
    ),
    "a school": (
        "section", "k2", {"schools": ["s1"]}, "1.2",
        [("section", "k2", "hidden"), ("school", "s2", "school_not_shared")],
        "This school isn't shared with the connection.",
    ),
    "a collection": (
        "demographics", "ann", {"shares": []}, "1.2",
        [("demographics", "ann", "not_shared")],
        "What isn't shared with the connection: demographics.",
    ),
    "not begun": (
        "enrollment", "late", {}, "1.2",
        [("enrollment", "late", "dates")],
        "It begins on 1 February 2027, and is shared from 18 January 2027 on.",
    ),
    "ended": (
        "enrollment", "over", {}, "1.2",
        [("enrollment", "over", "dates")],
        "It has ended: it was shared until 1 October 2026.",
    ),
    "a missing person": (
        "enrollment", "lost", {}, "1.2",
        [("enrollment", "lost", "missing")],
        "The person that it names isn't in the data.",
    ),
    "a missing course": (
        "section", "kg", {}, "1.2",
        [("section", "kg", "missing")],
        "The course that it names isn't in the data.",
    ),
    "a field, not the username": (
        "person", "tom", {}, "1.1",
        [("person", "tom", "unpublishable")],
        "A field that this OneRoster version requires can't be filled: givenName.",
    ),
    "gone": (
        "person", "old", {}, "1.2",
        [("person", "old", "retired")],
        "It is no longer in the imported data.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_cause_is_named_with_what_it_is_about(case: str, riverside: Organization):
    kind, sourced_id, rules, version, wanted, reason = CASES[case]
    answer = why(riverside, kind, sourced_id, version, **rules)
    assert chain(answer) == wanted
    assert answer["visible"] is (not wanted)
    assert (answer["chain"][-1]["reason"] if wanted else "") == reason


def test_what_is_missing_is_told_by_its_id(riverside: Organization):
    (step,) = why(riverside, "enrollment", "lost")["chain"]
    assert step["missing"] == {"kind": "person", "id": "nobody", "gone": False}
    (step,) = why(riverside, "section", "kg")["chain"]
    assert step["missing"] == {"kind": "course", "id": "ghost", "gone": False}
    (step,) = why(riverside, "person", "tom", "1.1")["chain"]
    assert step["field"] == "givenName"


def test_a_mark_is_told_with_who_and_why_and_the_rest_besides(riverside: Organization):
    exclude(riverside, "calendar", ["s2~2027"], reason="Closing", by="dana")
    answer = why(riverside, "section", "kc", subjects=["Maths"])
    assert chain(answer) == [("section", "kc", "hidden"), ("calendar", "s2~2027", "marked")]
    (mark,) = answer["chain"][-1]["marks"]
    assert (mark["by"], mark["reason"], mark["source"]) == ("dana", "Closing", "person")
    assert "The subject Music isn't shared with the connection, only Maths." in [
        cause["reason"] for cause in answer["also"]
    ]


def test_of_two_schools_the_district_s_decision_is_told_and_the_other_in_a_branch(
    riverside: Organization,
):
    exclude(riverside, "school_enrollment", ["liz~s2"], reason="Asked", by="dana")
    answer = why(riverside, "person", "liz", schools=["s2"])
    assert chain(answer)[-1] == ("school_enrollment", "liz~s2", "marked")
    (branch,) = answer["branches"]
    assert (branch[0]["id"], branch[-1]["id"], branch[-1]["code"]) == (
        "liz~s1", "s1", "school_not_shared",
    )  # fmt: skip


def test_a_guardian_is_explained_by_each_child(riverside: Organization):
    exclude(riverside, "person", ["ann"], reason="Asked", by="dana")
    answer = why(riverside, "person", "gus", grades=["03"])
    assert chain(answer)[-1] == ("person", "ann", "marked")
    (branch,) = answer["branches"]
    assert (branch[0]["id"], branch[-1]["code"]) == ("bob~gus", "not_shared")


def test_it_says_how_the_record_is_published(riverside: Organization):
    feed = Feed.objects.create(
        organization=riverside, version="1.2", rules={}, state=Feed.State.FOLLOWING
    )
    assert explain(feed, "person", "ann")["published"] is None
    refresh(riverside, by="dana")
    feed.refresh_from_db()
    published = explain(feed, "person", "ann")["published"]
    assert published["status"] == "active"
    assert published["last"].startswith("2026-11-16T12:00")
    assert explain(feed, "course", "c1~s1~2027")["published"] == published
    assert explain(feed, "course", "c1")["published"] == published
    exclude(riverside, "person", ["ann"], reason="Asked", by="dana")
    feed.refresh_from_db()
    assert explain(feed, "person", "ann")["published"]["status"] == "tobedeleted"


@pytest.mark.parametrize(
    ("kind", "sourced_id", "words"),
    [("planet", "x", "is not a kind"), ("person", "x", "There is no person “x”")],
)
def test_what_is_not_there_is_refused(
    kind: str, sourced_id: str, words: str, riverside: Organization
):
    with pytest.raises(Refused, match=words):
        why(riverside, kind, sourced_id)
