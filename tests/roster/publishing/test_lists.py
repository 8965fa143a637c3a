"""Lists of publications: what is stored is what is read, and what didn't change isn't stored."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.models import ListPart, Organization
from roster.publishing import lists
from roster.publishing.lists import EMPTY, NEW, List, Listed
from roster.publishing.splicing import spliced

pytestmark = pytest.mark.django_db


def entries(*rows: tuple[int, int, int]) -> List:
    return List(*np.array(rows, np.int64).reshape(-1, 3).T)


def store(organization: int, kept: List) -> list[lists.Reference]:
    parts = lists.Parts(organization)
    found = parts.store(kept)
    parts.flush()
    return found


def same(one: List, other: List) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture
def pk() -> int:
    return Organization.objects.create(slug="riverside", name="Riverside").pk


def test_a_list_is_read_as_it_was_stored(pk):
    kept = entries((7, 70, 1000), (3, 2**40, 2000), (9, 5, 1000))
    found = Listed(0, {"users": {"live": store(pk, kept)}})
    assert same(lists.read(found, "users"), kept)
    assert same(lists.read(found, "users", tombstones=True), EMPTY)
    assert same(lists.read(found, "orgs"), EMPTY)


def test_what_is_new_gets_its_stamp_from_what_names_the_part(pk):
    [[part, size, stamp]] = store(pk, entries((7, 70, NEW), (8, 80, 1000)))
    assert stamp == NEW
    found = Listed(0, {"users": {"live": [[part, size, 5000]]}})
    assert lists.read(found, "users").stamps.tolist() == [5000, 1000]


def test_a_long_list_has_several_parts(pk, monkeypatch):
    monkeypatch.setattr(lists, "PART", 10)
    kept = entries(*((n, n * 2, 1000) for n in range(25)))
    parts = store(pk, kept)
    assert [size for _, size, _ in parts] == [10, 10, 5]
    assert same(lists.joined(lists.fetch(parts)), kept)


def test_entries_about_a_record_are_found_in_the_parts_that_have_them(pk, monkeypatch):
    monkeypatch.setattr(lists, "PART", 2)
    parts = store(pk, entries((7, 70, 1000), (3, 2**40, NEW), (9, 5, 1000), (8, 80, 2000)))
    parts[0][2] = 5000
    found = lists.about(parts, np.array([3, 4711]))
    assert same(found[0], entries((3, 2**40, 5000)))
    assert same(found[1], EMPTY)


def test_former_entries_are_read_by_act(pk):
    first = [[part, size, 5000] for part, size, _ in store(pk, entries((7, 70, 1000)))]
    second = [[part, size, 6000] for part, size, _ in store(pk, entries((7, 71, 5000)))]
    found = Listed(2, {"users": {"former": [*first, *second]}})
    assert [(act, each.documents.tolist()) for act, each in lists.former(found, "users")] == [
        (5000, [70]),
        (6000, [71]),
    ]


def test_parts_in_which_nothing_changed_are_shared(pk, monkeypatch):
    monkeypatch.setattr("roster.publishing.splicing.PART", 10)
    monkeypatch.setattr(lists, "PART", 10)
    before = entries(*((n, n * 2, 1000) for n in range(40)))
    parts = [[part, size, 1000] for part, size, _ in store(pk, before)]
    documents = before.documents.copy()
    documents[15] = 999
    stamps = np.where(documents == before.documents, before.stamps, NEW)
    after = List(before.records, documents, stamps)
    writer = lists.Parts(pk)
    found = spliced(writer, parts, before, after)
    writer.flush()
    assert [part in parts for part in found] == [True, False, True, True]
    assert ListPart.objects.count() == 5
    assert same(lists.joined(lists.fetch(found)), after)


@given(data=st.data())
@settings(max_examples=60)
def test_a_spliced_list_is_the_list(data):
    size = data.draw(st.integers(0, 60))
    before = entries(*((n, n + 1000, 1000) for n in range(0, size * 2, 2)))
    held = data.draw(st.sets(st.sampled_from(range(0, size * 2, 2)))) if size else set()
    fresh = data.draw(st.sets(st.sampled_from(range(-3, size * 2 + 5, 2)), max_size=30))
    other = data.draw(st.sets(st.sampled_from(sorted(held)))) if held else set()
    rows = [
        (n, n + (5000 if n in other else 1000), NEW if n in other or n in fresh else 1000)
        for n in sorted(held | fresh)
    ]
    after = entries(*rows)
    pk = Organization.objects.get_or_create(slug="riverside", name="Riverside")[0].pk
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("roster.publishing.splicing.PART", 8)
        patch.setattr(lists, "PART", 8)
        parts = [[part, count, 1000] for part, count, _ in store(pk, before)]
        writer = lists.Parts(pk)
        found = spliced(writer, parts, before, after)
        writer.flush()
    assert same(lists.joined(lists.fetch(found)), after)
    assert all(count <= 16 for _, count, _ in found)
