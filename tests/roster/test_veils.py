"""A withheld field is hidden at once, and rewritten after: nobody sees where one ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from roster import exclusion, reading, veils, withdrawal, withdrawing
from roster.forking import are_equal, fork
from roster.lease import Lease
from roster.models import Line, Organization, Record
from roster.organizations import set_field_policy
from roster.publishing import refresh
from roster.query import parse
from roster.refusal import Refused
from roster.where import Where
from roster.withdrawing import announce, unfinished, withdraw
from tests.roster.districts import demo_district, published, reader_of, shown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district(tmp_path: Path) -> Organization:
    reading.forget()
    return demo_district(tmp_path)


@pytest.fixture
def line(district: Organization) -> Line:
    return published(district, "1.2")[0]


class Died(Exception):
    """What a process doesn't survive."""


@contextmanager
def dying_before_the_rewriting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def die(organization: Organization, lease: Lease) -> None:
        raise Died

    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(withdrawing, "_lift_one", die)
        yield


def veiled(district: Organization, monkeypatch: pytest.MonkeyPatch, *fields: str) -> None:
    """Withhold fields, and leave it at the veil."""
    with dying_before_the_rewriting(monkeypatch):
        set_field_policy(district, fields or ["users.email"], by="dana")
    district.refresh_from_db()


def users(line: Line, number: int | None = None, by: str = "") -> list[dict[str, Any]]:
    where = Where(line.version, "users", filter=parse(by) if by else None)
    found = reading.page(reader_of(line, number), "users", where, 0, 5000)
    assert found.total == len(found.documents)
    return [json.loads(document) for document in found.documents]


def stored_with(line: Line, word: str) -> int:
    return Record.objects.filter(line=line, document__contains=word).count()


