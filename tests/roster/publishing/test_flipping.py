"""Flips: what is prepared is prepared again where anything that it read is gone meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from roster.map import load
from roster.models import Organization
from roster.organizations import create_organization
from roster.publishing.flipping import flip
from roster.publishing.lists import Swept
from roster.publishing.plans import Plan
from roster.publishing.rendering import RowsChanged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def riverside(transactional_db: None) -> Organization:
    return create_organization("riverside", "Riverside", by="test")


def swept() -> None:
    raise Swept


def changed() -> None:
    raise RowsChanged


def without_its_map() -> None:
    """What was read had a map when its row was read, and a sweep has deleted it since."""
    load(1)


@pytest.mark.parametrize("overtaken", [swept, changed, without_its_map])
def test_a_plan_is_made_again_where_something_it_read_is_gone(
    riverside: Organization, overtaken: Callable[[], None]
) -> None:
    made: list[Plan] = []

    def prepare() -> Plan:
        made.append(Plan())
        if len(made) == 1:
            overtaken()
        return made[-1]

    done: list[int] = []
    plan, _ = flip(riverside, prepare, lambda: done.append(1))
    assert (plan, len(made), done) == (made[1], 2, [1])
