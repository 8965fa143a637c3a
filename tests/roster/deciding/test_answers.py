"""Whatever changes an answer changes the key, one decision after the other on a tidy district."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import time_machine

from roster import hierarchy
from roster.clock import clock
from roster.deciding import Decision, Rules, Settings
from roster.deciding.answers import REFERENCES, answers, keys
from roster.dialects.withholding import WITHHOLDABLE
from roster.kinds import ROWS_OF
from roster.map import Map, build
from roster.map.models import PRESENT
from roster.models import (
    AssessmentLineItem,
    AssessmentResult,
    Course,
    LineItem,
    Organization,
    Result,
    User,
)
from tests.model import districts, tidy

SHARED = {
    "shares": ["guardians", "resources", "users.userProfiles"],
    "types": ["grade_book", "assessment"],
}
FLIPPED = (
    "org",
    "session",
    "section",
    "course_row",
    "person",
    "school_enrollment",
    "district_assignment",
    "guardian_link",
    "resource",
    "score_scale",
    "assessment_line_item",
)
"""Kinds of which visibility is flipped, row by row and whatever the rules say of it."""


@pytest.fixture
def district(db: None) -> Iterator[Map]:
    with time_machine.travel(datetime(2026, 11, 16, 12, tzinfo=UTC), tick=False):
        organization = Organization.objects.create(
            slug="riverside", name="Riverside", school_year="2027"
        )
        districts.create(organization, tidy.tidy(), tidy.PAIRS)
        for model in (LineItem, Result, AssessmentLineItem, AssessmentResult):
            model.objects.update(score_scale="v1")
        LineItem.objects.update(school="s3", grading_period="quarter", academic_session="fall")
        AssessmentLineItem.objects.filter(sourced_id="a2").update(parent="a1")
        Course.objects.update(school_year="year")
        User.objects.update(primary_org="s1")
        User.objects.filter(sourced_id__lt="u3").update(email="u@riverside.example")
        User.objects.filter(sourced_id__gte="u3").update(email="")
        hierarchy.derive(organization)
        yield build(organization)


def decision(m: Map, version: str, rules: dict[str, Any] = SHARED, stand_in: str = "sourcedId"):  # type: ignore[no-untyped-def]
    return Decision(
        m, version, Rules.of(rules, []), Settings(stand_in, 14, ()), districts.TODAY, {}
    )


def everything(m: Map, d: Decision, collection: str) -> list[Any]:
    return list(answers(d, collection, range(len(m.ids[ROWS_OF[collection]]))))


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_what_changes_an_answer_changes_the_key(district: Map, version: str) -> None:
    collections = decision(district, version).collections()
    differed = dict.fromkeys(collections, 0)
    for seed, kind in enumerate(FLIPPED * 12):
        chance = np.random.default_rng(seed)
        one, other = decision(district, version), decision(district, version)
        for d in (one, other):
            visible = chance.random(len(district.ids[kind]) + 1) < 0.6
            visible[-1] = False
            d.visibility.answers[kind] = visible
        for name in collections:
            pairs = zip(
                everything(district, one, name), everything(district, other, name), strict=True
            )
            unequal = np.array([a != b for a, b in pairs], bool)
            assert (keys(one, name) != keys(other, name))[unequal].all(), (name, seed)
            differed[name] += int(unequal.sum())
    # Users ask no table of references; 1.1 shows no score scales.
    asked = {"users", *REFERENCES} & differed.keys() - ({"results"} if version == "1.1" else set())
    assert all(differed[name] for name in asked), differed


def test_a_withheld_field_changes_the_keys_of_who_has_it(district: Map) -> None:
    Course.objects.filter(sourced_id="c1").update(grades=["03"], last_modified=clock())
    Course.objects.exclude(sourced_id="c1").update(grades=[], last_modified=clock())
    district = build(Organization.objects.get())
    one = decision(district, "1.2")
    other = decision(district, "1.2", SHARED | {"withheld": ["users.email", "courses.grades"]})
    for name in one.collections():
        same = keys(one, name) == keys(other, name)
        if name == "users":
            assert (same == ~district.person.email[:-1]).all()
            assert same.any()
        elif name == "courses":
            assert same.tolist() == [each != "c1" for each in district.ids["course_row"]]
            assert same.any()
        else:
            assert same.all(), name


def test_of_each_field_that_can_be_withheld_it_is_known_who_has_it() -> None:
    withheld = {name.partition(".")[2] for name in WITHHOLDABLE if name.startswith("users.")}
    # Of these the answers know it.
    assert withheld - {"agents", "primaryOrg", "resources", "userProfiles"} <= {*PRESENT["person"]}


def test_what_a_version_has_not_changes_no_key(district: Map) -> None:
    rules = SHARED | {"shares": ["guardians", "resources"]}
    one, other = (decision(district, "1.1", each) for each in (SHARED, rules))
    for name in one.collections():
        assert (keys(one, name) == keys(other, name)).all(), name


def test_what_stands_in_for_a_username_is_asked_of_those_without_one(district: Map) -> None:
    one, other = decision(district, "1.1"), decision(district, "1.1", stand_in="email")
    same = keys(one, "users") == keys(other, "users")
    assert (same == district.person.username[:-1]).all()
