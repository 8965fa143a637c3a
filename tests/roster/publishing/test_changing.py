"""Between refreshes: what a vendor is given was shown already, what it loses is lost at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from roster import publishing
from roster.clock import clock
from roster.excluding import exclude
from roster.hierarchy import derive
from roster.importing import former
from roster.marks.bundled import mark_from_bundles
from roster.models import Enrollment, Feed, FormerRow, Klass, Level, Mark, Organization, User
from roster.publishing import refresh
from tests.roster.districts import EVERYTHING, demo_district, published, shown, stamps, student_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


def nothing() -> None:
    """Write no row of the caller's own."""


def change(feed: Feed, **rules: Any) -> None:
    publishing.change_feed(feed, feed.rules | rules, by="dana", then=nothing)


def hold(feed: Feed) -> None:
    publishing.pause_feed(feed, by="dana", then=nothing)


def resume(feed: Feed) -> None:
    publishing.resume_feed(feed, by="dana", then=nothing)


def ids(feed: Feed, collection: str, *, tombstones: bool = False) -> set[str]:
    return {key[1] for key in shown(feed, tombstones=tombstones) if key[0] == collection}


def imported(
    organization: Organization, model: Any = User, /, *, chosen: Any = None, **values: Any
) -> None:
    """Change rows as an import does, keeping what it overwrites."""
    organization.refresh_from_db()
    rows = model.objects.filter(organization=organization, **(chosen or {}))
    keys = ",".join(map(str, rows.values_list("pk", flat=True)))
    former.keep_rows(organization, model, f"({keys})", ())
    rows.update(last_modified=clock() + timedelta(seconds=1), **values)
    Organization.objects.filter(pk=organization.pk).touch()
    organization.refresh_from_db()


def schools_of(feed: Feed) -> list[str]:
    return sorted(key[1] for key, text in shown(feed).items() if '"type":"school"' in text)


def test_a_new_vendor_reads_what_the_last_refresh_has_shown(district: Organization) -> None:
    """Never an import that nobody has refreshed."""
    (feed,) = published(district, "1.2")
    before = shown(feed)
    imported(district, middle_name="Imported")
    new = Feed.objects.create(organization=district, version="1.2", rules=EVERYTHING)
    called: list[int] = []
    publishing.start_feed(new, by="dana", then=lambda: called.append(1))
    assert called == [1]
    assert new.state == Feed.State.FOLLOWING
    assert shown(new) == before
    assert shown(new, tombstones=True) == {}
    head = new.publication
    publishing.start_feed(new, by="dana", then=lambda: called.append(2))
    assert (called, new.publication) == ([1, 2], head)


def test_before_the_first_refresh_there_is_nothing_to_publish(district: Organization) -> None:
    feed = Feed.objects.create(organization=district, version="1.2", rules=EVERYTHING)
    publishing.start_feed(feed, by="dana", then=nothing)
    assert (feed.state, feed.publication) == (Feed.State.FOLLOWING, None)
    publishing.change_feed(feed, EVERYTHING | {"types": []}, by="dana", then=nothing)
    assert feed.rules["types"] == []
    hold(feed)
    assert feed.state == Feed.State.PAUSED
    resume(feed)
    refresh(district, by="test")
    feed.refresh_from_db()
    assert feed.publication is not None


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_keeping_one_person_out_takes_that_person_and_gives_no_import(
    version: str, district: Organization
) -> None:
    """Issue row 9."""
    (feed,) = published(district, version)
    student, before = student_of(feed), shown(feed)
    imported(district, middle_name="Imported")
    change(feed, kept_out=[student])
    after = shown(feed)
    assert ("users", student) not in after
    assert ("users", student) in shown(feed, tombstones=True)
    assert after.keys() < before.keys()
    assert not any("Imported" in text for text in after.values())
    for key, text in after.items():
        assert text == before[key] or student in before[key]
        assert student not in text


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_a_mixed_change_takes_and_gives_as_one_publication(
    version: str, district: Organization
) -> None:
    (wide,) = published(district, version)
    here, there = schools_of(wide)[:2]
    (feed,) = published(district, version, schools=[here])
    old, before = feed.publication, shown(feed)
    imported(district, middle_name="Imported")
    change(feed, schools=[there])
    assert old
    assert feed.publication
    assert feed.publication.number > old.number
    assert {here} == set(schools_of_all(before)) - set(schools_of(feed))
    assert there in schools_of(feed)
    assert not any("Imported" in text for text in shown(feed).values())
    gained = shown(feed).keys() - before.keys()
    assert gained
    found = stamps(feed)
    assert {found[key] for key in gained} == {feed.publication.number}
    # The publication that a run may still be reading has lost, and gained nothing.
    old.refresh_from_db()
    kept = shown(feed, old)
    assert kept.keys() == before.keys()
    for key, text in kept.items():
        assert there not in text or there in before[key]
        assert '"tobedeleted"' in text or here not in text
    # A refresh finds nothing to add to what was shown before, but for the import.
    other = Feed.objects.create(organization=district, version=version, rules=feed.rules)
    publishing.start_feed(other, by="dana", then=nothing)
    assert shown(other) == shown(feed)