@pytest.mark.parametrize("version", ["1.2", "1.1"])
def test_under_the_veil_one_reads_what_one_reads_when_it_is_lifted(
    version: str, district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = published(district, version)
    old = line.head
    before = users(line)
    assert any("email" in user for user in before)
    veiled(district, monkeypatch)
    seen = users(line)
    assert line.head == old
    assert stored_with(line, '"email"')
    assert seen == [{k: v for k, v in user.items() if k != "email"} for user in before]
    withdraw(district)
    assert users(line, old) == seen
    now = users(line)
    assert (line.head > old, line.veil) == (True, {})
    assert [unstamped(user) for user in now] == [unstamped(user) for user in seen]
    assert not stored_with(line, '"email"')


def unstamped(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "dateLastModified"}


def test_a_single_is_veiled_too(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    (user, *_) = (user for user in users(line) if "email" in user)
    veiled(line.organization, monkeypatch)
    told = reading.single(reader_of(line), "users", user["sourcedId"], None)
    assert told
    assert user["email"] not in told


def test_nothing_is_found_by_what_is_veiled_even_when_it_is_given_free_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert users(line, by="email~'@'")
    veiled(line.organization, monkeypatch)
    assert not users(line, by="email~'@'")
    with dying_before_the_rewriting(monkeypatch):
        set_field_policy(line.organization, [], by="dana")
    assert not users(line, by="email~'@'")
    assert not any("email" in user for user in users(line))


def test_what_is_given_free_again_comes_with_the_refresh_and_its_stamp(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = users(line)
    veiled(line.organization, monkeypatch)
    with dying_before_the_rewriting(monkeypatch):
        set_field_policy(line.organization, [], by="dana")
    told = refresh(line.organization, by="test")
    after = users(line)
    assert line.veil == {}
    assert told["changed"] == sum("email" in user for user in before)
    for was, now in zip(before, after, strict=True):
        assert (was.get("email") or "") == (now.get("email") or "")
        if "email" in was:
            assert now["dateLastModified"] > was["dateLastModified"]


def test_a_refresh_lifts_the_veil_before_it_builds(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    veiled(line.organization, monkeypatch)
    told = refresh(line.organization, by="test")
    line.refresh_from_db()
    assert (told["added"], told["changed"], told["removed"]) == (0, 0, 0)
    assert line.veil == {}
    assert not stored_with(line, '"email"')


def test_who_is_excluded_meanwhile_doesnt_wait_for_the_rewriting(
    district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = published(district, "1.2", "1.1")
    student = Record.objects.filter(line=lines[0], kind="users", role="student").order_by("pk")[3]
    order: list[str] = []
    lift, take = withdrawing._lift_one, withdrawing._withdraw_from

    def lifted(organization: Organization, lease: Lease) -> None:
        if "lift" not in order:
            exclusion.mark(district, "person", [student.sourced_id], reason="Asked", by="dana")
        order.append("lift")
        lift(organization, lease)

    def taken(line: Line, lease: Lease) -> None:
        order.append("take")
        take(line, lease)

    monkeypatch.setattr(withdrawing, "_lift_one", lifted)
    monkeypatch.setattr(withdrawing, "_withdraw_from", taken)
    set_field_policy(district, ["users.email"], by="dana")
    assert order == ["take", "take", "lift", "take", "take", "lift"]
    for line in lines:
        assert not any(student.sourced_id in text for text in live(line).values())


def live(line: Line) -> dict[tuple[str, str], str]:
    line.refresh_from_db()
    return shown(line)


def test_a_rewriting_that_broke_off_is_taken_back_and_done_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = line.head
    veiled(line.organization, monkeypatch, "users.email", "users.grades")
    seen = users(line)

    def broken(organization: Organization) -> None:
        raise ConnectionError("The database is gone.")

    with monkeypatch.context() as patched:
        patched.setattr(withdrawal, "next_stamp", broken)
        with pytest.raises(ConnectionError):
            withdraw(line.organization)
    assert Record.objects.filter(line=line, valid_from__gt=old).exists()
    assert unfinished() == [line.organization]
    assert users(line) == seen
    # Meanwhile another number is taken, so that the next attempt has one of its own.
    Organization.objects.filter(pk=line.organization_id).update(last_number=old + 5)
    withdraw(line.organization)
    assert users(line, old) == seen
    assert users(line) != seen
    assert unfinished() == []
    assert not stored_with(line, '"email"')
    assert not Record.objects.filter(line=line, valid_from__gt=line.head).exists()
    told = refresh(line.organization, by="test")
    assert (told["added"], told["changed"], told["removed"]) == (0, 0, 0)


def test_a_field_veiled_under_the_rewriting_of_another_stays_veiled(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    veiled(line.organization, monkeypatch)
    lifted = veils.lifted

    def slowly(line: Line, collection: str) -> Any:
        yield from lifted(line, collection)
        both = {"users": ["email", "grades"]}
        Line.objects.filter(pk=line.pk, veil={"users": ["email"]}).update(veil=both)

    with monkeypatch.context() as patched:
        patched.setattr(veils, "lifted", slowly)
        lease = Lease.taken(line.organization, None)
        assert lease
        with lease:
            withdrawing._lift_one(line.organization, lease)
    line.refresh_from_db()
    assert line.veil == {"users": ["email", "grades"]}
    withdraw(line.organization)
    line.refresh_from_db()
    assert line.veil == {}
    assert not stored_with(line, '"grades"') or not any("grades" in user for user in users(line))


def test_a_copy_is_veiled_as_its_line_was(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    veiled(line.organization, monkeypatch)
    seen = users(line)

    copy = fork(line, oldest=line.head, number=line.head)
    copy.refresh_from_db()
    assert copy.veil == {"users": ["email"]}
    assert users(copy) == seen
    assert are_equal(copy, line)
    Line.objects.filter(pk=copy.pk).update(veil={})
    copy.refresh_from_db()
    assert not are_equal(copy, line)


def test_a_build_waits_for_whoever_rewrites_and_is_refused_when_he_is_silent(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    veiled(line.organization, monkeypatch)
    lease = Lease.taken(line.organization, None)
    assert lease
    monkeypatch.setattr(withdrawing, "PATIENCE", 0.3)
    waits = iter(range(8))

    def heard_of(seconds: float) -> None:
        """He renews his lease a few times, which is longer than anybody waits for the silent."""
        if next(waits, None) is not None:
            lease.renew()

    monkeypatch.setattr("roster.withdrawing.time.sleep", heard_of)
    clock = iter(x / 10 for x in range(1000))
    monkeypatch.setattr("roster.withdrawing.time.monotonic", lambda: next(clock))
    with pytest.raises(Refused, match="still at work"):
        refresh(line.organization, by="test")
    assert next(waits, None) is None
    # Others have nothing to wait for: what was confirmed holds.
    withdraw(line.organization, rewriting=False)
    withdraw(line.organization)
    line.refresh_from_db()
    assert line.veil == {"users": ["email"]}


def test_veils_add_up() -> None:
    told = veils.merged({"users": ["email"]}, {}, {"users": ["grades"], "orgs": []})
    assert told == {"users": ["email", "grades"]}


def test_a_document_without_the_field_is_the_same_text() -> None:
    assert veils.without('{"sourcedId":"a","name":"A"}', ["email"]) == (
        '{"sourcedId":"a","name":"A"}'
    )
    assert veils.without('{"sourcedId":"a","email":"a@b"}', ["email"]) == '{"sourcedId":"a"}'


def test_only_the_line_whose_rules_were_tightened_is_due(district: Organization) -> None:
    one, other = published(district, "1.2", "1.1")
    announce(district, one)
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.withdrawal_due is not None
    assert other.withdrawal_due is None
    withdraw(district)
    one.refresh_from_db()
    assert one.withdrawal_due is None
