"""Maps are kept in the database, and in processes by a key that is never given again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from roster import map as maps
from roster.map import Map, storing
from roster.models import Org, Organization, StoredMap
from roster.organizations import create_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def oak(db: None) -> Organization:
    return create_organization("oak", "Oak", by="test")


def add(organization: Organization, sourced_id: str) -> Map:
    """Add a school, and return the map of the rows with it."""
    add_only(organization, sourced_id)
    stored = storing.store(organization, maps.build(organization))
    return maps.load(stored.pk)


def add_only(organization: Organization, sourced_id: str) -> None:
    Org.objects.create(organization=organization, sourced_id=sourced_id, name="Oak", type="school")
    Organization.objects.filter(pk=organization.pk).touch()


def orgs(m: Map) -> list[str]:
    return [*m.ids["org"]]


def test_a_map_of_another_form_is_read_as_long_as_its_rows_stand(
    oak: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = storing.store(oak, add(oak, "one"))
    monkeypatch.setattr(storing, "FORM", storing.FORM + 1)
    maps.forget()
    assert orgs(maps.load(stored.pk)) == ["one"]
    StoredMap.objects.update(form=storing.FORM - 1)
    add(oak, "two")
    maps.forget()
    with pytest.raises(maps.Outdated):
        maps.load(stored.pk)


@pytest.mark.parametrize(("start", "end"), [(-1, None), (0, 4), (20, 24), (100, 108), (2, None)])
def test_a_damaged_map_is_read_as_long_as_its_rows_stand(
    oak: Organization, start: int, end: int | None
) -> None:
    def break_it(stored: StoredMap) -> None:
        content = bytes(StoredMap.objects.get(pk=stored.pk).content)
        lost = bytes(end - start) + content[end:] if end else b""
        StoredMap.objects.filter(pk=stored.pk).update(content=content[:start] + lost)
        maps.forget()

    add(oak, "one")
    first, _ = maps.current(oak)
    break_it(first)
    assert orgs(maps.load(first.pk)) == ["one"]
    maps.forget()
    assert orgs(maps.load(first.pk)) == ["one"]
    break_it(first)
    add(oak, "two")
    maps.forget()
    with pytest.raises(maps.Outdated):
        maps.load(first.pk)
    assert orgs(maps.current(oak)[1]) == ["one", "two"]


def test_a_map_that_can_be_read_is_not_written_anew(oak: Organization) -> None:
    m = add(oak, "one")
    stored, _ = maps.current(oak)
    StoredMap.objects.update(content=b"as others are reading it")
    assert storing.store(oak, m) == stored
    assert bytes(StoredMap.objects.get().content) == b"as others are reading it"


def test_a_map_that_is_swept_meanwhile_gives_way_to_the_next(
    oak: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(oak, "one")
    read, swept = storing.load, list[int]()

    def load(stored: StoredMap) -> Map:
        if not swept:
            swept.append(stored.pk)
            add_only(oak, "two")
            StoredMap.objects.filter(pk=stored.pk).delete()
            maps.forget()
        return read(stored)

    monkeypatch.setattr(storing, "load", load)
    assert orgs(maps.current(oak)[1]) == ["one", "two"]


def test_the_map_of_the_last_refresh_is_named_without_reading_it(oak: Organization) -> None:
    assert maps.shown(oak) is None
    add(oak, "school-1")
    oak.shown_map, _ = maps.current(oak)
    found = maps.shown(oak)
    assert found == oak.shown_map
    assert found.get_deferred_fields() == {"content", "built"}


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