def schools_of_all(documents: dict[tuple[str, str], str]) -> list[str]:
    return [key[1] for key, text in documents.items() if '"type":"school"' in text]


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_a_held_feed_is_only_taken_from_and_gets_the_rest_when_it_resumes(
    version: str, district: Organization
) -> None:
    (wide,) = published(district, version)
    here, there = schools_of(wide)[:2]
    (feed,) = published(district, version, schools=[here])
    before, head = shown(feed), feed.publication
    hold(feed)
    change(feed, schools=[here, there])
    assert (shown(feed), feed.publication) == (before, head)
    change(feed, schools=[there])
    assert not shown(feed).keys() - before.keys()
    assert here not in schools_of(feed)
    resume(feed)
    assert schools_of(feed) == [there]
    assert feed.state == Feed.State.FOLLOWING
    assert feed.publication
    gained = shown(feed).keys() - before.keys()
    assert gained
    found = stamps(feed)
    assert {found[key] for key in gained} == {feed.publication.number}
    assert refresh(district, by="test")["changed"] == 0


def test_a_resumed_feed_reads_what_changed_with_new_stamps(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student, old = student_of(feed), stamps(feed)
    hold(feed)
    imported(district, chosen={"sourced_id": student}, given_name="Zoë")
    refresh(district, by="test")
    assert stamps(feed) == old
    imported(district, chosen={"sourced_id": student}, given_name="Unrefreshed")
    resume(feed)
    assert json.loads(shown(feed)["users", student])["givenName"] == "Zoë"
    assert feed.publication
    assert stamps(feed)["users", student] == feed.publication.number
    assert {key for key, stamp in stamps(feed).items() if old[key] != stamp} == {("users", student)}


def test_a_resumed_feed_in_which_nothing_changed_keeps_its_publication(
    district: Organization,
) -> None:
    (feed,) = published(district, "1.2")
    head = feed.publication
    hold(feed)
    resume(feed)
    assert feed.publication == head


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_a_paused_vendor_is_told_who_was_excluded(version: str, district: Organization) -> None:
    """Issue row 5: its nightly delta has the tombstone."""
    (feed,) = published(district, version)
    student, before = student_of(feed), stamps(feed)
    hold(feed)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    assert ("users", student) not in shown(feed)
    assert ("users", student) in shown(feed, tombstones=True)
    assert stamps(feed)["users", student] > max(before.values())


def test_who_was_disabled_before_its_launch_reads_no_tombstones(district: Organization) -> None:
    """Issue row 8."""
    (wide,) = published(district, "1.2")
    student = student_of(wide)
    late = Feed.objects.create(organization=district, version="1.2", rules=EVERYTHING)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    refresh(district, by="test")
    assert ("users", student) in shown(wide, tombstones=True)
    publishing.start_feed(late, by="dana", then=nothing)
    assert shown(late, tombstones=True) == {}
    assert shown(late) == shown(wide)


def test_a_suspended_vendor_reads_tombstones_only_of_what_it_had(district: Organization) -> None:
    """Issue row 8."""
    (feed, wide) = published(district, "1.2", "1.2")
    had = student_of(feed, 3)
    hold(feed)
    new = "came-and-went"
    guest = User.objects.get(organization=district, sourced_id=had)
    enrollment = Enrollment.objects.filter(organization=district, user=had).first()
    assert enrollment
    for row, values in ((guest, {}), (enrollment, {"user": new})):
        row.pk, row.sourced_id = None, new
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    derive_again(district)
    refresh(district, by="test")
    assert ("users", new) in shown(wide)
    exclude(district, "person", [new, had], reason="Opt-out", by="dana")
    resume(feed)
    stones = shown(feed, tombstones=True)
    assert ("users", had) in stones
    assert ("users", new) not in stones
    assert ("users", new) in shown(wide, tombstones=True)


def derive_again(organization: Organization) -> None:
    """Bring levels and bundles' marks in step with the rows, as an import does."""
    organization.refresh_from_db()
    with former.marks_kept(organization):
        derive(organization)
        mark_from_bundles(organization)
        Organization.objects.filter(pk=organization.pk).touch()


@pytest.mark.parametrize("state", ["active", "paused"])
@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_a_bundles_unpublished_mark_does_not_make_an_exclusion_do_nothing(
    version: str, state: str, district: Organization
) -> None:
    """Issue row 1."""
    (feed,) = published(district, version)
    student, old = student_of(feed), feed.publication
    if state == "paused":
        hold(feed)
    imported(district, chosen={"sourced_id": student}, metadata={"externalLmsExclude": "true"})
    derive_again(district)
    assert Mark.objects.filter(sourced_id=student, source="bundle").exists()
    if state == "paused":
        refresh(district, by="test")
    assert ("users", student) in shown(feed)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    assert ("users", student) not in shown(feed)
    assert old
    old.refresh_from_db()
    assert '"tobedeleted"' in shown(feed, old)["users", student]


@pytest.mark.parametrize("state", ["active", "paused"])
def test_an_act_brings_no_mark_with_it_that_an_unrefreshed_import_has_set(
    state: str, district: Organization
) -> None:
    one, other = published(district, "1.2", "1.2")
    student, third = student_of(one), student_of(one, 9)
    if state == "paused":
        hold(one)
    imported(district, chosen={"sourced_id": student}, metadata={"externalLmsExclude": "true"})
    derive_again(district)
    exclude(district, "person", [third], reason="Opt-out", by="dana")
    change(other, kept_out=[student_of(other, 11)])
    for feed in (one, other):
        assert ("users", student) in shown(feed)
        assert ("users", third) not in shown(feed)
    refresh(district, by="test")
    assert ("users", student) not in shown(other)


def test_who_is_withdrawn_from_what_a_run_reads_and_stays_now_is_heard_of_again(
    district: Organization,
) -> None:
    """A run's delta has told the tombstone, with a stamp beyond the one that the record has."""
    (feed,) = published(district, "1.2")
    old, student = feed.publication, student_of(feed)
    [grade] = json.loads(shown(feed)["users", student])["grades"]
    levels = Level.objects.filter(organization=district, kind="grade_level")
    other = levels.exclude(name=grade).order_by("pk")[0].name
    imported(district, chosen={"sourced_id": student}, grades=[other])
    derive_again(district)
    refresh(district, by="test")
    before = stamps(feed)
    marked = list(levels.filter(name=grade).values_list("sourced_id", flat=True))
    exclude(district, "grade_level", marked, reason="Asked", by="dana")
    after, head = stamps(feed), feed.publication
    assert old
    assert head
    old.refresh_from_db()
    assert '"tobedeleted"' in shown(feed, old)["users", student]
    assert ("users", student) in shown(feed)
    for collection in ("users", "demographics"):
        assert after[collection, student] == head.number > before[collection, student]


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_narrowing_a_paused_vendor_takes_what_only_a_bundle_has_marked_so_far(
    version: str, district: Organization
) -> None:
    """Issue row 1: narrowing."""
    (feed,) = published(district, version)
    student = student_of(feed)
    hold(feed)
    imported(district, chosen={"sourced_id": student}, metadata={"externalLmsExclude": "true"})
    derive_again(district)
    change(feed, kept_out=[student])
    assert ("users", student) not in shown(feed)


def test_a_mark_that_an_unrefreshed_import_clears_gives_nothing_yet(
    district: Organization,
) -> None:
    (wide,) = published(district, "1.2")
    student = student_of(wide)
    imported(district, chosen={"sourced_id": student}, metadata={"externalLmsExclude": "true"})
    derive_again(district)
    refresh(district, by="test")
    assert ("users", student) not in shown(wide)
    imported(district, chosen={"sourced_id": student}, metadata={})
    derive_again(district)
    assert not Mark.objects.filter(sourced_id=student).exists()
    new = Feed.objects.create(organization=district, version="1.2", rules=EVERYTHING)
    publishing.start_feed(new, by="dana", then=nothing)
    assert ("users", student) not in shown(new)
    refresh(district, by="test")
    assert ("users", student) in shown(new)
    assert not FormerRow.objects.exists()


def test_who_moved_on_in_tonights_rows_is_withdrawn_by_what_is_published(
    district: Organization,
) -> None:
    """Issue row 2: a grade that is narrowed, of a child who is in another grade by now."""
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    published_grade = json.loads(shown(feed)["users", student])["grades"][0]
    grades = {
        each
        for key, text in shown(feed).items()
        if key[0] == "users"
        for each in json.loads(text).get("grades", [])
    }
    other = min(grades - {published_grade})
    imported(district, chosen={"sourced_id": student}, grades=[other])
    derive_again(district)
    change(feed, grades=sorted(grades - {published_grade}))
    assert ("users", student) not in shown(feed)


def test_who_is_excluded_by_tonights_rows_is_withdrawn_too(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    grade = json.loads(shown(feed)["users", student])["grades"][0]
    grades = {
        each
        for key, text in shown(feed).items()
        if key[0] == "users"
        for each in json.loads(text).get("grades", [])
    }
    other = min(grades - {grade})
    imported(district, chosen={"sourced_id": student}, grades=[other])
    derive_again(district)
    old = feed.publication
    change(feed, grades=sorted(grades - {other}))
    assert ("users", student) not in shown(feed)
    assert old
    old.refresh_from_db()
    assert '"tobedeleted"' in shown(feed, old)["users", student]
    names = [text for key, text in shown(feed).items() if f'"{student}"' in text]
    assert names == []


def test_withholding_a_field_from_one_vendor_is_cut_at_once(district: Organization) -> None:
    one, other = published(district, "1.2", "1.2")
    old = one.publication
    change(one, withheld=["users.email"])
    assert old
    old.refresh_from_db()
    for publication in (None, old):
        assert not any(
            '"email"' in text for key, text in shown(one, publication).items() if key[0] == "users"
        )
    assert any('"email"' in text for key, text in shown(other).items() if key[0] == "users")
    change(one, withheld=[])
    assert shown(one) == shown(other)
    assert one.publication
    emails = [key for key, text in shown(one).items() if key[0] == "users" and '"email"' in text]
    found = stamps(one)
    assert {found[key] for key in emails} == {one.publication.number}
    refresh(district, by="test")
    assert shown(one) == shown(other)


def test_guardians_who_are_shared_no_longer_go_with_the_names_of_them(
    district: Organization,
) -> None:
    (feed,) = published(district, "1.2")
    old = feed.publication
    shares = [each for each in EVERYTHING["shares"] if each != "guardians"]
    change(feed, shares=shares)
    assert old
    old.refresh_from_db()
    for publication in (None, old):
        texts = shown(feed, publication)
        assert not any('"agents"' in text for text in texts.values())
        assert not any(
            '"role":"guardian"' in text and '"status":"active"' in text for text in texts.values()
        )
    told = refresh(district, by="test")
    assert (told["added"], told["removed"]) == (0, 0)


def test_an_ended_feed_is_gone_with_its_publications(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    publishing.end_feed(feed, by="dana", then=nothing)
    assert not Feed.objects.filter(pk=feed.pk).exists()


def test_a_refused_verb_changes_nothing(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    before, rules = shown(feed), feed.rules

    def refuse() -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        publishing.change_feed(feed, EVERYTHING | {"types": []}, by="dana", then=refuse)
    feed.refresh_from_db()
    assert (shown(feed), feed.rules) == (before, rules)


def test_klass_rows_are_rendered_as_they_were_shown(district: Organization) -> None:
    (wide,) = published(district, "1.1")
    imported(district, Klass, title="Imported")
    new = Feed.objects.create(organization=district, version="1.2", rules=EVERYTHING)
    publishing.start_feed(new, by="dana", then=nothing)
    titles = [text for key, text in shown(new).items() if key[0] == "classes"]
    assert titles
    assert not any("Imported" in text for text in titles)
