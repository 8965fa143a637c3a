"""What is taken leaves every publication that is still read, and nothing else moves."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from roster import hierarchy, publishing
from roster.clock import clock
from roster.excluding import exclude, include
from roster.kinds import KINDS
from roster.listing import rows_of
from roster.models import (
    Document,
    Enrollment,
    Feed,
    Klass,
    Level,
    Mark,
    Organization,
    Publication,
    Role,
    User,
)
from roster.organizations import set_field_policy
from roster.publishing import refresh
from roster.publishing.lists import former, read
from tests.roster.deciding.riverside import TODAY, riverside
from tests.roster.districts import demo_district, published, shown, stamps, student_of

pytestmark = pytest.mark.django_db

MARKABLE = [kind.name for kind in KINDS.values() if kind.markable]


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


def some_row_of(organization: Organization, kind: str) -> str:
    """Return a row of a kind that isn't marked yet, from the middle of them."""
    rows = rows_of(organization, KINDS[kind])
    if KINDS[kind].model is not Level:
        rows = rows.filter(status="active")
    marked = Mark.objects.filter(organization=organization, kind=kind).values("sourced_id")
    ids = list(
        rows.exclude(sourced_id__in=marked)
        .order_by("sourced_id")
        .values_list("sourced_id", flat=True)
    )
    return str(ids[len(ids) // 2])


def users_of(feed: Feed, publication: Publication | None = None) -> dict[str, str]:
    return {
        sourced_id: body
        for (collection, sourced_id), body in shown(feed, publication).items()
        if collection == "users"
    }


def later(organization: Organization, name: str = "Imported", **chosen: Any) -> None:
    """Change people's rows as an import does, without the former values that it keeps."""
    rows = User.objects.filter(organization=organization, **chosen)
    rows.update(middle_name=name, last_modified=clock() + timedelta(seconds=1))
    Organization.objects.filter(pk=organization.pk).touch()


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_a_withdrawal_shows_just_what_the_next_refresh_would(
    version: str, district: Organization
) -> None:
    published(district, version)
    for kind in MARKABLE:
        exclude(district, kind, [some_row_of(district, kind)], reason="A parent asked", by="dana")
        after = refresh(district, by="test")
        found = (kind, after["added"], after["changed"], after["removed"])
        assert found == (kind, 0, 0, 0), after


def test_an_older_publication_keeps_its_positions_and_loses_the_person(
    district: Organization,
) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    name = json.loads(users_of(feed)[student])["familyName"]
    later(district, username="")
    old = feed.publication
    assert old
    refresh(district, by="test")
    before, entries = shown(feed, old), read(old, "users")
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    old.refresh_from_db()
    after = shown(feed, old)
    assert before.keys() == after.keys()
    assert read(old, "users").records.tolist() == entries.records.tolist()
    said = json.loads(after["users", student])
    assert said["status"] == "tobedeleted"
    assert (said["givenName"], said["familyName"]) == ("Removed", "Removed")
    assert name not in json.dumps(said)
    for key in before:
        if before[key] != after[key] and key != ("users", student):
            left = json.loads(after[key])
            assert left["status"] == "tobedeleted" or student not in after[key]


def test_what_was_replaced_is_kept_for_lists_that_have_begun(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    old, student = feed.publication, student_of(feed)
    assert old
    before = dict(
        zip(read(old, "users").records.tolist(), read(old, "users").documents, strict=True)
    )
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    feed.refresh_from_db()
    old.refresh_from_db()
    assert feed.publication
    [(act, entries)] = former(old, "users")
    assert act == feed.publication.number
    assert {record: before[record] for record in entries.records.tolist()} == dict(
        zip(entries.records.tolist(), entries.documents, strict=True)
    )
    assert set(entries.stamps.tolist()) == {old.number}
    record = User.objects.get(organization=district, sourced_id=student).pk
    assert record in entries.records
    now = read(old, "users")
    assert now.stamps[now.records == record].tolist() == [act]
    counts = old.counts["users"]
    assert (counts["records"], counts["tombstones"]) == (len(before) - 1, 1)


def test_the_next_delta_has_a_tombstone_with_a_new_stamp(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student, before = student_of(feed), stamps(feed)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    after, head = stamps(feed), feed.publication
    assert head
    assert ("users", student) in shown(feed, tombstones=True)
    assert after["users", student] == head.number > before["users", student]
    changed = {key for key in before if after[key] != before[key]}
    bodies = shown(feed) | shown(feed, tombstones=True)
    for key in changed:
        assert '"tobedeleted"' in bodies[key] or student not in bodies[key]


def test_what_else_has_changed_waits_for_the_refresh(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    later(district)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    assert ("users", student) not in shown(feed)
    assert not any("Imported" in text for text in shown(feed).values())
    assert refresh(district, by="test")["changed"] > 0
    assert any("Imported" in text for text in shown(feed).values())


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_who_has_left_the_data_is_withdrawn_where_they_are_still_published(
    version: str, district: Organization
) -> None:
    (feed,) = published(district, version)
    student = student_of(feed)
    User.objects.filter(organization=district, sourced_id=student).update(
        status="tobedeleted", last_modified=clock() + timedelta(seconds=1)
    )
    Organization.objects.filter(pk=district.pk).touch()
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    assert not any(f'"sourcedId":"{student}"' in text for text in shown(feed).values())


@time_machine.travel(TODAY)
def test_whose_one_role_would_be_another_goes_until_the_next_refresh() -> None:
    organization = riverside()
    Role.objects.filter(organization=organization, user="tom").update(role="administrator")
    hierarchy.derive(organization)
    (feed,) = published(organization, "1.1")
    assert json.loads(users_of(feed)["tom"])["role"] == "teacher"
    exclude(organization, "section", ["k1"], reason="Counselling", by="dana")
    assert "tom" not in users_of(feed)
    refresh(organization, by="test")
    assert json.loads(users_of(feed)["tom"])["role"] == "administrator"


@time_machine.travel(TODAY)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    ("kind", "sourced_id"),
    [
        ("calendar", "s1~track"),
        ("schedule_structure", "s1~track~structure"),
        ("grade_level", "s1~track~structure~03"),
    ],
)
def test_who_has_left_goes_by_what_a_level_of_today_was_called(
    kind: str, sourced_id: str, version: str
) -> None:
    organization = riverside()
    hierarchy.derive(organization)
    (feed,) = published(organization, version)
    assert ("users", "ann") in shown(feed)
    # Ann is at another school today, and the levels of hers have another name.
    at = {"last_modified": clock() + timedelta(seconds=1)}
    Role.objects.filter(sourced_id="ann@s1").update(org="s2", **at)
    Enrollment.objects.filter(sourced_id="ann-k1").update(status="tobedeleted", **at)
    Klass.objects.filter(sourced_id="k1").update(metadata={"calendar": "track"}, **at)
    hierarchy.derive(organization)
    Organization.objects.filter(pk=organization.pk).touch()
    exclude(organization, kind, [sourced_id], reason="Opt-out", by="dana")
    assert "ann" not in {name for _, name in shown(feed)}


def test_clearing_a_mark_changes_nothing_until_a_refresh(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    student = student_of(feed)
    exclude(district, "person", [student], reason="Mistake", by="dana")
    before, head = shown(feed), feed.publication
    include(district, "person", [student], by="dana")
    assert (shown(feed), feed.publication) == (before, head)
    assert refresh(district, by="test")["added"] > 0


def test_after_a_mark_was_cleared_another_act_gives_nothing_back(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    old, student, other = feed.publication, student_of(feed, 3), student_of(feed, 7)
    exclude(district, "person", [student], reason="Mistake", by="dana")
    include(district, "person", [student], by="dana")
    exclude(district, "person", [other], reason="Opt-out", by="dana")
    for publication in (old, None):
        if publication:
            publication.refresh_from_db()
        live = {
            key for key, text in shown(feed, publication).items() if '"status":"active"' in text
        }
        assert not {("users", student), ("users", other)} & live


def test_an_act_that_breaks_off_leaves_nothing(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (feed,) = published(district, "1.2")
    student, before, head = student_of(feed), shown(feed), feed.publication
    assert head

    def broken(*arguments: Any) -> None:
        raise ConnectionError("The database is gone.")

    with monkeypatch.context() as patched:
        patched.setattr("roster.publishing.flipping.next_number", broken)
        with pytest.raises(ConnectionError):
            exclude(district, "person", [student], reason="Opt-out", by="dana")
    assert not Mark.objects.filter(sourced_id=student, source="person").exists()
    assert (shown(feed), feed.publication) == (before, head)
    exclude(district, "person", [student], reason="Opt-out", by="dana")
    assert refresh(district, by="test")["changed"] == 0


def test_a_person_whose_mark_is_refused_stays(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    before = shown(feed)

    def refuse() -> None:
        raise ConnectionError("The database is gone.")

    mark = publishing_mark(district, "person", student_of(feed))
    with pytest.raises(ConnectionError):
        publishing.act(district, [mark], refuse)
    assert shown(feed) == before


def publishing_mark(organization: Organization, kind: str, sourced_id: str) -> Any:
    from roster.marks import marks_for

    return marks_for(organization, kind, [sourced_id])[0]


def test_counts_are_those_of_the_lists(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    for kind in ("section", "person", "school_enrollment", "enrollment"):
        exclude(district, kind, [some_row_of(district, kind)], reason="Asked", by="dana")
    for publication in Publication.objects.filter(feed=feed, listed=True):
        for collection, counts in publication.counts.items():
            live = read(publication, collection).documents.tolist()
            dead = read(publication, collection, tombstones=True).documents.tolist()
            active = Document.objects.filter(pk__in=live, status="active").count()
            assert counts["records"] == active
            assert counts["tombstones"] == len(dead) + len(live) - active


def test_a_class_goes_with_its_enrollments_from_whoever_is_paused(district: Organization) -> None:
    (feed,) = published(district, "1.2")
    publishing.pause_feed(feed, by="dana", then=lambda: None)
    section = some_row_of(district, "section")
    enrollments = set(
        Enrollment.objects.filter(organization=district, klass=section).values_list(
            "sourced_id", flat=True
        )
    )
    # Tonight's rows have none of it, and nobody has published that to this vendor.
    Enrollment.objects.filter(organization=district, klass=section).update(
        status="tobedeleted", last_modified=clock() + timedelta(seconds=1)
    )
    Organization.objects.filter(pk=district.pk).touch()
    refresh(district, by="test")
    assert any(("enrollments", each) in shown(feed) for each in enrollments)
    exclude(district, "section", [section], reason="Asked", by="dana")
    live = shown(feed)
    assert ("classes", section) not in live
    assert not any(("enrollments", each) in live for each in enrollments)


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_a_withheld_field_is_cut_from_every_publication_at_once(
    version: str, district: Organization
) -> None:
    (feed,) = published(district, version)
    old, before = feed.publication, users_of(feed)
    assert any('"email"' in text for text in before.values())
    set_field_policy(district, ["users.email"], by="dana")
    feed.refresh_from_db()
    assert old
    assert feed.publication == old
    old.refresh_from_db()
    assert list(old.cut["users"]) == ["email"]
    assert old.cut["users"]["email"] > old.number
    assert not any('"email"' in text for text in users_of(feed).values())
    told = refresh(district, by="test")
    feed.refresh_from_db()
    assert feed.publication != old
    assert feed.publication
    assert feed.publication.cut == {}
    assert told["changed"] == sum('"email"' in text for text in before.values())
    assert not any('"email"' in text for text in users_of(feed).values())


def test_a_field_that_is_given_free_again_comes_with_the_refresh_and_its_stamp(
    district: Organization,
) -> None:
    (feed,) = published(district, "1.2")
    before, stamped = users_of(feed), stamps(feed)
    set_field_policy(district, ["users.email"], by="dana")
    set_field_policy(district, [], by="dana")
    assert not any('"email"' in text for text in users_of(feed).values())
    refresh(district, by="test")
    assert users_of(feed) == before
    head = feed.publication
    assert head
    found = stamps(feed)
    for sourced_id, text in before.items():
        has = '"email"' in text
        assert found["users", sourced_id] == (head.number if has else stamped["users", sourced_id])


@pytest.mark.parametrize("together", [False, True])
def test_a_tombstone_remembers_nothing_that_was_withheld(
    together: bool, district: Organization
) -> None:
    (feed,) = published(district, "1.2")
    courses = [key for key, text in shown(feed).items() if key[0] == "courses" and '"org"' in text]
    course = courses[0][1]
    set_field_policy(district, ["courses.org"], by="dana")
    exclude(district, "course", [course], reason="Asked", by="dana")
    stones = Document.objects.filter(sourced_id=course, status="tobedeleted")
    assert stones.exists()
    assert not any("org" in key for stone in stones for key in stone.facts)


def test_who_needs_a_withheld_field_to_be_shown_at_all_goes(district: Organization) -> None:
    Organization.objects.filter(pk=district.pk).update(username_stand_in="email")
    district.refresh_from_db()
    (feed,) = published(district, "1.1")
    nameless = set(
        User.objects.filter(organization=district, username="")
        .exclude(email="")
        .values_list("sourced_id", flat=True)
    ) & set(users_of(feed))
    assert nameless
    set_field_policy(district, ["users.email"], by="dana")
    assert not nameless & set(users_of(feed))
    assert not any('"email"' in text for text in users_of(feed).values())
    told = refresh(district, by="test")
    assert (told["added"], told["removed"]) == (0, 0)
