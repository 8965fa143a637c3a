"""Random districts with their maps, and what random decisions render of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.db import transaction
from hypothesis import strategies as st

from roster import hierarchy
from roster.deciding import Decision, Rules, Settings
from roster.dialects import Doc
from roster.kinds import KINDS
from roster.map import Map, build
from roster.marks import MarkRow, resolve
from roster.models import Organization
from roster.publishing.rendering import rendered
from tests.model import districts, sharing, tidy

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)

LEVELS = [kind.name for kind in KINDS.values() if kind.markable and kind.name != "school"]


class _Undo(Exception):
    pass


@contextmanager
def district(data: Any) -> Iterator[Organization]:
    """Give a random district that is gone again afterwards."""
    try:
        with time_machine.travel(NOON, tick=False), transaction.atomic():
            organization = Organization.objects.create(
                slug="riverside", name="Riverside", **districts.settings(data.draw)
            )
            rows = data.draw(districts.edited() | districts.rows(), "rows")
            pairs = data.draw(st.just(tidy.PAIRS) | districts.PAIRS, "agents")
            districts.create(organization, rows, pairs)
            hierarchy.derive(organization)
            yield organization
            raise _Undo
    except _Undo:
        pass


def draw_marks(data: Any, m: Map, least: int = 0) -> list[MarkRow]:
    """Draw marks on rows and levels of a map."""
    there = [(kind, sourced_id) for kind in LEVELS for sourced_id in m.ids[kind]]
    if not there:
        return []
    chosen = data.draw(
        st.lists(st.sampled_from(there), min_size=least, max_size=4, unique=True), "marks"
    )
    return [MarkRow(kind, sourced_id, "person", {}) for kind, sourced_id in chosen]


def draw_rules(data: Any, version: str, organization: Organization) -> Rules:
    drawn = sharing.rules(data.draw, version)
    return Rules.of(drawn, organization.field_policy)


def decide(
    organization: Organization, m: Map, version: str, rules: Rules, marks: list[MarkRow]
) -> Decision:
    settings = Settings.of(organization)
    return Decision(m, version, rules, settings, districts.TODAY, resolve(marks, m))


def documents(organization: Organization, d: Decision, collection: str) -> dict[int, Doc]:
    """Return what a decision renders of a collection, by position."""
    return dict(rendered(organization, d, collection, d.visible(collection).tolist()))


def mapped(organization: Organization) -> Map:
    organization.refresh_from_db()
    return build(organization)
