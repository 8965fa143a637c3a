"""Whatever an import changes: what a mark hid before is hidden after, or a finding tells of it."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from roster import carrying, hierarchy
from roster.carrying.opening import Closed, decide
from roster.map import Map, build
from roster.marks import marks_of
from roster.marks.bundled import mark_from_bundles
from roster.models import Mark, Organization, Status
from tests.model import districts, tidy
from tests.model.profiles import profile
from tests.roster.deciding.test_agreement import NOON, draw_marks, undone


def change(organization: Organization, before: Any, after: Any) -> None:
    """Bring the rows into another state, as an import would: each keeps its key."""
    for model, sourced_id in before.keys() | after.keys():
        rows = model.objects.filter(organization=organization, sourced_id=sourced_id)
        if (model, sourced_id) not in after:
            rows.update(status=Status.RETIRED)
        elif (model, sourced_id) not in before:
            fields = after[model, sourced_id]
            model.objects.create(organization=organization, sourced_id=sourced_id, **fields)
        else:
            rows.update(**({"status": Status.ACTIVE} | after[model, sourced_id]))


def rebuilt(organization: Organization) -> Map:
    Organization.objects.filter(pk=organization.pk).touch()  # type: ignore[attr-defined]
    return build(organization)


@pytest.mark.django_db
@profile(40)
@given(st.data())
def test_no_import_opens_what_a_mark_closed(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = Organization.objects.create(
            slug="riverside", name="Riverside", school_year="2027"
        )
        rows = data.draw(districts.edited(), "rows")
        districts.create(organization, rows, tidy.PAIRS)
        hierarchy.derive(organization)
        mark_from_bundles(organization)
        draw_marks(data, organization)
        before, marks = carrying.before(organization), marks_of(organization)
        old = rebuilt(organization)
        change(organization, rows, rows | data.draw(districts.edits(most=8), "changes"))
        hierarchy.derive(organization)
        opened = carrying.carry(organization, before)
        new = rebuilt(organization)
        now = decide(organization, new, marks_of(organization))
        assert set(Closed(organization, old, marks).opened(now)) == opened.visible.keys()
        assert {record for record, _ in opened.moved} <= opened.visible.keys()
        assert bool(opened.moved) == bool(opened.visible)
        # Nothing is marked that is not of the import's rows, and nothing is marked twice.
        passed = Mark.objects.filter(organization=organization, source=Mark.Source.CARRIED)
        assert {*opened.passed} <= set(passed.values_list("kind", "sourced_id"))
