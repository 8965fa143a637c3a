"""At a refresh it is counted what reaches no vendor: once for the same data, day and marks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from roster.clock import clock
from roster.models import Import, Klass, Mark, Organization, Publication, Refresh
from roster.publishing import counting, refresh
from tests.roster.districts import published
from tests.roster.importing.conftest import one_class

DAY = "2026-11-16T12:00:00Z"


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    with time_machine.travel(DAY, tick=False):
        return one_class(tmp_path)


def hidden(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {version: each["hidden"] for version, each in found.items()}


@time_machine.travel(DAY, tick=False)
def test_refresh_and_publications_keep_what_reaches_no_vendor(riverside: Organization) -> None:
    Klass.objects.update(terms=[], last_modified=clock() + timedelta(seconds=1))
    Organization.objects.filter(pk=riverside.pk).update(revision=9)
    published(riverside, "1.1", "1.2")
    row = Refresh.objects.get()
    assert row.numbers["1.2"]["hidden"]["classes"] == 1
    assert {p.feed.version: p.numbers for p in Publication.objects.all()} == row.numbers


@time_machine.travel(DAY, tick=False)
def test_the_same_data_is_counted_once(
    riverside: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = refresh(riverside, by="Dana")["numbers"]
    monkeypatch.setattr(counting, "numbers_of", None)
    assert refresh(riverside, by="Dana")["numbers"] == first


@time_machine.travel(DAY, tick=False)
def test_other_marks_are_counted_anew(riverside: Organization) -> None:
    before = hidden(refresh(riverside, by="Dana")["numbers"])
    Mark.objects.create(organization=riverside, kind="section", sourced_id="k1", by_name="Dana")
    after = hidden(refresh(riverside, by="Dana")["numbers"])
    assert (before["1.2"]["classes"], after["1.2"]["classes"]) == (0, 1)


def test_an_import_keeps_them_too(riverside: Organization) -> None:
    found = Import.objects.get().numbers
    assert found["1.1"]["records"] == {"classes": 1, "enrollments": 2, "users": 3}
    assert hidden(found)["1.2"] == {"classes": 0, "enrollments": 0, "users": 0}
