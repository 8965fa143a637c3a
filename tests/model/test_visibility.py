"""What is published is what the rules say: the product against a second, naive evaluation."""

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

from roster import hierarchy, lines, publishing
from roster.exclusion import rows_of
from roster.kinds import KINDS
from roster.models import Mark, Organization
from tests.model import districts, sharing, tidy
from tests.model.comparing import differences, published
from tests.model.profiles import profile
from tests.oracle import expected

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


def draw_marks(data: Any, organization: Organization) -> None:
    """Mark up to three of all the levels and rows that there are."""
    there = [
        (kind.name, sourced_id)
        for kind in KINDS.values()
        if kind.markable
        for sourced_id in sorted(rows_of(organization, kind).values_list("sourced_id", flat=True))
    ]
    if not there:
        return
    for kind, sourced_id in data.draw(
        st.lists(st.sampled_from(there), max_size=3, unique=True), "marks"
    ):
        Mark.objects.create(
            organization=organization,
            kind=kind,
            sourced_id=sourced_id,
            source=data.draw(SOURCES),
        )


@pytest.mark.django_db
@profile(40)
@given(st.data())
def test_a_line_shows_what_the_rules_say_and_nothing_else(data: Any) -> None:
    with time_machine.travel(NOON, tick=False), undone():
        organization = Organization.objects.create(
            slug="riverside", name="Riverside", **districts.settings(data.draw)
        )
        drawn = data.draw(districts.edited() | districts.rows(), "rows")
        pairs = data.draw(st.just(tidy.PAIRS) | districts.PAIRS, "agents")
        districts.create(organization, drawn, pairs)
        hierarchy.derive(organization)
        draw_marks(data, organization)
        for version in ("1.2", "1.1"):
            rules = sharing.rules(data.draw, version)
            line = lines.line_for(organization, version, rules)
            publishing.publish_line(line, by="test")
            must = expected(organization, version, rules, districts.TODAY)
            told = differences(published(line), must)
            assert not told, f"{version} {rules}\n" + "\n".join(told)
