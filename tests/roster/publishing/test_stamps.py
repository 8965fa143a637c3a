"""What moves no stamp: whatever a vendor reads as it was is what it has heard of already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from roster import map as maps
from roster import publishing, reading
from roster.clock import clock
from roster.dialects.documents import RENDERING
from roster.excluding import exclude
from roster.map import storing
from roster.models import Feed, Organization, Rendered, StoredMap, User
from roster.organizations import set_field_policy
from roster.publishing import refresh
from tests.roster.districts import demo_district, published, reader_of, shown, stamps, student_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


def empty_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has just begun."""
    reading.forget()
    maps.forget()


def empty_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is known by what it was rendered from."""
    empty_caches(monkeypatch)
    Rendered.objects.all().delete()


def rendering_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that renders every collection anew."""
    empty_caches(monkeypatch)
    for collection, number in RENDERING.items():
        monkeypatch.setitem(RENDERING, collection, number + 1)


def form_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that can't read the maps of the one before."""
    empty_caches(monkeypatch)
    monkeypatch.setattr(storing, "FORM", storing.FORM + 1)


def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for step in (empty_shelf, rendering_raised, form_raised):
        step(monkeypatch)


REDEPLOYED = [empty_caches, empty_shelf, rendering_raised, form_raised, everything]


def nothing() -> None:
    """Nothing else is written."""


Step = Callable[[pytest.MonkeyPatch], None]


def changed(organization: Organization, sourced_id: str, **fields: Any) -> None:
    rows = User.objects.filter(organization=organization, sourced_id=sourced_id)
    assert rows.update(**fields, last_modified=clock() + timedelta(seconds=1)) == 1
    Organization.objects.filter(pk=organization.pk).touch()


def moved(before: dict[tuple[str, str], int], feed: Feed) -> set[tuple[str, str]]:
    """Return what has another stamp than before, or is there only now or only then."""
    after = stamps(feed)
    return {key for key in before | after if before.get(key) != after.get(key)}


@pytest.mark.parametrize("redeploy", REDEPLOYED)
def test_a_redeploy_moves_no_stamp(
    district: Organization, redeploy: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeds = published(district, "1.1", "1.2")
    before = [(feed.publication, stamps(feed), shown(feed)) for feed in feeds]
    redeploy(monkeypatch)
    found = refresh(district, by="test")
    for feed, (publication, known, documents) in zip(feeds, before, strict=True):
        assert moved(known, feed) == set()
        assert (feed.publication, shown(feed)) == (publication, documents)
    assert (found["added"], found["changed"], found["removed"]) == (0, 0, 0)


def test_nobody_is_judged_by_rows_that_nobody_has_refreshed(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed, paused = published(district, "1.2", "1.1")
    student = student_of(feed)
    publishing.pause_feed(paused, by="test", then=nothing)
    form_raised(monkeypatch)
    changed(district, student, given_name="Zoë")
    # Nothing is given of the import, and what can't be taken from is read no longer.
    late = Feed.objects.create(organization=district, version="1.2", rules=feed.rules)
    publishing.start_feed(late, by="test", then=nothing)
    assert late.publication is None
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    for each in (feed, paused):
        each.refresh_from_db()
        assert each.publication is not None
        assert (each.head, each.publication.listed) == (None, False)
    refresh(district, by="test")
    publishing.resume_feed(paused, by="test", then=nothing)
    for each in (feed, paused, late):
        each.refresh_from_db()
        assert each.head is not None
        assert ("users", student) not in stamps(each)


def test_a_map_of_another_form_was_made_anew(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(district, "1.2")
    form_raised(monkeypatch)
    refresh(district, by="test")
    assert {*StoredMap.objects.values_list("form", flat=True)} == {storing.FORM}


@pytest.mark.parametrize("redeploy", REDEPLOYED)
def test_the_change_of_a_record_moves_its_stamp_alone_after_a_redeploy(
    district: Organization, redeploy: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    (feed,) = published(district, "1.2")
    before, student = stamps(feed), student_of(feed)
    redeploy(monkeypatch)
    changed(district, student, given_name="Zoë")
    refresh(district, by="test")
    assert moved(before, feed) == {("users", student)}


@pytest.mark.parametrize("redeploy", REDEPLOYED)
def test_pages_are_the_same_in_the_middle_of_a_run(
    district: Organization, redeploy: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    (feed,) = published(district, "1.2")
    reader, student = reader_of(feed), student_of(feed)
    changed(district, student, given_name="Zoë")
    refresh(district, by="test")

    def pages() -> list[reading.Page]:
        return [reading.page(reader, "users", None, offset, 20) for offset in range(0, 200, 20)]

    before = pages()
    redeploy(monkeypatch)
    assert pages() == before
    refresh(district, by="test")
    assert pages() == before


def test_a_field_that_is_withheld_moves_the_stamps_of_those_who_have_it(
    district: Organization,
) -> None:
    feeds = published(district, "1.1", "1.2")
    before = [stamps(feed) for feed in feeds]
    having = [
        {key for key, text in shown(feed).items() if key[0] == "users" and '"middleName":' in text}
        for feed in feeds
    ]
    set_field_policy(district, ["users.middleName"], by="dana")
    refresh(district, by="test")
    for feed, known, those in zip(feeds, before, having, strict=True):
        everybody = {key for key in known if key[0] == "users"}
        assert those
        assert everybody - those
        assert moved(known, feed) == those


def test_a_field_that_a_vendor_never_had_moves_none_of_its_stamps_when_it_is_withheld(
    district: Organization,
) -> None:
    (without,) = published(district, "1.2", withheld=["users.middleName"])
    before, head = stamps(without), without.publication
    set_field_policy(district, ["users.middleName"], by="dana")
    refresh(district, by="test")
    assert moved(before, without) == set()
    assert without.publication == head


@pytest.mark.parametrize(
    "fields", [{"preferred_first_name": "Zo"}, {"metadata": {"house": "Gryffindor"}}]
)
def test_a_column_that_a_version_does_not_say_moves_no_stamp_of_it(
    district: Organization, fields: dict[str, Any]
) -> None:
    old, new = published(district, "1.1", "1.2", shares=[])
    (wide,) = published(district, "1.2")
    student = student_of(old)
    before = {feed.pk: stamps(feed) for feed in (old, new, wide)}
    changed(district, student, **fields)
    refresh(district, by="test")
    assert moved(before[old.pk], old) == set()
    assert moved(before[wide.pk], wide) == {("users", student)}
    says = {("users", student)} if "metadata" not in fields else set()
    assert moved(before[new.pk], new) == says
