"""What is tightened leaves every publication still read, and nothing else moves."""

from __future__ import annotations

import json
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from connections import relining
from roster import exclusion, sides, withdrawal, withdrawing
from roster.clock import clock
from roster.forking import fork
from roster.kinds import KINDS
from roster.models import Enrollment, Level, Line, Mark, Organization, Publication, Record, User
from roster.publishing import refresh
from roster.visibility import Walk
from roster.withdrawing import announce, withdraw
from tests.roster.districts import demo_district, published, shown

pytestmark = pytest.mark.django_db(transaction=True)

MARKABLE = [kind.name for kind in KINDS.values() if kind.markable]


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    return demo_district(tmp_path)


def withhold_from_all(organization: Organization, *fields: str) -> None:
    """Tighten the field policy as its verb does."""
    Organization.objects.filter(pk=organization.pk).update(field_policy=sorted(fields))
    Organization.objects.filter(pk=organization.pk).touch()
    organization.refresh_from_db()
    announce(organization)
    withdraw(organization)


def some_row_of(organization: Organization, kind: str) -> str:
    """Return a row of a kind that isn't marked yet, from the middle of them."""
    rows = exclusion.rows_of(organization, KINDS[kind])
    if KINDS[kind].model is not Level:
        rows = rows.filter(status="active")
    marked = Mark.objects.filter(organization=organization, kind=kind).values("sourced_id")
    ids = list(
        rows.exclude(sourced_id__in=marked)
        .order_by("sourced_id")
        .values_list("sourced_id", flat=True)
    )
    return str(ids[len(ids) // 2])


def test_a_withdrawal_shows_just_what_the_next_refresh_would(district: Organization) -> None:
    published(district, "1.2", "1.1")
    for kind in MARKABLE:
        exclusion.exclude(
            district, kind, [some_row_of(district, kind)], reason="A parent asked", by="dana"
        )
        withdraw(district)
        after = refresh(district, by="test")
        assert (kind, after["added"], after["changed"], after["removed"]) == (kind, 0, 0, 0)


def test_an_older_publication_keeps_its_positions_and_loses_the_person(
    district: Organization,
) -> None:
    (line,) = published(district, "1.2")
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[7]
    User.objects.filter(organization=district, username="").update(username="later")
    Organization.objects.filter(pk=district.pk).touch()
    old = line.head
    refresh(district, by="test")
    before = shown(line, old)
    exclusion.exclude(district, "person", [student.sourced_id], reason="Opt-out", by="dana")
    withdraw(district)
    after = shown(line, old)
    assert before.keys() == after.keys()
    touched = {key for key in before if before[key] != after[key]}
    assert {("users", f"{student.ordinal:06d}")} <= touched
    name = json.loads(student.document)["familyName"]
    told = json.loads(after["users", f"{student.ordinal:06d}"])
    assert told["status"] == "tobedeleted"
    assert (told["givenName"], told["familyName"]) == ("Removed", "Removed")
    assert "email" not in told
    assert name not in json.dumps(told)
    for key in touched - {("users", f"{student.ordinal:06d}")}:
        left = json.loads(after[key])
        if left["status"] == "active":
            assert student.sourced_id not in after[key]


def test_a_withheld_field_is_gone_from_every_publication(district: Organization) -> None:
    (line,) = published(district, "1.2")
    old = line.head
    withhold_from_all(district, "users.email")
    line.refresh_from_db()
    assert line.head > old
    for number in (old, line.head):
        users = [text for (kind, _), text in shown(line, number).items() if kind == "users"]
        assert users
        assert not any('"email"' in text for text in users)
    changed = Record.objects.filter(line=line, kind="users", changed_in=line.head)
    assert changed.exists()


def test_what_else_has_changed_waits_for_the_refresh(district: Organization) -> None:
    (line,) = published(district, "1.2")
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[3]
    User.objects.filter(organization=district).exclude(sourced_id=student.sourced_id).update(
        middle_name="Imported"
    )
    Organization.objects.filter(pk=district.pk).touch()
    exclusion.exclude(district, "person", [student.sourced_id], reason="Opt-out", by="dana")
    withdraw(district)
    line.refresh_from_db()
    assert not any("Imported" in text for text in shown(line).values())
    assert refresh(district, by="test")["changed"] > 0


def test_a_record_that_left_the_data_is_withdrawn_where_it_is_still_published(
    district: Organization,
) -> None:
    (line,) = published(district, "1.2")
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[5]
    User.objects.filter(organization=district, sourced_id=student.sourced_id).update(
        status="tobedeleted"
    )
    exclusion.exclude(district, "person", [student.sourced_id], reason="Opt-out", by="dana")
    withdraw(district)
    line.refresh_from_db()
    assert not any(
        f'"sourcedId":"{student.sourced_id}"' in text and '"status":"active"' in text
        for text in shown(line).values()
    )


def test_loosening_again_changes_nothing_until_a_refresh(district: Organization) -> None:
    (line,) = published(district, "1.2")
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[2]
    exclusion.exclude(district, "person", [student.sourced_id], reason="Mistake", by="dana")
    withdraw(district)
    line.refresh_from_db()
    before, head = shown(line), line.head
    exclusion.include(district, "person", [student.sourced_id], by="dana")
    withdraw(district)
    line.refresh_from_db()
    assert (shown(line), line.head) == (before, head)
    assert refresh(district, by="test")["added"] > 0


def test_what_a_dead_withdrawal_left_behind_is_never_shown(district: Organization) -> None:
    (line,) = published(district, "1.2")
    stray = Record.objects.filter(line=line, kind="orgs").order_by("pk")[0]
    district.refresh_from_db()
    stray.pk = None
    stray.valid_from = district.last_number + 1
    stray.document = '{"sourcedId":"stray","status":"active"}'
    stray.save()
    # Who dies leaves the lease behind; that is how the next one knows.
    Organization.objects.filter(pk=district.pk).update(withdrawing_until=clock())
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[2]
    exclusion.exclude(district, "person", [student.sourced_id], reason="Opt-out", by="dana")
    withdraw(district)
    line.refresh_from_db()
    assert not any("stray" in text for text in shown(line).values())
    assert line.head == Publication.objects.filter(line=line).latest("number").number


def test_what_a_withdrawal_that_broke_off_had_written_is_taken_back(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = published(district, "1.2")
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[2]

    def broken(organization: Organization) -> None:
        raise ConnectionError("The database is gone.")

    with monkeypatch.context() as patched:
        patched.setattr(withdrawal, "next_stamp", broken)
        with pytest.raises(ConnectionError):
            exclusion.exclude(district, "person", [student.sourced_id], reason="Opt-out", by="dana")
    beyond = Record.objects.filter(line=line, valid_from__gt=line.head)
    assert beyond.exists()
    # Meanwhile another number is taken, so that the next attempt has one of its own.
    Organization.objects.filter(pk=district.pk).update(last_number=line.head + 5)
    withdraw(district)
    line.refresh_from_db()
    assert not beyond.exclude(valid_from=line.head).exists()
    assert refresh(district, by="test")["changed"] == 0
    assert_dense(line)


def test_positions_stay_dense_through_withdrawals(district: Organization) -> None:
    (line,) = published(district, "1.2")
    for kind in ("section", "person", "school_enrollment", "enrollment"):
        exclusion.exclude(
            district, kind, [some_row_of(district, kind)], reason="A parent asked", by="dana"
        )
        withdraw(district)
        assert_dense(Line.objects.get(pk=line.pk))


def assert_dense(line: Line) -> None:
    rows = Record.objects.filter(line=line, valid_from__lte=line.head, valid_to__gt=line.head)
    for status in ("active", "tobedeleted"):
        for kind in set(rows.values_list("kind", flat=True)):
            ordinals = sorted(
                rows.filter(kind=kind, status=status).values_list("ordinal", flat=True)
            )
            assert ordinals == list(range(len(ordinals)))
    latest = Publication.objects.get(line=line, number=line.head)
    for kind, counts in latest.counts.items():
        live = rows.filter(kind=kind, status="active").count()
        assert (kind, counts["records"]) == (kind, live)


def test_an_import_between_the_two_walks_is_no_part_of_the_act(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = published(district, "1.2")
    section = some_row_of(district, "section")
    (student, *_) = Enrollment.objects.filter(
        organization=district, klass=section, role="student", status="active"
    ).values_list("user", flat=True)
    walks = iter([None, "import"])

    def walk(*arguments: Any) -> Walk:
        if next(walks, None):
            # The student has left the school.
            Level.objects.filter(organization=district, person=student).delete()
            Organization.objects.filter(pk=district.pk).touch()
        return Walk(*arguments)

    monkeypatch.setattr(sides, "Walk", walk)
    exclusion.exclude(district, "section", [section], reason="Asked", by="dana")
    line.refresh_from_db()
    live = {json.loads(text)["sourcedId"] for text in shown(line).values()}
    assert section not in live
    assert student in live
    refresh(district, by="test")
    line.refresh_from_db()
    assert student not in {json.loads(text)["sourcedId"] for text in shown(line).values()}


def test_what_is_announced_while_a_withdrawal_ends_is_still_due(district: Organization) -> None:
    (line,) = published(district, "1.2")
    announce(district)
    ending = threading.Event()

    def meanwhile() -> None:
        ending.wait()
        announce(district, line)
        connection.close()

    other = threading.Thread(target=meanwhile)
    other.start()
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=district.pk)
        ending.set()
        other.join(0.3)  # It has to wait, so this takes its time.
        Organization.objects.filter(pk=district.pk).update(withdrawal_due=None)
        Line.objects.filter(pk=line.pk).update(withdrawal_due=None)
    other.join()
    district.refresh_from_db()
    line.refresh_from_db()
    assert district.withdrawal_due
    assert line.withdrawal_due


@pytest.mark.parametrize("moment", ["Fall", "Withdrawal"])
def test_a_line_that_is_dropped_meanwhile_stops_nobody(
    moment: str, district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = published(district, "1.2")
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[2]
    copy = fork(line, oldest=line.head, number=line.head)
    begun = getattr(withdrawing, moment)

    def begin(*arguments: Any) -> Any:
        of = arguments[0]
        work = begun(*arguments)
        if of.pk == copy.pk:
            relining.drop(of)
        return work

    monkeypatch.setattr(withdrawing, moment, begin)
    exclusion.exclude(district, "person", [student.sourced_id], reason="Asked", by="dana")
    district.refresh_from_db()
    assert district.withdrawal_due is None
    line.refresh_from_db()
    assert not any(f'"sourcedId":"{student.sourced_id}"' in each for each in shown(line).values())
    copy.refresh_from_db()
    assert (copy.head, copy.unread_since is None) == (0, False)
    relining.drop(copy)
    assert not Line.objects.filter(pk=copy.pk).exists()
    assert not Record.objects.filter(line=copy.pk).exists()


def test_what_was_due_before_lines_were_due_by_themselves_is_due_of_each(
    district: Organization,
) -> None:
    lines = published(district, "1.2", "1.1")
    student = Record.objects.filter(line=lines[0], kind="users", role="student").order_by("pk")[2]
    exclusion.mark(district, "person", [student.sourced_id], reason="Asked", by="dana")
    Line.objects.update(withdrawal_due=None)
    import_module("roster.migrations.0003_withdrawals_by_line").due_by_line(apps, None)
    withdraw(district)
    for line in lines:
        line.refresh_from_db()
        assert not any(
            f'"sourcedId":"{student.sourced_id}"' in each for each in shown(line).values()
        )
