"""Maps are kept in the database, and in processes by a key that is never given again."""

from __future__ import annotations

import gzip
import json
import zlib
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from django.apps import apps
from django.db import transaction

from roster import map as maps
from roster.map import Map, storing
from roster.map.packed import Packed
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


def test_columns_stay_packed_but_for_those_that_a_maps_arrays_hold(oak: Organization) -> None:
    def unpacked(m: Map) -> set[str]:
        values = m.tables["org"].values
        return {name for name in values if not isinstance(values.data[name], Packed)}

    built = add(oak, "one")
    assert not unpacked(built)
    stored, _ = maps.current(oak)
    maps.forget()
    m = maps.load(stored)
    assert orgs(m) == ["one"]
    assert m.org.record[0] == Org.objects.get().pk
    assert unpacked(m) == {"record"}
    assert storing.pack(m) == storing.pack(built)


def test_a_map_of_one_text_is_converted(oak: Organization) -> None:
    m = add(oak, "one")
    stored, _ = maps.current(oak)
    StoredMap.objects.update(form=2, content=of_one_text(m))
    migration = import_module("roster.migrations.0031_maps_by_column")
    migration.by_column(apps, None)
    maps.forget()
    assert StoredMap.objects.get().form == storing.FORM
    again = maps.load(stored)
    for kind, table in m.tables.items():
        for name, values in table.values.items():
            assert np.array_equal(again.tables[kind].values[name], values), (kind, name)


def of_one_text(m: Map) -> bytes:
    """Return a map as it was stored before: head and columns one after the other, compressed."""
    head: dict[str, Any] = {"year": m.year, "words": {n: w.words for n, w in m.words.items()}}
    head["tables"], columns = {}, []
    for kind, table in m.tables.items():
        values = {name: values for name, values in table.values.items() if name != "text"}
        columns += [table.values["text"], *values.values()]
        head["tables"][kind] = {
            "state": table.state,
            "ids": len(table.values["text"]),
            "columns": [(name, each.dtype.str, len(each)) for name, each in values.items()],
        }
    text = json.dumps(head).encode()
    whole = b"".join([len(text).to_bytes(8, "little"), text, *(each.tobytes() for each in columns)])
    content = gzip.compress(whole)
    return zlib.crc32(content).to_bytes(4, "little") + content
