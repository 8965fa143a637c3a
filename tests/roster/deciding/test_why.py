"""The chain of reasons for one record: where it begins, what fails besides, what else it names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from roster.deciding import Step
from roster.models import (
    AcademicSession,
    Agent,
    Enrollment,
    Klass,
    Organization,
    Role,
    User,
)
from tests.roster.deciding import riverside as cast
from tests.roster.deciding.riverside import Marked, decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def riverside(db: None) -> Organization:
    return cast.riverside()


def told(chain: tuple[Step, ...]) -> list[str]:
    """Return a chain as `kind id: code about`."""
    return [
        f"{step.kind} {step.sourced_id}: {step.cause.code} {step.cause.about}".strip()
        for step in chain
    ]


Case = tuple[tuple[str, str], list[Marked], dict[str, Any], list[str]]

CASES: dict[str, Case] = {
    "visible": (("person", "ann"), [], {}, []),
    "an excluded class, from an enrollment": (
        ("enrollment", "ann-k1"),
        [("section", "k1")],
        {},
        ["enrollment ann-k1: hidden", "section k1: marked"],
    ),
    "an excluded district, from an enrollment": (
        ("enrollment", "ann-k1"),
        [("org", "d")],
        {},
        ["enrollment ann-k1: hidden", "section k1: hidden", "school s1: hidden", "org d: marked"],
    ),
    "of two schools one isn't shared and the other place is excluded": (
        ("person", "two"),
        [("school_enrollment", "two~s2")],
        {"schools": ["s2"]},
        ["person two: hidden", "school_enrollment two~s2: marked"],
    ),
    "a guardian of two children, hidden for different reasons": (
        ("person", "gus"),
        [("person", "ann")],
        {"grades": ["03"]},
        ["person gus: hidden", "guardian_link ann~gus: hidden", "person ann: marked"],
    ),
    "a course in one calendar": (
        ("course", "c1~s1~2027"),
        [("calendar", "s1~2027")],
        {},
        ["course c1~s1~2027: hidden", "calendar s1~2027: marked"],
    ),
    "a course's bare id, visible at another school": (
        ("course", "c1"),
        [("calendar", "s1~2027")],
        {},
        [],
    ),
    "a course's bare id, hidden at both": (
        ("course", "c1"),
        [("calendar", "s1~2027"), ("calendar", "s2~2027")],
        {},
        ["course c1: hidden", "course c1~s1~2027: hidden", "calendar s1~2027: marked"],
    ),
    "a mark on a course's bare id": (
        ("section", "k1"),
        [("course", "c1")],
        {},
        ["section k1: hidden", "course c1~s1~2027: hidden", "course c1: marked"],
    ),
    "kept out": (("person", "ann"), [], {"kept_out": ["ann"]}, ["person ann: kept_out"]),
    "kept out, from demographics": (
        ("enrollment", "ann-k1"),
        [],
        {"kept_out": ["ann"]},
        ["enrollment ann-k1: hidden", "person ann: kept_out"],
    ),
    "a grade that isn't shared, from the person": (
        ("person", "bob"),
        [],
        {"grades": ["03"]},
        ["person bob: hidden", "school_enrollment bob~s1: not_shared grade"],
    ),
    "a grade that isn't shared, from the enrollment": (
        ("enrollment", "bob-k1"),
        [],
        {"grades": ["03"]},
        ["enrollment bob-k1: hidden", "school_enrollment bob~s1: not_shared grade"],
    ),
    "a role that isn't shared": (
        ("person", "ann"),
        [],
        {"roles": ["teacher"]},
        ["person ann: hidden", "school_enrollment ann~s1: not_shared role"],
    ),
    "a guardian's role that isn't shared": (
        ("person", "gus"),
        [],
        {"roles": ["student"]},
        ["person gus: hidden", "guardian_link ann~gus: not_shared role"],
    ),
    "a staff role that isn't shared": (
        ("person", "tom"),
        [],
        {"roles": ["student"]},
        ["person tom: hidden", "district_assignment tom~s1: not_shared role"],
    ),
    "a school that isn't shared": (
        ("section", "k2"),
        [],
        {"schools": ["s1"]},
        ["section k2: hidden", "school s2: school_not_shared"],
    ),
    "an excluded class of an unshared school": (
        ("enrollment", "two-k2"),
        [("section", "k2")],
        {"schools": ["s1"]},
        ["enrollment two-k2: hidden", "section k2: marked"],
    ),
    "district staff where schools are chosen": (
        ("person", "lea"),
        [],
        {"schools": ["s1"]},
        ["person lea: hidden", "district_assignment lea~d: org_not_shared"],
    ),
    "only enrolled people, whose enrollment is excluded": (
        ("person", "cy"),
        [("enrollment", "cy-k1")],
        {"unenrolled": False},
        ["person cy: unenrolled", "enrollment cy-k1: marked"],
    ),
    "only enrolled people, whose class is excluded": (
        ("person", "cy"),
        [("section", "k1")],
        {"unenrolled": False},
        ["person cy: unenrolled", "enrollment cy-k1: hidden", "section k1: marked"],
    ),
    "a course's subject that isn't shared": (
        ("section", "kc"),
        [],
        {"subjects": ["Maths"]},
        ["section kc: not_shared course"],
    ),
    "a class whose students are all in an excluded structure": (
        ("section", "k1"),
        [("schedule_structure", "s1~2027~structure")],
        {},
        ["section k1: hidden", "schedule_structure s1~2027~structure: marked"],
    ),
    "a collection that isn't shared": (
        ("section", "k1"),
        [],
        {"collections": ["orgs"]},
        ["section k1: not_shared classes"],
    ),
    "a record that isn't there": (("section", "kx"), [], {}, ["section kx: missing section"]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_chain_leads_to_where_it_begins(case: str, riverside: Organization) -> None:
    record, marks, rules, chain = CASES[case]
    assert told(decide(riverside, *marks, **rules).why(*record)) == chain


def early(o: Organization) -> None:
    Enrollment.objects.filter(sourced_id="cy-k1").update(begin_date=date(2027, 2, 1))


def over(o: Organization) -> None:
    Role.objects.filter(sourced_id="lea@d").update(end_date=date(2026, 10, 1))


def nameless(o: Organization) -> None:
    User.objects.filter(sourced_id="cy").update(given_name="")


def termless(o: Organization) -> None:
    Klass.objects.filter(sourced_id="k1").update(terms=["nowhere"])


def of_last_year(o: Organization) -> None:
    Klass.objects.filter(sourced_id="k1").update(terms=["oy"])


def guest_of_last_year(o: Organization) -> None:
    cast.klass(o, "ko", "c1", "s1", "oy")
    cast.guest(o, "pat", "ko")


def guest_of_an_excluded_class(o: Organization) -> None:
    cast.guest(o, "pat", "k1")


def enrolled_in_nothing(o: Organization) -> None:
    cast.enroll(o, "ann", "nowhere")


def nobodys_enrollment(o: Organization) -> None:
    cast.enroll(o, "ghost", "k1")


def extended_term(o: Organization) -> None:
    AcademicSession.objects.filter(sourced_id="fall").update(type="ext:trimester")


ROWS: dict[str, tuple[Callable[[Organization], None], Case, str]] = {
    "not begun": (early, (("enrollment", "cy-k1"), [], {}, ["enrollment cy-k1: dates"]), "1.2"),
    "ended": (
        over,
        (
            ("person", "lea"),
            [],
            {},
            ["person lea: hidden", "district_assignment lea~d: dates"],
        ),
        "1.2",
    ),
    "a field that lacks, by its name": (
        nameless,
        (("person", "cy"), [], {}, ["person cy: unpublishable givenName"]),
        "1.1",
    ),
    "no term that exists": (
        termless,
        (("section", "k1"), [], {}, ["section k1: missing session"]),
        "1.2",
    ),
    "another year": (
        of_last_year,
        (
            ("enrollment", "ann-k1"),
            [],
            {},
            ["enrollment ann-k1: hidden", "section k1: other_year"],
        ),
        "1.2",
    ),
    "only classes of another year": (
        guest_of_last_year,
        (
            ("person", "pat"),
            [],
            {},
            [
                "person pat: hidden",
                "school_enrollment pat~s1: hidden",
                "enrollment pat-ko: hidden",
                "section ko: other_year",
            ],
        ),
        "1.2",
    ),
    "a guest's class is excluded": (
        guest_of_an_excluded_class,
        (
            ("person", "pat"),
            [("section", "k1")],
            {},
            [
                "person pat: hidden",
                "school_enrollment pat~s1: hidden",
                "enrollment pat-k1: hidden",
                "section k1: marked",
            ],
        ),
        "1.2",
    ),
    "a class that isn't there": (
        enrolled_in_nothing,
        (("enrollment", "ann-nowhere"), [], {}, ["enrollment ann-nowhere: missing section"]),
        "1.2",
    ),
    "a person who isn't there": (
        nobodys_enrollment,
        (("enrollment", "ghost-k1"), [], {}, ["enrollment ghost-k1: missing person"]),
        "1.2",
    ),
    "a type that 1.1 has no word for": (
        extended_term,
        (("section", "k1"), [], {}, ["section k1: unpublishable terms"]),
        "1.1",
    ),
}


@pytest.mark.parametrize("case", ROWS)
def test_the_chain_says_what_is_wrong_with_a_row(case: str, riverside: Organization) -> None:
    change, (record, marks, rules, chain), version = ROWS[case]
    change(riverside)
    assert told(decide(riverside, *marks, version=version, **rules).why(*record)) == chain


def test_dates_are_told_as_dates(riverside: Organization) -> None:
    early(riverside)
    over(riverside)
    d = decide(riverside)
    begins = d.why("enrollment", "cy-k1")[0].cause.dates
    assert (begins.begins, begins.shared_from) == (date(2027, 2, 1), date(2027, 1, 18))
    assert d.why("person", "lea")[1].cause.dates.ended == date(2026, 10, 1)


def test_every_condition_of_its_own_that_fails_is_told(riverside: Organization) -> None:
    d = decide(riverside, ("calendar", "s2~2027"), subjects=["Maths"])
    (step, _) = d.why("section", "kc")
    assert step.cause.parent == ("calendar", "s2~2027")
    assert [(each.code, each.about, each.parent) for each in step.also] == [
        ("hidden", "", ("course", "c2~s2~2027")),
        ("not_shared", "course", None),
    ]


def test_the_other_branches_stand_beside_the_one_that_is_told(riverside: Organization) -> None:
    d = decide(riverside, ("person", "ann"), grades=["03"])
    (branch,) = d.why("person", "gus")[0].branches
    assert told(branch) == [
        "guardian_link bob~gus: hidden",
        "school_enrollment bob~s1: not_shared grade",
    ]


def test_a_circle_of_people_ends(riverside: Organization) -> None:
    """Two people who are each other's guardians, and children of nobody else."""
    for one, other in (("eve", "fay"), ("fay", "eve")):
        cast.staff(riverside, one, "d", "guardian")
        Agent.objects.create(organization=riverside, user=one, agent=other)
    d = decide(riverside)
    assert d.why("person", "eve")[0].cause.code == "hidden"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_what_is_visible_has_no_chain_and_what_isnt_has_one(
    version: str, riverside: Organization
) -> None:
    cast.gradebook(riverside)
    d = decide(
        riverside,
        ("section", "k2"),
        ("person", "ann"),
        version=version,
        schools=["s1"],
        grades=["03"],
    )
    for kind in ("org", "session", "section", "person", "enrollment", "line_item", "result"):
        for row, sourced_id in enumerate(d.map.ids[kind]):
            assert (not d.why(kind, sourced_id)) == bool(d.ok(kind)[row]), (kind, sourced_id)
