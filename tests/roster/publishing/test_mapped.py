"""Rows are read as the map knows them, whatever an import has made of them since."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from roster.clock import clock
from roster.map import Map, build
from roster.models import FormerRow, LineItem, Org, Organization, Role, User
from roster.publishing.mapped import RowsChanged, rows_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def riverside() -> Organization:
    found = Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")
    Org.objects.create(organization=found, sourced_id="north", name="North", type="school")
    for name in ("ann", "ben"):
        User.objects.create(
            organization=found, sourced_id=name, given_name=name.title(), family_name="Lee"
        )
    Role.objects.create(
        organization=found,
        sourced_id="r1",
        user="ann",
        org="north",
        role="student",
        begin_date=date(2026, 8, 20),
    )
    return found


def imported(model: Any, sourced_id: str, **fields: Any) -> None:
    """Change a row as an import does."""
    later = clock() + timedelta(seconds=1)
    model.objects.filter(sourced_id=sourced_id).update(last_modified=later, **fields)


def keep(row: Any) -> None:
    """Keep a row's values as an import does, before it changes them."""
    columns = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        columns[field.attname] = value.isoformat() if hasattr(value, "isoformat") else value
    FormerRow.objects.create(
        organization=row.organization,
        table=row._meta.model_name,
        record=row.pk,
        digest=row.digest,
        revision=1,
        columns=columns,
    )


def names(m: Map) -> list[str]:
    return [row.given_name for row in rows_at(m, "person", [1, 0])]


def test_rows_come_in_the_order_asked_for_with_typed_values(riverside: Organization) -> None:
    m = build(riverside)
    assert names(m) == ["Ben", "Ann"]
    (role,) = rows_at(m, "role", [0])
    assert (role.user, role.begin_date, role.metadata) == ("ann", date(2026, 8, 20), {})
    assert rows_at(m, "person", []) == []


def test_what_an_import_changed_is_read_as_it_was(riverside: Organization) -> None:
    m = build(riverside)
    keep(User.objects.get(sourced_id="ann"))
    imported(User, "ann", given_name="Anna")
    assert names(m) == ["Ben", "Ann"]
    keep(Role.objects.get(sourced_id="r1"))
    imported(Role, "r1", begin_date=None)
    assert rows_at(m, "role", [0])[0].begin_date == date(2026, 8, 20)


def test_of_several_former_values_those_of_the_map_are_taken(riverside: Organization) -> None:
    keep(User.objects.get(sourced_id="ann"))
    imported(User, "ann", given_name="Anna")
    m = build(riverside)
    keep(User.objects.get(sourced_id="ann"))
    imported(User, "ann", given_name="Annika")
    # The clock may not have moved: what differs then is the digest.
    User.objects.filter(sourced_id="ann").update(digest="f" * 32)
    assert names(m) == ["Ben", "Anna"]


def test_without_former_values_a_newer_map_is_asked_for(riverside: Organization) -> None:
    m = build(riverside)
    imported(User, "ann", given_name="Anna")
    with pytest.raises(RowsChanged, match="user"):
        rows_at(m, "person", [0])


def test_moments_have_their_zone(riverside: Organization) -> None:
    due = clock()
    LineItem.objects.create(
        organization=riverside, sourced_id="l1", title="Essay", assign_date=due, due_date=due
    )
    m = build(riverside)
    assert rows_at(m, "line_item", [0])[0].due_date == due
    keep(LineItem.objects.get(sourced_id="l1"))
    imported(LineItem, "l1", due_date=due + timedelta(days=1))
    assert rows_at(m, "line_item", [0])[0].due_date == due
