"""What is decided and rendered is what the rules say: the product against a naive evaluation."""

from __future__ import annotations

import json
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
from roster.map import current
from roster.marks import marks_of, resolve
from roster.marks.bundled import mark_from_bundles
from roster.models import Mark, Organization
from roster.publishing.rendering import rendered
from tests.model import districts, forgetting, sharing, tidy
from tests.model.comparing import Documents, differences, plain
from tests.model.ground import Ground
from tests.model.profiles import profile
from tests.oracle import expected
from tests.oracle.district import District

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
SOURCES = st.sampled_from(["person", "bundle"])


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
    finally:
        forgetting.forget()


def decided(organization: Organization, version: str, rules: dict[str, Any]) -> Documents:
    """Return what the product decides and renders now, by collection and id, plain."""
    organization.refresh_from_db()
    _, map_ = current(organization)
    decision = Decision(
        map_,
        version,
        Rules.of(rules, organization.field_policy),
        Settings.of(organization),
        organization.today(),
        resolve(marks_of(organization), map_),
    )
    found: Documents = {}
    for collection in decision.collections():
        positions = decision.visible(collection)
        for _, doc in rendered(organization, decision, collection, positions.tolist()):
            found.setdefault(collection, {})[doc.sourced_id] = plain(json.loads(doc.body))
    return found


def draw_marks(data: Any, organization: Organization) -> None:
    """Mark up to three of all the levels and rows that there are."""
    there = Ground(District(organization)).levels()
    if not there:
        return
    for kind, sourced_id in data.draw(
        st.lists(st.sampled_from(there), max_size=3, unique=True), "marks"
    ):
        Mark.objects.get_or_create(
            organization=organization,
            kind=kind,
            sourced_id=sourced_id,
            source=data.draw(SOURCES),
        )


def district(data: Any) -> Organization:
    """Draw a small district, clean or mangled, with some marks."""
    organization = Organization.objects.create(
        slug="riverside", name="Riverside", **districts.settings(data.draw)
    )
    drawn = data.draw(districts.edited() | districts.rows(), "rows")
    pairs = data.draw(st.just(tidy.PAIRS) | districts.PAIRS, "agents")
    districts.create(organization, drawn, pairs)
    hierarchy.derive(organization)
    mark_from_bundles(organization)
    draw_marks(data, organization)
    return organization


@pytest.mark.django_db
@profile(40)
@given(st.data())
def test_a_connection_sees_what_the_rules_say_and_nothing_else(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = district(data)
        for version in ("1.2", "1.1"):
            rules = sharing.rules(data.draw, version)
            must = expected(organization, version, rules, districts.TODAY)
            said = differences(decided(organization, version, rules), must)
            assert not said, f"{version} {rules}\n" + "\n".join(said)
