"""Deciding agrees with a second, naive evaluation of the rules: the same ids, for any district."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from roster import hierarchy
from roster.deciding import Decision, Rules, Settings
from roster.kinds import KINDS, ROWS_OF
from roster.listing import rows_of
from roster.map import build
from roster.marks import marks_of, resolve
from roster.marks.bundled import mark_from_bundles
from roster.models import Mark, Organization
from tests.model import districts, sharing, tidy
from tests.model.profiles import profile
from tests.oracle import expected

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


class _Undo(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens to the database inside, it hasn't happened afterwards."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def draw_marks(data: Any, organization: Organization) -> None:
    """Mark up to four of all the levels and rows that there are."""
    there = [
        (kind.name, sourced_id)
        for kind in KINDS.values()
        if kind.markable
        for sourced_id in sorted(rows_of(organization, kind).values_list("sourced_id", flat=True))
    ]
    for kind, sourced_id in data.draw(
        st.lists(st.sampled_from(there), max_size=4, unique=True) if there else st.just([]), "marks"
    ):
        Mark.objects.create(organization=organization, kind=kind, sourced_id=sourced_id)


def decided(organization: Organization, version: str, rules: dict[str, Any]) -> dict[str, set[str]]:
    m = build(organization)
    d = Decision(
        m,
        version,
        Rules.of(rules, organization.field_policy),
        Settings.of(organization),
        districts.TODAY,
        resolve(marks_of(organization), m),
    )
    return {
        name: {m.ids[ROWS_OF[name]][row] for row in d.visible(name).tolist()}
        for name in d.collections()
    }


@pytest.mark.django_db
@profile(30)
@given(st.data())
def test_the_same_records_are_visible_as_by_the_rules(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = Organization.objects.create(
            slug="riverside", name="Riverside", **districts.settings(data.draw)
        )
        drawn = data.draw(districts.edited() | districts.rows(), "rows")
        pairs = data.draw(st.just(tidy.PAIRS) | districts.PAIRS, "agents")
        districts.create(organization, drawn, pairs)
        hierarchy.derive(organization)
        mark_from_bundles(organization)
        draw_marks(data, organization)
        for version in ("1.2", "1.1"):
            rules = sharing.rules(data.draw, version)
            must = expected(organization, version, rules, districts.TODAY)
            found = decided(organization, version, rules)
            assert {name: ids for name, ids in found.items() if ids} == {
                name: set(documents) for name, documents in must.items() if documents
            }, f"{version} {rules}"
