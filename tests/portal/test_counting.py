"""The numbers of lists: the map says what the database would count."""

from __future__ import annotations

import pytest

from portal import counting
from portal.counting import COLUMNS, Counts
from portal.pages.record import CHILDREN
from roster.excluding import exclude
from roster.kinds import KINDS
from roster.listing import live, searching
from roster.models import Organization, User
from tests.portal.pages.conftest import riverside, roster

__all__ = ["riverside", "roster"]

PEOPLE = [("person", "school"), ("person", "grade"), ("person", "role")]


def values_of(organization: Organization, field: str) -> list[str]:
    """Return values that a list may be narrowed by: what is there, and what isn't."""
    if field == "grade":
        grades = User.objects.values_list("grades", flat=True)
        return ["none", "99", *{each for some in grades for each in some}]
    if field == "role":
        return ["student", "teacher", "parent", "nobody"]
    kinds = {"org": ["org", "school"], "parent": ["org", "school"]}.get(field, [field])
    rows = [live(organization, KINDS[kind]).values_list("sourced_id", flat=True) for kind in kinds]
    ids = [each for some in rows for each in some]
    if field == "course":
        ids = [each.partition("~")[0] for each in ids]
    return [*ids, "ghost"]


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_whole_kind(kind: str, roster: Organization) -> None:
    assert Counts(roster).of(kind) == live(roster, KINDS[kind]).count()


@pytest.mark.parametrize(("kind", "field"), [*COLUMNS, *PEOPLE])
@pytest.mark.parametrize("few", [0, 500])
def test_below_another_row(
    kind: str, field: str, few: int, roster: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FEW", few)
    counts = Counts(roster)
    for value in values_of(roster, field):
        if not value:
            continue
        under = {field: value}
        rows = list(searching.found(roster, KINDS[kind], under=under))
        number, listed = counts.listed(KINDS[kind], words="", under=under, marked=False)
        assert (number, list(listed[:1000])) == (len(rows), rows)
        assert counts.of(kind, under) == len(rows)


@pytest.mark.parametrize("kind", searching.CALLED_AFTER)
@pytest.mark.parametrize("words", ["ann", "O'Hara Ann", "teacher", "k1", "a", "algebra tom", "e1"])
def test_searched_by_what_they_are_called_after(
    kind: str, words: str, roster: Organization
) -> None:
    rows = list(searching.found(roster, KINDS[kind], words=words))
    number, listed = Counts(roster).listed(KINDS[kind], words=words, under={}, marked=False)
    assert (number, list(listed[:1000])) == (len(rows), rows)
    if kind == "enrollment" and words == "ann":
        assert rows
        assert list(listed[1:2]) == rows[1:2]


def test_of_what_is_marked(roster: Organization) -> None:
    exclude(roster, "person", ["ann"], reason="Asked", by="test")
    number, rows = Counts(roster).listed(KINDS["person"], words="", under={}, marked=True)
    assert (number, [row.sourced_id for row in rows]) == (1, ["ann"])


def test_lists_below_a_row_are_counted_by_the_map() -> None:
    school = {(kind, field) for kind, field in CHILDREN["school"] if field == "school"}
    assert school - {("grade_level", "school")} <= {*COLUMNS, *PEOPLE}
