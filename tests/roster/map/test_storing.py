"""Maps are kept in the database, and in processes by a key that is never given again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from roster import map as maps
from roster.map import Map, storing
from roster.models import Org, Organization
from roster.organizations import create_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def oak(db: None) -> Organization:
    return create_organization("oak", "Oak", by="test")


def add(organization: Organization, sourced_id: str) -> Map:
    """Add a school, and return the map of the rows with it."""
    Org.objects.create(organization=organization, sourced_id=sourced_id, name="Oak", type="school")
    Organization.objects.filter(pk=organization.pk).touch()
    stored = storing.store(organization, maps.build(organization))
    return maps.load(stored.pk)


def orgs(m: Map) -> list[str]:
    return [*m.ids["org"]]


def test_what_was_rolled_back_is_not_taken_for_another(oak: Organization) -> None:
    class Undone(Exception):
        pass

    def try_only() -> Any:
        with transaction.atomic():
            assert "tried" in orgs(add(oak, "tried"))
            raise Undone

    with pytest.raises(Undone):
        try_only()
    assert orgs(add(oak, "real")) == ["real"]
