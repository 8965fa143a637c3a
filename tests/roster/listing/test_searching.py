"""Rows as lists show them: searched by words, narrowed to what is below another row."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.excluding import exclude
from roster.kinds import KINDS
from roster.listing import searching
from roster.models import Enrollment, Organization
from tests.roster.importing.conftest import one_class


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    return one_class(tmp_path)


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("person", "", ["ann", "pat", "tom"]),
        ("person", "O'HARA", ["ann", "pat"]),
        ("person", "ann o'hara", ["ann"]),
        ("person", "ann nobody", []),
        ("person", "%", []),
        ("school", "south", ["s2"]),
        ("section", "k1", ["k1"]),
        ("school_enrollment", "ann", ["ann~s1"]),
        ("school_enrollment", "ann south", []),
        ("guardian_link", "pat", ["ann~pat"]),
        ("enrollment", "ann", ["e1"]),
        ("result", "ann", ["x1"]),
        ("demographics", "ann", ["ann"]),
        ("session", "nothing", []),
    ],
)
def test_rows_are_found_by_words(kind: str, words: str, found: list[str], riverside: Organization):
    rows = searching.found(riverside, KINDS[kind], words=words)
    assert sorted(rows.values_list("sourced_id", flat=True)) == found


def test_ids_of_rows_without_names_are_found_as_they_are_typed(riverside: Organization):
    row = Enrollment.objects.get(sourced_id="e1")
    for sourced_id in ("Año-7", "ENR-ÉCOLE"):
        row.pk, row.sourced_id = None, sourced_id
        row.save()

    def found(words: str) -> set[str]:
        rows = searching.found(riverside, KINDS["enrollment"], words=words)
        return set(rows.values_list("sourced_id", flat=True))

    assert found("Año-7") == found("o-7") == {"Año-7"}
    assert found("ENR-ÉCOLE") == {"ENR-ÉCOLE"}
    # A part without a digit is looked for in names alone.
    assert found("ENR-") == set()


@pytest.mark.parametrize(
    ("kind", "under", "found"),
    [
        ("person", {"school": "s2"}, ["tom"]),
        ("section", {"school": "s1"}, ["k1"]),
        ("section", {"school": "s2"}, []),
        ("enrollment", {"person": "ann"}, ["e1"]),
        ("district_assignment", {"org": "s2"}, ["tom~s2"]),
        ("line_item", {"section": "k1"}, ["l1"]),
        ("calendar", {"school": "s1"}, ["s1~2027"]),
    ],
)
def test_rows_are_narrowed_to_those_below_another(
    kind: str, under: dict[str, str], found: list[str], riverside: Organization
):
    assert set(under) <= set(searching.fields_of(KINDS[kind]))
    rows = searching.found(riverside, KINDS[kind], under=under)
    assert list(rows.values_list("sourced_id", flat=True)) == found


def test_rows_are_narrowed_to_the_marked_ones(riverside: Organization):
    exclude(riverside, "person", ["tom"], reason="Left", by="test")
    rows = searching.found(riverside, KINDS["person"], marked=True)
    assert list(rows.values_list("sourced_id", flat=True)) == ["tom"]


def test_every_kind_is_listed_searched_and_narrowed(riverside: Organization):
    for kind in KINDS.values():
        under = dict.fromkeys(searching.fields_of(kind), "nothing")
        assert not searching.found(riverside, kind, words="a b", under=under, marked=True).exists()


@pytest.mark.parametrize("kind", ["person", "enrollment", "result"])
def test_a_search_goes_through_the_rows_for_so_many_words_and_no_more(
    riverside: Organization, kind: str
) -> None:
    some = searching.found(riverside, KINDS[kind], words="a " * searching.MOST_WORDS)
    more = searching.found(riverside, KINDS[kind], words="a " * 100)
    assert str(more.query) == str(some.query)
