"""The reasons of many records at once are those that one record's chain ends with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pytest

from roster.deciding import Step
from roster.deciding.reasons import Reason, Reasons
from roster.models import AcademicSession, Klass, Organization, Role, User
from tests.roster.deciding import riverside as cast
from tests.roster.deciding.riverside import Marked, decide

KINDS = ("section", "person", "enrollment")


class Case(NamedTuple):
    """Marks, and a change of the rows, with a record and its reason."""

    record: tuple[str, str]
    reason: Reason
    marks: tuple[Marked, ...] = ()
    change: Callable[[Organization], object] = lambda o: None
    version: str = "1.2"


def without_terms(o: Organization) -> None:
    Klass.objects.filter(sourced_id="k2").update(terms=[])


def of_last_year(o: Organization) -> None:
    Klass.objects.filter(sourced_id="k2").update(terms=["oy"])


def nameless(o: Organization) -> None:
    User.objects.filter(sourced_id="bob").update(family_name="")


def ended(o: Organization) -> None:
    cast.enroll(o, "bob", "k2", end_date=date(2026, 10, 1))


def without_role(o: Organization) -> None:
    Role.objects.filter(user="lea").delete()


def extended(o: Organization) -> None:
    AcademicSession.objects.filter(sourced_id="fall").update(type="ext:block")


CASES = {
    "a marked school": Case(("section", "k2"), Reason("org", "marked"), (("school", "s2"),)),
    "what is in its classes": Case(
        ("enrollment", "two-k2"), Reason("org", "marked"), (("school", "s2"),)
    ),
    "a marked grade level": Case(
        ("person", "bob"),
        Reason("grade_level", "marked"),
        (("grade_level", "s1~2027~structure~04"),),
    ),
    "the class before the person": Case(
        ("enrollment", "two-k2"),
        Reason("section", "missing", "session"),
        (("person", "two"),),
        without_terms,
    ),
    "no terms": Case(
        ("section", "k2"), Reason("section", "missing", "session"), change=without_terms
    ),
    "an enrollment in a class without terms": Case(
        ("enrollment", "two-k2"), Reason("section", "missing", "session"), change=without_terms
    ),
    "another year": Case(("section", "k2"), Reason("section", "other_year"), change=of_last_year),
    "no family name": Case(
        ("person", "bob"), Reason("person", "unpublishable", "familyName"), change=nameless
    ),
    "whose enrollment": Case(
        ("enrollment", "bob-k1"), Reason("person", "unpublishable", "familyName"), change=nameless
    ),
    "an end": Case(("enrollment", "bob-k2"), Reason("school_enrollment", "dates"), change=ended),
    "nowhere": Case(("person", "lea"), Reason("person", "hidden"), change=without_role),
    "a word that 1.1 hasn't": Case(
        ("section", "k1"),
        Reason("section", "unpublishable", "terms"),
        change=extended,
        version="1.1",
    ),
    "nowhere, before the word that 1.1 hasn't": Case(
        ("person", "lea"), Reason("person", "hidden"), change=without_role, version="1.1"
    ),
}


@pytest.fixture
def riverside(db: None) -> Organization:
    return cast.riverside()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_record_has_the_reason_at_the_end_of_its_chain(
    case: Case, riverside: Organization
) -> None:
    case.change(riverside)
    d = decide(riverside, *case.marks, version=case.version)
    reasons, (kind, sourced_id) = Reasons(d), case.record
    number = int(reasons.of(kind)[d.map.ids[kind].position(sourced_id)])
    assert reasons.reason(number) == case.reason


def ends(chain: tuple[Step, ...]) -> Iterator[tuple[str, str]]:
    """Yield the kinds and codes with which a chain and its branches end."""
    if chain:
        kind = "org" if chain[-1].kind == "school" else chain[-1].kind
        yield kind, chain[-1].cause.code
    for step in chain:
        yield from ((kind, cause.code) for cause in step.also)
        for branch in step.branches:
            yield from ends(branch)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_hidden_record_has_a_reason_that_its_chains_end_with(
    case: Case, version: str, riverside: Organization
) -> None:
    case.change(riverside)
    d = decide(riverside, *case.marks, version=version)
    reasons = Reasons(d)
    for kind in KINDS:
        for row, number in enumerate(reasons.of(kind)[:-1].tolist()):
            assert bool(number) == (not d.ok(kind)[row]), (kind, d.map.ids[kind][row])
            if number:
                reason = reasons.reason(number)
                found = set(ends(d.why(kind, d.map.ids[kind][row])))
                assert (reason.kind, reason.code) in found, (kind, d.map.ids[kind][row], reason)


def test_where_all_is_visible_there_are_no_reasons(riverside: Organization) -> None:
    reasons = Reasons(decide(riverside))
    assert not any(np.any(reasons.of(kind)) for kind in KINDS)
