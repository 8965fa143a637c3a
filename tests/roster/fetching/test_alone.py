"""Of two who fetch from one source at once, one does."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from django.db import connections

from roster.fetching import NotYet, fetch, folder
from roster.fetching.found import Found, Tick
from roster.models import Arrival, Source
from tests.roster.fetching.conftest import Write


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_fetch_one_source_twice(
    watched: Source, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, both, looks = write(tmp_path / "night.zip"), threading.Barrier(2), []

    def slow(source: Source, tick: Tick) -> Generator[Found]:
        looks.append(source.pk)
        both.wait(20)
        yield Found("night.zip", path, None)

    monkeypatch.setattr(folder, "look", slow)
    results: list[str] = []

    def first() -> None:
        results.append(f"{len(fetch(watched, by='one'))} came")
        connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    while not looks:
        pass
    with pytest.raises(NotYet, match="at this address already"):
        fetch(Source.objects.get(), by="two")
    both.wait(20)
    thread.join(20)
    assert (results, len(looks), Arrival.objects.count()) == (["1 came"], 1, 1)


def test_who_fetches_from_an_address_that_was_changed_takes_nothing(
    watched: Source, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def robbed(source: Source, tick: Tick) -> Generator[Found]:
        Source.objects.update(worker="another")
        yield Found("night.zip", write(tmp_path / "night.zip"), None)

    monkeypatch.setattr(folder, "look", robbed)
    with pytest.raises(NotYet, match="has taken over"):
        fetch(watched, by="test")
    assert not Arrival.objects.exists()
