"""A withheld field is hidden at once, and rewritten after: nobody sees where one ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from roster import exclusion, nesting, reading, storing, veils, withdrawal, withdrawing
from roster.dialects.paths import resolve
from roster.forking import are_equal, fork
from roster.lease import Lease
from roster.models import Line, Organization, Record
from roster.organizations import set_field_policy
from roster.publishing import refresh
from roster.query import parse
from roster.refusal import Refused
from roster.where import Order, Scope, Where
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
    def die(*arguments: Any) -> None:
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

    def lifted(*arguments: Any) -> None:
        if "lift" not in order:
            exclusion.mark(district, "person", [student.sourced_id], reason="Asked", by="dana")
        order.append("lift")
        lift(*arguments)

    def taken(line: Line, lease: Lease) -> None:
        order.append("take")
        take(line, lease)

    monkeypatch.setattr(withdrawing, "_lift_one", lifted)
    monkeypatch.setattr(withdrawing, "_withdraw_from", taken)
    set_field_policy(district, ["users.email"], by="dana")
    # The first is given up before it has written anything.
    assert order == ["take", "take", "lift", "take", "take", "lift", "lift"]
    for line in lines:
        assert not any(student.sourced_id in text for text in live(line).values())


def test_who_is_excluded_doesnt_wait_for_the_end_of_a_line_either(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = Record.objects.filter(line=line, kind="users", role="student").order_by("pk")[3]
    veiled(line.organization, monkeypatch)
    monkeypatch.setattr(storing, "BATCH", 20)
    lifted, asked = veils.lifted, iter([True])
    rewritten: list[str] = []

    def one_by_one(line: Line, collection: str) -> Iterator[Any]:
        for change in lifted(line, collection):
            if next(asked, False):
                exclusion.mark(
                    line.organization, "person", [student.sourced_id], reason="Asked", by="dana"
                )
            rewritten.append(change[0].sourced_id)
            yield change

    take = withdrawing._withdraw_from

    def taken(line: Line, lease: Lease) -> None:
        assert 0 < len(rewritten) <= 20
        assert not Record.objects.filter(line=line, valid_from__gt=line.head).exists()
        take(line, lease)

    monkeypatch.setattr(veils, "lifted", one_by_one)
    monkeypatch.setattr(withdrawing, "_withdraw_from", taken)
    withdraw(line.organization)
    assert len(rewritten) > 40
    assert not any(student.sourced_id in text for text in live(line).values())
    assert not stored_with(line, '"email"')


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


def test_an_order_by_what_is_veiled_tells_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = resolve("1.2", "users", "email")
    assert path
    where = Where("1.2", "users", order=Order(path))

    def told() -> list[str]:
        page = reading.page(reader_of(line), "users", where, 0, 5000)
        return [json.loads(document)["sourcedId"] for document in page.documents]

    before = told()
    veiled(line.organization, monkeypatch)
    assert told() == sorted(before) != before
    withdraw(line.organization)
    assert told() == sorted(before)


def test_nested_lists_dont_go_by_what_is_veiled(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Record.objects.filter(line=line, kind="courses", document__contains='"org":')
    school = json.loads(rows.order_by("pk")[0].document)["org"]["sourcedId"]
    where = Where(
        "1.2", "courses", nesting=nesting.by_fact("courses", "org.sourcedId"), parents=(school,)
    )

    def nested() -> list[str]:
        return reading.page(reader_of(line), "courses", where, 0, 5000).documents

    assert nested()
    veiled(line.organization, monkeypatch, "courses.org")
    assert not nested()
    withdraw(line.organization)
    assert not nested()


def test_nor_by_what_records_of_another_kind_hold_under_the_veil() -> None:
    belongs = nesting.by_members("classes", "resources.sourcedId", "sourced_id")
    open_to_all, under = (
        Scope(1, 1, 0, [], veil=veil) for veil in ({}, {"classes": ["resources"]})
    )
    asked, hidden = (belongs(scope, ("c-1",), False).parameters for scope in (open_to_all, under))
    assert sum("@" not in str(each) and "resources." in str(each) for each in asked) == 1
    assert sum("@" not in str(each) and "resources." in str(each) for each in hidden) == 0


@pytest.mark.parametrize("together", [False, True])
def test_a_tombstone_remembers_nothing_that_was_withheld_before_or_with_it(
    together: bool, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Record.objects.filter(line=line, kind="courses", document__contains='"org":')
    course = rows.order_by("pk")[0].sourced_id
    if not together:
        veiled(line.organization, monkeypatch, "courses.org")
    exclusion.mark(line.organization, "course", [course], reason="Asked", by="dana")
    if together:
        set_field_policy(line.organization, ["courses.org"], by="dana")
    withdraw(line.organization)
    facts = Record.objects.filter(line=line, sourced_id=course).values_list("facts", flat=True)
    assert len(facts) == 2
    assert not any("org" in key for told in facts for key in told)


def test_a_copy_that_was_never_shown_leaves_nothing_to_do(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    veiled(line.organization, monkeypatch)
    copy = fork(line, oldest=line.head, number=line.head)
    Line.objects.filter(pk=copy.pk).update(head=0)
    withdraw(line.organization)
    assert unfinished() == []


@pytest.mark.parametrize("dies_on", ["1.2", "1.1"])
def test_whoever_comes_to_rewrite_takes_back_what_a_withdrawal_left_on_other_lines(
    dies_on: str, district: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = published(district, "1.2", "1.1")
    student = Record.objects.filter(line=lines[0], kind="users", role="student").order_by("pk")[3]
    veiled(district, monkeypatch)
    Organization.objects.filter(pk=district.pk).update(withdrawing_until=None)
    taken = Lease.taken
    between = iter([True])

    def after_another(organization: Organization, build: Any) -> Lease | None:
        """Between the look at what is due and the lease another begins, and breaks off."""
        if next(between, False):
            exclusion.mark(district, "person", [student.sourced_id], reason="Asked", by="dana")
            break_off(taken(organization, None))
            exclusion.include(district, "person", [student.sourced_id], by="dana")
        return taken(organization, build)

    def break_off(lease: Lease | None) -> None:
        assert lease
        show = withdrawal.Withdrawal.show

        def broken(self: withdrawal.Withdrawal) -> None:
            if self.line.version == dies_on:
                raise Died
            show(self)

        with monkeypatch.context() as patched, pytest.raises(Died), lease:
            patched.setattr(withdrawal.Withdrawal, "show", broken)
            withdrawing._withdraw_all(district, lease)

    monkeypatch.setattr(Lease, "taken", after_another)
    withdraw(district)
    for line in lines:
        assert_whole(line)


def assert_whole(line: Line) -> None:
    line.refresh_from_db()
    rows = Record.objects.filter(line=line, valid_from__lte=line.head, valid_to__gt=line.head)
    told = list(rows.values_list("kind", "sourced_id"))
    assert len(told) == len(set(told))
    numbers = line.publications.values_list("number", flat=True)
    assert not rows.exclude(changed_in__in=list(numbers)).exists()


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
