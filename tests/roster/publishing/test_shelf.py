"""The shelf: a document once, found again by its bytes and by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import orjson
import pytest
from django.db import DatabaseError, IntegrityError, connection

from roster.dialects.composing import Doc
from roster.models import Document, Organization, Rendered
from roster.publishing.lists import List, Swept
from roster.publishing.shelf import Finished, Shelf, Shelves

pytestmark = pytest.mark.django_db


def doc(sourced_id: str, name: str = "Ann") -> Doc:
    body = orjson.dumps({"sourcedId": sourced_id, "status": "active", "title": name})
    return Doc(sourced_id, body)


@pytest.fixture
def organization() -> Organization:
    return Organization.objects.create(slug="riverside", name="Riverside")


@pytest.fixture
def shelves(organization) -> Iterator[Callable[[], Shelves]]:
    """Return what begins anew, knowing nothing of what it was told before."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Shelves(organization.pk))


@pytest.fixture
def shelf(shelves) -> Shelf:
    return shelves().of("1.2", "categories")


def numbers(*each: int):
    return np.array(each, np.int64)


def test_equal_bytes_are_one_document(shelf):
    kept = shelf.put(
        [Finished.of(1, doc("a"), 11), Finished.of(1, doc("a"), 12), Finished.of(2, doc("b"), 21)]
    )
    first, again, other = [number for _, number in kept]
    assert first == again != other
    assert Document.objects.count() == 2


def test_a_document_is_found_by_its_key_and_no_other(shelves, shelf):
    shelf.learn(
        [
            Finished.of(1, doc("a"), 11),
            Finished.of(1, doc("a", "Bo"), -7),
            Finished.of(2, doc("b"), 11),
        ]
    )
    for each in (shelf, shelves().of("1.2", "categories")):
        found = each.find(numbers(1, 1, 2, 2, 3), numbers(11, -7, 11, 12, 11)).tolist()
        assert found[3:] == [0, 0]
        bodies = dict(Document.objects.values_list("pk", "body"))
        assert ["Ann" in bodies[found[0]], "Bo" in bodies[found[1]]] == [True, True]
        assert Document.objects.get(pk=found[2]).sourced_id == "b"
    other = shelves().of("1.1", "categories")
    assert other.find(numbers(1), numbers(11)).tolist() == [0]


def test_a_key_that_somebody_else_has_noted_meanwhile_finds_the_same_document(shelves, shelf):
    late = shelves().of("1.2", "categories")
    assert late.find(numbers(1), numbers(11)).tolist() == [0]
    shelf.learn([Finished.of(1, doc("a"), 11)])
    late.learn([Finished.of(1, doc("a"), 11), Finished.of(2, doc("b"), 21)])
    assert Document.objects.count() == Rendered.objects.count() == 2
    [found] = shelf.find(numbers(1), numbers(11)).tolist()
    assert late.find(numbers(1, 2), numbers(11, 21)).tolist()[0] == found


def test_what_is_kept_once_is_asked_of_the_database_once(shelf, django_assert_num_queries):
    one, same, other = (
        Finished.of(1, doc("a")),
        Finished.of(1, doc("a")),
        Finished.of(2, doc("b")),
    )
    first, again, second = shelf.put_once([one, same, other])
    assert first == again != second
    with django_assert_num_queries(0):
        assert shelf.put_once([same, other]) == [first, second]


def test_without_the_cache_the_same_document_is_found(shelves, shelf):
    shelf.learn([Finished.of(1, doc("a"), 11)])
    [number] = shelf.find(numbers(1), numbers(11)).tolist()
    Rendered.objects.all().delete()
    again = shelves().of("1.2", "categories")
    assert again.find(numbers(1), numbers(11)).tolist() == [0]
    again.learn([Finished.of(1, doc("a"), 11)])
    assert again.find(numbers(1), numbers(11)).tolist() == [number]


