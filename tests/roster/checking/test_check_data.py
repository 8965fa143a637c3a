"""Each prerequisite finds what it is about, and nothing in a sound district."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from roster import hierarchy
from roster.checking import NEEDS, VERSIONS, check_data, everything_shared
from roster.checking.prerequisites import CHECKS
from roster.map import build
from roster.models import Agent, Enrollment, Klass, Organization, User
from roster.refusal import Refused
from tests.roster.deciding import riverside as cast
from tests.roster.deciding.riverside import add, decide

Change = Callable[[Organization], object]


@pytest.fixture
def riverside(db: None) -> Organization:
    """A Riverside in which nothing is amiss."""
    organization = cast.riverside()
    for user in User.objects.all():
        user.username, user.email = user.sourced_id, f"{user.sourced_id}@example.org"
        user.identifier = f"N-{user.sourced_id}"
        user.save()
    for klass in ("k2", "kc"):
        cast.enroll(organization, "tom", klass, "teacher")
    cast.enroll(organization, "two", "kc")
    Enrollment.objects.filter(role="teacher").update(primary=True)
    cast.session(organization, "gp", "gradingPeriod", date(2026, 8, 15), date(2026, 10, 1),
                 parent="fall")  # fmt: skip
    return organization


def found(organization: Organization, **asked: Any) -> dict[str, tuple[int, list[str]]]:
    """Return what each check finds: how many, and which."""
    d = asked.pop("decision", None) or decide(organization)
    answer = check_data(organization, {"1.2": d}, **asked)
    return {
        check["code"]: (check["count"], [record["id"] for record in check["records"]])
        for check in answer["checks"]
        if check["count"]
    }


def users(**fields: Any) -> Change:
    return lambda o: User.objects.filter(sourced_id="ann").update(**fields)


def without(*enrollments: str) -> Change:
    return lambda o: Enrollment.objects.filter(sourced_id__in=enrollments).delete()


def classes(**fields: Any) -> Change:
    return lambda o: Klass.objects.filter(sourced_id="k2").update(**fields)


CASES: dict[str, tuple[Change, dict[str, tuple[int, list[str]]]]] = {
    "nothing amiss": (lambda o: None, {}),
    "no username": (users(username=""), {"no_username": (1, ["ann"])}),
    "no e-mail address": (users(email=""), {"no_email": (1, ["ann"])}),
    "no identifier": (users(identifier=""), {"no_identifier": (1, ["ann"])}),
    "one username for two": (users(username="BOB"), {"username_twice": (2, ["ann", "bob"])}),
    "one address for two": (users(email="Bob@Example.org"), {"email_twice": (2, ["ann", "bob"])}),
    "one number for two": (users(identifier="N-bob"), {"identifier_twice": (2, ["ann", "bob"])}),
    "no family name": (users(family_name=""), {"no_name": (1, ["ann"])}),
    "somebody who is nowhere": (
        lambda o: add(o, User, "zoe", given_name="Zoe", family_name="Lee"),
        {"no_place": (1, ["zoe"])},
    ),
    "a student without a class": (without("ann-k1"), {"no_class": (1, ["ann"])}),
    "a guardian without a child": (
        lambda o: Agent.objects.all().delete(),
        {"no_child": (1, ["gus"])},
    ),
    "a class without teacher": (without("tom-k2"), {"no_teacher": (1, ["k2"])}),
    "a class without students": (without("two-k2"), {"no_student": (1, ["k2"])}),
    "a class without terms": (classes(terms=[]), {"no_term": (1, ["k2"])}),
    "no primary teacher": (
        lambda o: Enrollment.objects.filter(sourced_id="tom-k2").update(primary=False),
        {"no_primary": (1, ["k2"])},
    ),
    "two primary teachers": (
        lambda o: cast.enroll(o, "lea", "k2", "teacher", primary=True),
        {"several_primary": (1, ["k2"])},
    ),
    "no grading periods": (
        lambda o: cast.AcademicSession.objects.filter(sourced_id="gp").delete(),
        {"no_grading_periods": (1, [])},
    ),
    "no terms": (
        lambda o: cast.AcademicSession.objects.filter(type="term").update(type="semester"),
        {"no_terms_at_all": (1, [])},
    ),
    "a term that is longer than its year": (
        lambda o: cast.AcademicSession.objects.filter(sourced_id="spring").update(
            end_date=date(2027, 8, 1)
        ),
        {"session_dates": (1, ["spring"])},
    ),
    "an enrollment of last year's dates": (
        lambda o: cast.enroll(o, "ann", "k2", end_date=date(2026, 6, 1)),
        {"enrollment_dates": (1, ["ann-k2"])},
    ),
    "a course that isn't there": (
        classes(course="gone"),
        {"unknown_reference": (1, ["k2"])},
    ),
    "an enrollment whose class isn't there": (
        lambda o: cast.enroll(o, "ann", "gone"),
        {"unknown_reference": (1, ["ann-gone"])},
    ),
}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES.keys())
def test_a_check_finds_what_it_is_about(
    change: Change, expected: dict[str, tuple[int, list[str]]], riverside: Organization
) -> None:
    change(riverside)
    assert found(riverside) == expected


def test_every_check_has_a_case() -> None:
    covered = {code for _, expected in CASES.values() for code in expected}
    assert covered == {check.code for check in CHECKS}


def test_of_a_connection_only_what_it_is_shared_is_checked(riverside: Organization) -> None:
    User.objects.filter(sourced_id__in=["ann", "two"]).update(username="")
    here = decide(riverside, schools=["s2"])
    assert found(riverside, decision=here)["no_username"] == (1, ["two"])


def test_what_is_excluded_is_not_checked(riverside: Organization) -> None:
    User.objects.filter(sourced_id="ann").update(username="", email="")
    assert found(riverside, decision=decide(riverside, ("person", "ann"))) == {}


def test_an_old_reader_s_people_are_found_though_1_1_has_none(riverside: Organization) -> None:
    riverside.username_stand_in = "nothing"
    riverside.save()
    User.objects.filter(sourced_id="ann").update(username="")
    d = decide(riverside, version="1.1")
    answer = check_data(riverside, {"1.1": d})
    (check,) = [check for check in answer["checks"] if check["code"] == "no_username"]
    assert (check["count"], list(check["means"])) == (1, ["1.1"])
    assert not answer["meets"]


def test_a_consumer_s_needs_choose_the_checks(riverside: Organization) -> None:
    User.objects.filter(sourced_id="ann").update(username="", email="")
    assert list(found(riverside, needs=["unique-emails"])) == ["no_email"]
    d = decide(riverside)
    met = check_data(riverside, {"1.2": d}, needs=["primary-teachers", "identifiers"])
    assert met["meets"]
    assert {need for check in CHECKS for need in check.needs} == NEEDS.keys()


def test_an_unknown_need_is_refused_with_those_that_there_are(riverside: Organization) -> None:
    with pytest.raises(Refused, match=r"“emails” is not a need. The needs are: usernames"):
        found(riverside, needs=["emails"])


def test_so_many_records_are_named_as_are_asked_for(riverside: Organization) -> None:
    User.objects.update(email="")
    count, named = found(riverside, shown=2)["no_email"]
    assert (count, named) == (7, ["ann", "bob"])


def test_without_a_connection_both_versions_are_spoken_of(riverside: Organization) -> None:
    hierarchy.derive(riverside)
    riverside.early_access_days = 366
    answer = check_data(
        riverside, {each: everything_shared(riverside, build(riverside), each) for each in VERSIONS}
    )
    assert list(answer["checks"][0]["means"]) == ["1.1", "1.2"]
    assert list(answer["numbers"]) == ["1.1", "1.2"]


def test_records_are_named_as_people_know_them(riverside: Organization) -> None:
    User.objects.filter(sourced_id="ann").update(email="")
    d = decide(riverside)
    answer = check_data(riverside, {"1.2": d}, needs=["unique-emails"])
    assert answer["checks"][0]["records"] == [
        {"collection": "users", "id": "ann", "name": "ann Lee"}
    ]
