"""A document is a function of its arguments, and the key of a row is the hash of all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster import hierarchy
from roster.clock import clock
from roster.deciding import Decision
from roster.deciding.answers import keys
from roster.dialects import Doc
from roster.dialects.documents import objectives
from roster.kinds import ROWS_OF
from roster.models import Organization
from tests.model import districts
from tests.model.profiles import profile
from tests.roster.dialects.drawing import (
    decide,
    district,
    documents,
    draw_marks,
    draw_rules,
    mapped,
)


def test_a_source_of_ones_own_is_sent_as_unknown() -> None:
    known = [
        {"source": "case", "learningObjectiveIds": ["a"]},
        {"source": "unknown", "learningObjectiveIds": ["b"]},
    ]
    own = {"source": "ext:state", "learningObjectiveIds": ["K.1"]}
    assert objectives([*known, own]) == [*known, {**own, "source": "unknown"}]


Found = dict[tuple[str, str, int, int], Doc]
"""Documents by version, collection, record and key."""


def remember(found: Found, organization: Organization, d: Decision) -> None:
    """Note what a decision renders; whatever has a known key must be what was rendered with it."""
    for collection in d.collections():
        records, known = getattr(d.map, ROWS_OF[collection]).record, keys(d, collection)
        for position, doc in documents(organization, d, collection).items():
            name = d.version, collection, int(records[position]), int(known[position])
            assert found.setdefault(name, doc) == doc


def edit(data: Any, organization: Organization) -> None:
    """Change some rows, as an import would."""
    for (model, sourced_id), fields in data.draw(districts.edits(most=4), "edits").items():
        rows = model.objects.filter(organization=organization, sourced_id=sourced_id)
        stamped = {**fields, "last_modified": clock() + timedelta(seconds=1)}
        if not rows.update(**stamped):
            model.objects.create(organization=organization, sourced_id=sourced_id, **stamped)
    Organization.objects.filter(pk=organization.pk).touch()
    hierarchy.derive(organization)


@pytest.mark.django_db
@profile(25)
@given(st.data())
def test_equal_keys_are_equal_documents_whoever_reads_and_whatever_map(data: Any) -> None:
    found: Found = {}
    with district(data) as organization:
        for step in range(2):
            if step:
                edit(data, organization)
            m = mapped(organization)
            for version in ("1.2", "1.1"):
                for _ in range(3):
                    rules = draw_rules(data, version, organization)
                    marks = draw_marks(data, m)
                    remember(found, organization, decide(organization, m, version, rules, marks))