def test_a_tombstone_tells_nothing_of_what_it_stands_for(shelf):
    [(_, number)] = shelf.put([Finished.of(1, doc("a"))])
    entry = List(numbers(1), numbers(number), numbers(1000))
    [stone] = shelf.entomb(entry).tolist()
    row = Document.objects.get(pk=stone)
    assert (row.status, row.record, row.sourced_id) == ("tobedeleted", 1, "a")
    assert "Ann" not in row.body
    assert shelf.retired(numbers(number, stone)).tolist() == [False, True]
    assert shelf.entomb(entry).tolist() == [stone]
    assert shelf.ids_of(numbers(stone, number)) == ["a", "a"]


def test_what_a_sweep_has_taken_is_said(shelf):
    with pytest.raises(Swept):
        shelf.entomb(List(numbers(1), numbers(404), numbers(1000)))


def test_numbers_never_return(organization, shelf):
    [(_, number)] = shelf.put([Finished.of(1, doc("a"))])
    Document.objects.all().delete()
    [(_, later)] = shelf.put([Finished.of(1, doc("a"))])
    assert later > number


@pytest.mark.django_db(transaction=True)
def test_batches_that_are_written_ahead_are_all_there_and_in_order(shelf, monkeypatch):
    monkeypatch.setattr("roster.publishing.shelf.BATCH", 10)
    kept = list(shelf.put(Finished.of(n, doc(f"c{n:03d}"), n) for n in range(95)))
    assert [each.record for each, _ in kept] == list(range(95))
    rows = dict(Document.objects.values_list("pk", "sourced_id"))
    assert [rows[number] for _, number in kept] == [f"c{n:03d}" for n in range(95)]


@pytest.mark.django_db(transaction=True)
def test_what_a_writer_cannot_do_is_said_to_whoever_made_it(shelf, monkeypatch):
    monkeypatch.setattr("roster.publishing.shelf.BATCH", 10)
    wrong = doc("x")._replace(facts="no JSON")
    with pytest.raises(DatabaseError):
        list(shelf.put(Finished.of(n, wrong if n > 30 else doc(f"c{n}"), n) for n in range(95)))


def test_two_who_keep_the_same_document_at_once_keep_it_once(shelf, monkeypatch):
    [(_, number)] = shelf.put([Finished.of(1, doc("a"), 11)])
    known, blind = Shelf._known, iter([True])
    monkeypatch.setattr(
        Shelf, "_known", lambda self, records: {} if next(blind, False) else known(self, records)
    )
    [(_, again), (_, other)] = shelf.put(
        [Finished.of(1, doc("a"), 12), Finished.of(2, doc("b"), 21)]
    )
    assert again == number != other


@pytest.mark.django_db(transaction=True)
def test_tombstones_are_all_there_when_the_block_is_left(organization, monkeypatch):
    monkeypatch.setattr("roster.publishing.shelf.BATCH", 10)
    with Shelves(organization.pk) as shelves:
        shelf = shelves.of("1.2", "categories")
        made = shelf.put(Finished.of(n, doc(f"c{n:03d}")) for n in range(95))
        live = List(np.arange(95), numbers(*(number for _, number in made)), np.arange(95))
        stones = shelf.entomb(live)
        assert shelf.ids_of(stones) == [f"c{n:03d}" for n in range(95)]
    rows = dict(Document.objects.filter(status="tobedeleted").values_list("pk", "sourced_id"))
    assert [rows[each] for each in stones.tolist()] == [f"c{n:03d}" for n in range(95)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_tombstones_that_somebody_else_kept_meanwhile_are_made_again(organization, monkeypatch):
    with Shelves(organization.pk) as shelves:
        [(_, number)] = shelves.of("1.2", "categories").put([Finished.of(1, doc("a"))])
    entry = List(numbers(1), numbers(number), numbers(1000))
    with pytest.raises(IntegrityError), Shelves(organization.pk) as late:
        monkeypatch.setattr(Shelf, "_known", lambda self, records: {})
        late.of("1.2", "categories").entomb(entry)
        with Shelves(organization.pk) as shelves:
            shelves.of("1.2", "categories").entomb(entry)
    assert Document.objects.count() == 2
