"""A school year is as it was foreseen, whatever the rows and marks are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from roster import hierarchy, rollover
from roster.carrying.opening import COLLECTION_OF, decide
from roster.carrying.years import levels_of, prospects
from roster.map import Map, build
from roster.marks import MarkRow, marks_of
from roster.marks.bundled import mark_from_bundles
from roster.models import Organization
from tests.model import districts, tidy
from tests.model.profiles import profile
from tests.roster.deciding.test_agreement import NOON, draw_marks, undone


def visible(organization: Organization, m: Map, marks: Sequence[MarkRow]) -> set[tuple[str, str]]:
    """Return what is seen of a map by whom everything is shared with."""
    decision = decide(organization, m, marks)
    return {
        (kind, m.ids[kind][row])
        for kind in COLLECTION_OF
        for row in decision.ok(kind)[:-1].nonzero()[0].tolist()
    }


@pytest.mark.django_db
@profile(40)
@given(st.data())
def test_a_year_is_as_it_was_foreseen(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = Organization.objects.create(
            slug="riverside", name="Riverside", school_year="2027"
        )
        districts.create(organization, data.draw(districts.edited(), "rows"), tidy.PAIRS)
        hierarchy.derive(organization)
        mark_from_bundles(organization)
        draw_marks(data, organization)
        year = data.draw(st.sampled_from(["2026", "2028"]), "year")
        foreseen = rollover.foresee(organization, year)
        rollover.change_year(organization, year, by="dana")
        m, marks = build(organization), marks_of(organization)
        assert m.year == foreseen.map.year
        assert visible(organization, foreseen.map, foreseen.marks) == visible(
            organization, m, marks
        )
        assert foreseen.prospects == prospects(organization, [*levels_of(organization)], marks)
