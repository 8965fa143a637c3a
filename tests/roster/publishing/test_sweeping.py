"""Sweeping: what nobody reads goes, some time after, and nothing else ever does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from roster import publishing
from roster.clock import clock
from roster.excluding import exclude
from roster.models import (
    Document,
    Feed,
    ListPart,
    Organization,
    Rendered,
    StoredMap,
    User,
)
from roster.publishing import changing, refresh, sweep, sweeping
from roster.publishing.flipping import READ_ON
from roster.publishing.lists import Swept, read
from tests.roster.districts import demo_district, published, shown, student_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock(), tick=True) as traveller:
        yield traveller


def rename(feed: Feed, name: str) -> int:
    """Rename a student, refresh, and return the document that was listed of them before."""
    student = student_of(feed)
    rows = User.objects.filter(organization=feed.organization, sourced_id=student)
    before = Document.objects.get(collection="users", body=shown(feed)["users", student])
    rows.update(given_name=name, last_modified=clock() + timedelta(seconds=1))
    Organization.objects.filter(pk=feed.organization_id).touch()
    refresh(feed.organization, by="test")
    return int(before.pk)


def test_a_list_goes_a_while_after_it_was_superseded_and_its_documents_later(
    district: Organization, moment: time_machine.Traveller
) -> None:
    (feed,) = published(district, "1.2")
    old = feed.publication
    assert old
    document = rename(feed, "Zoë")
    before = shown(feed)
    assert sum(sweep(district).values()) == 0
    moment.shift(timedelta(minutes=2))
    assert sweep(district)["lists"] == 1
    old.refresh_from_db()
    assert (old.listed, old.lists, old.map) == (False, {}, None)
    assert Document.objects.get(pk=document).unlisted_since is not None
    moment.shift(timedelta(hours=1))
    found = sweep(district)
    assert (found["documents"], found["maps"]) == (1, 0)
    assert found["parts"] > 0
    assert not Document.objects.filter(pk=document).exists()
    assert not Rendered.objects.filter(document=document).exists()
    assert shown(feed) == before
    assert StoredMap.objects.filter(organization=district).count() == 1


def test_lists_that_are_gone_are_no_empty_ones(
    district: Organization, moment: time_machine.Traveller
) -> None:
    (feed,) = published(district, "1.2")
    old = feed.publication
    assert old
    rename(feed, "Zoë")
    assert (sweep(district)["lists"], len(read(old, "orgs")) > 0) == (0, True)
    moment.shift(READ_ON)
    assert (sweep(district)["lists"], publishing.keep(old.pk, clock())) == (1, False)
    old.refresh_from_db()
    with pytest.raises(Swept):
        read(old, "orgs")


def test_who_begins_to_read_what_an_act_was_to_drop_reads_it_without_the_child(
    district: Organization,
    moment: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (feed,) = published(district, "1.2")
    old, student = feed.publication, student_of(feed)
    assert old
    rename(feed, "Zoë")
    moment.shift(timedelta(minutes=11))
    prepare, kept = changing.withdrawn, list[bool]()

    def slowly(*args: Any, **more: Any) -> Any:
        plan = prepare(*args, **more)
        if not kept:
            # A request that has waited since before the refresh.
            kept.append(publishing.keep(old.pk, clock() + timedelta(hours=24)))
        return plan

    monkeypatch.setattr(changing, "withdrawn", slowly)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    old.refresh_from_db()
    assert (kept, old.listed) == ([True], True)
    assert json.loads(shown(feed, old)["users", student])["status"] == "tobedeleted"


def test_what_a_run_reads_stays(district: Organization, moment: time_machine.Traveller) -> None:
    (feed,) = published(district, "1.2")
    old, before = feed.publication, shown(feed)
    assert old
    assert publishing.keep(old.pk, clock() + timedelta(hours=24))
    assert publishing.keep(old.pk, clock() + timedelta(hours=1))
    exclude(district, "person", [student_of(feed, 5)], reason="Opt-out", by="dana")
    for _ in range(3):
        moment.shift(timedelta(hours=2))
        assert sweep(district)["documents"] == 0
    old.refresh_from_db()
    assert shown(feed, old).keys() == before.keys()
    moment.shift(timedelta(hours=24))
    assert sweep(district)["lists"] == 1


def test_a_document_that_is_listed_again_stays(
    district: Organization, moment: time_machine.Traveller
) -> None:
    (feed,) = published(district, "1.2")
    name = User.objects.get(organization=district, sourced_id=student_of(feed)).given_name
    document = rename(feed, "Zoë")
    moment.shift(timedelta(minutes=11))
    sweep(district)
    rename(feed, name)
    moment.shift(timedelta(hours=2))
    sweep(district)
    found = Document.objects.get(pk=document)
    assert found.unlisted_since is None
    assert found.body == shown(feed)["users", found.sourced_id]


def test_what_is_shown_while_it_sweeps_stops_it(
    district: Organization, moment: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    (feed,) = published(district, "1.2")
    rename(feed, "Zoë")
    moment.shift(timedelta(minutes=11))
    sweep(district)
    moment.shift(timedelta(hours=2))
    look, student = sweeping._listed, student_of(feed, 5)

    def meanwhile(*arguments: object) -> object:
        found = look(*arguments)  # type: ignore[arg-type]
        exclude(district, "person", [student], reason="Opt-out", by="dana")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(sweeping, "_listed", meanwhile)
        found = sweep(district)
    assert (found["parts"], found["documents"]) == (0, 0)
    assert sweep(district)["documents"] == 1


def test_whoever_prepares_meanwhile_begins_again(
    district: Organization, moment: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document found by its key, and swept before it is listed."""
    (feed,) = published(district, "1.2")
    name = User.objects.get(organization=district, sourced_id=student_of(feed)).given_name
    document = rename(feed, "Zoë")
    moment.shift(timedelta(minutes=11))
    sweep(district)
    moment.shift(timedelta(hours=2))
    rows = User.objects.filter(organization=district, sourced_id=student_of(feed))
    rows.update(given_name=name, last_modified=clock() + timedelta(seconds=1))
    Organization.objects.filter(pk=district.pk).touch()
    make, swept = publishing.making.Maker.make, []

    def overtaken(maker: object, *arguments: object) -> None:
        make(maker, *arguments)  # type: ignore[arg-type]
        swept.append(sweep(district)["documents"])

    monkeypatch.setattr(publishing.making.Maker, "make", overtaken)
    refresh(district, by="test")
    assert swept == [1, 0]
    assert not Document.objects.filter(pk=document).exists()
    assert f'"givenName":"{name}"' in shown(feed)["users", student_of(feed)]


def test_parts_that_no_publication_came_to_name_go(
    district: Organization, moment: time_machine.Traveller
) -> None:
    (feed,) = published(district, "1.2")
    part = ListPart.objects.order_by("pk")[0]
    stray = ListPart.objects.create(organization=district, entries=1, content=part.content)
    assert sweep(district)["parts"] == 0
    moment.shift(timedelta(hours=2))
    assert sweep(district)["parts"] == 1
    assert not ListPart.objects.filter(pk=stray.pk).exists()
    assert shown(feed)
