"""Parents of a row in the hierarchy."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.explaining import parents_of
from roster.map import current
from roster.models import Organization
from tests.roster.importing.conftest import one_class


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    return one_class(tmp_path)


@pytest.mark.parametrize(
    ("kind", "sourced_id", "all_of", "any_of"),
    [
        ("org", "d", [], []),
        ("school", "s1", [("org", "d")], []),
        ("calendar", "s1~2027", [("school", "s1")], []),
        ("grade_level", "s1~2027~structure~09", [("schedule_structure", "s1~2027~structure")], []),
        ("person", "ann", [], [("school_enrollment", "ann~s1")]),
        ("person", "pat", [], [("guardian_link", "ann~pat")]),
        ("person", "nobody", [], []),
        (
            "school_enrollment",
            "ann~s1",
            [("person", "ann")],
            [("grade_level", "s1~2027~structure~09")],
        ),
        (
            "guardian_link",
            "ann~pat",
            [("person", "pat"), ("person", "ann")],
            [("school_enrollment", "ann~s1")],
        ),
        ("demographics", "ann", [("person", "ann")], []),
        ("grading_task", "g1", [], []),
    ],
)
def test_a_row_has_the_parents_of_the_table_of_kinds(
    kind: str,
    sourced_id: str,
    all_of: list[tuple[str, str]],
    any_of: list[tuple[str, str]],
    riverside: Organization,
):
    _, m = current(riverside)
    assert parents_of(m, (kind, sourced_id)) == (all_of, any_of)


def test_an_enrollment_is_below_class_person_and_place(riverside: Organization):
    _, m = current(riverside)
    all_of, any_of = parents_of(m, ("enrollment", "e1"))
    assert all_of[:2] == [("section", "k1"), ("person", "ann")]
    assert any_of == [("school_enrollment", "ann~s1")]
