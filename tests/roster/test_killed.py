"""Whoever dies by SIGKILL, and whenever: readers see one whole publication, and the work is done
by the next who does it.

Moments are drawn by chance from a seed: a handful here. Many, or those of a failure:
TEST_KILLS=200 TEST_KILLS_SEED=7 python3 manage.py test -- tests/roster/test_killed.py -s
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connections import lifecycle, relining
from connections.models import Connection
from roster import exclusion, forking, reading, withdrawing
from roster.clock import clock
from roster.lines import STEP
from roster.models import Line, Mark, Organization, Record, Refresh
from roster.publishing import refresh
from roster.refusal import Refused
from roster.withdrawing import withdraw
from tests.connections.conftest import DANA
from tests.killing.desk import BETWEEN, Desk, Meanwhile, Rows, as_if
from tests.killing.dying import Mortals, killed_for_real, mortals
from tests.killing.watching import Passes
from tests.killing.wholeness import differences

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("TEST_KILLS", "3"))
SEED = int(os.environ.get("TEST_KILLS_SEED", "3"))

REFRESH = ("refresh_cache", "riverside")


@pytest.fixture
def dice() -> random.Random:
    return random.Random(SEED)  # noqa: S311 - drawn again, it must be the same.


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Mortals]:
    with mortals(tmp_path / "data") as it:
        yield it


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_refresh_that_dies_shows_nothing_and_the_next_one_finishes(
    desk: Desk, killer: Mortals, dice: random.Random
) -> None:
    meanwhile = Meanwhile(desk)
    desk.import_of_night(1)
    assert not killer.run(*REFRESH)
    writes = killer.writes or 0
    assert writes > 40, "It has few moments to die at."
    killed, night = 0, 1
    expected: dict[Any, Rows] = {}
    while killed < KILLS:
        if not expected:
            night += 1
            desk.import_of_night(night)
            heads, betweens = desk.heads, [Desk.nothing, dice.choice(BETWEEN)]
            expected = {act: as_if(desk.refreshed, act) for act in betweens}
        # Some die at a step that they write, some at any moment of the clock.
        moment = (
            {"after": dice.uniform(0, 0.7)} if killed % 3 == 1 else {"at": dice.randint(1, writes)}
        )
        if not meanwhile.during(killer.run, *REFRESH, **moment):
            assert not differences(desk.rows_at_rest(), expected[Desk.nothing])
            expected = {}
            continue
        killed += 1
        desk.are_whole()
        if desk.heads != heads:
            expected = {}  # It died after it had shown what it made.
            desk.after_the_lease()
            continue
        if Refresh.objects.filter(state=Refresh.State.RUNNING).exists():
            with pytest.raises(Refused, match="already running"):
                refresh(desk.riverside, by=DANA)
        desk.after_the_lease()
        for between, rows in expected.items():
            told = as_if(desk.refreshed, between)
            assert not differences(told, rows), (moment, between.__name__)
        if killed % 4 == 0:
            assert not differences(desk.refreshed(Desk.nothing), expected[Desk.nothing])
            expected = {}
    desk.refreshed(Desk.nothing)
    meanwhile.passes.unmixed()
    meanwhile.nobody_hung("Refreshes died")


def test_the_command_itself_may_be_killed(desk: Desk, dice: random.Random, tmp_path: Path) -> None:
    meanwhile = Meanwhile(desk)
    desk.import_of_night(1)
    expected = as_if(desk.refreshed, Desk.nothing)
    for _ in range(max(1, KILLS // 10)):
        meanwhile.during(killed_for_real, tmp_path / "data", dice.uniform(0, 0.5), *REFRESH)
        desk.after_the_lease()
    assert not differences(desk.refreshed(Desk.nothing), expected)
    meanwhile.passes.unmixed()
    meanwhile.nobody_hung("The command died")


def test_a_refresh_that_only_stood_still_writes_nothing_once_it_was_given_up(
    desk: Desk, killer: Mortals, dice: random.Random
) -> None:
    for night in range(1, 2 + KILLS // 5):
        desk.import_of_night(night)
        expected = as_if(desk.refreshed, Desk.nothing)
        asleep = killer.stand_still(*REFRESH, at=dice.randint(2, 150))
        assert asleep
        desk.after_the_lease()
        assert not differences(desk.refreshed(Desk.nothing), expected)
        assert killer.wake(asleep) == 1
        assert not differences(desk.rows_at_rest(), expected)


def test_what_is_excluded_by_one_that_dies_is_shown_by_no_refresh_and_gone_after_the_next(
    desk: Desk, killer: Mortals, dice: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawing, "PATIENCE", 0.2)
    meanwhile = Meanwhile(desk, together=False)
    killed, turn = 0, 1
    while killed < KILLS:
        what = desk.something(turn)
        words = ("exclude", "riverside", *what, "--reason", "Opt-out")
        before = desk.rows_at_rest()
        expected = as_if(desk.excluded, *what)
        # It writes more or less than that: what it excludes is now little, now much.
        moment = dice.randint(1, 60)
        if not meanwhile.during(killer.run, *words, at=moment):
            assert not differences(desk.rows_at_rest(), expected)
            turn += 1
            continue
        killed += 1
        desk.are_whole()
        desk.riverside.refresh_from_db()
        if not Mark.objects.filter(kind=what[0], sourced_id=what[1]).exists():
            assert desk.riverside.withdrawal_due is None
            assert not differences(desk.rows_at_rest(), before)
            continue
        if desk.riverside.withdrawal_due and desk.riverside.withdrawing_until:
            heads = desk.heads
            with pytest.raises(Refused, match="still at work"):
                refresh(desk.riverside, by=DANA)
            assert desk.heads == heads
        desk.after_the_lease()
        # It may be included again, or another excluded first: the next refresh is whole.
        told = as_if(desk.included_again, *what) if killed % 2 else None
        if not told:
            as_if(desk.refreshed, Desk.somebody_is_excluded)
        withdraw(desk.riverside)
        assert not differences(desk.rows_at_rest(), expected), (what, moment)
        assert told in (None, as_if(desk.included_again, *what)), (what, moment)
        turn += 1
    meanwhile.nobody_hung("Withdrawals died")


def test_what_is_withheld_by_one_that_dies_is_under_the_veil_or_gone_after_the_next(
    desk: Desk, killer: Mortals, dice: random.Random
) -> None:
    meanwhile = Meanwhile(desk, together=False)
    fields, killed = [["users.email"], ["users.email", "users.grades"]], 0
    while killed < KILLS:
        wanted = fields[killed % 2]
        expected = as_if(desk.withheld, wanted)
        words = ("set_field_policy", "riverside", "--withhold", *wanted, "--reason", "Asked")
        # Some die before the veil has fallen on every line, most while they rewrite.
        if not meanwhile.during(killer.run, *words, at=dice.randint(1, 60)):
            assert not differences(desk.rows_at_rest(), expected)
            desk.withheld([])
            continue
        killed += 1
        desk.look_again()
        confirmed = desk.riverside.field_policy == wanted
        if confirmed and not desk.riverside.withdrawal_due:
            assert not desk.told_of("email")
        desk.are_whole()
        desk.after_the_lease()
        if killed % 2:
            as_if(desk.refreshed, Desk.somebody_is_excluded)
        withdraw(desk.riverside)
        if confirmed:
            assert not differences(desk.rows_at_rest(), expected)
        desk.withheld([])
    meanwhile.nobody_hung("Withholding died")


def test_a_fork_that_dies_is_read_by_nobody_and_is_gone_a_day_later(
    desk: Desk, killer: Mortals, dice: random.Random
) -> None:
    line, number = desk.paused.line, desk.paused.held_at
    assert line
    assert number
    passes, meanwhile = Passes(line), Meanwhile(desk)
    had = passes.read(line.pk, number)
    words = ("set_status", "riverside", desk.paused.pk, "active")
    resumed, refreshed = as_if(desk.resumed), as_if(desk.refreshed, Desk.nothing)
    for _ in range(KILLS):
        moment = dice.randint(1, 150)
        assert meanwhile.during(killer.run, *words, at=moment), moment
        desk.after_the_lease()
        assert (desk.paused.status, desk.paused.held_at) == (Connection.Status.PAUSED, number)
        reading.forget()
        assert passes.read(line.pk, number) == had
        assert not differences(as_if(desk.refreshed, Desk.nothing), refreshed), moment
        assert not differences(as_if(desk.resumed), resumed), moment
        as_if(desk.refreshed, Desk.one_more_of_the_same_connects)
    lifecycle.resume(desk.paused, by=DANA)
    assert not differences(desk.rows_at_rest(), resumed)
    a_day_passes()
    desk.look_again()
    read = {vendor.connection.line_id for vendor in (desk.brightpath, desk.elder)}
    assert set(Line.objects.values_list("pk", flat=True)) == read | {desk.paused.line_id}
    meanwhile.nobody_hung("Resumes died")


def a_day_passes() -> None:
    long_ago = clock() - timedelta(days=2)
    Line.objects.filter(unread_since__isnull=False).update(unread_since=long_ago)
    relining.finish()


def test_withdrawals_that_reach_the_number_of_a_dead_build_sweep_it_away(
    desk: Desk, killer: Mortals
) -> None:
    desk.import_of_night(1)
    assert killer.run(*REFRESH, at=40)
    desk.after_the_lease()
    # So much was withdrawn since that the next number would be the build's.
    last = desk.riverside.last_number
    Organization.objects.filter(pk=desk.riverside.pk).update(last_number=last + STEP - 1)
    desk.riverside.refresh_from_db()
    desk.somebody_is_excluded()
    desk.are_whole()
    assert [head - last for head in desk.heads] == [STEP + 1, STEP + 2]
    desk.refreshed(Desk.nothing)


def test_withdrawals_leave_a_build_alone_that_has_a_number_beyond_theirs(desk: Desk) -> None:
    # A line in which nothing was withdrawn is hundreds behind, and what is built is beyond.
    last = desk.riverside.last_number + 3 * STEP
    Organization.objects.filter(pk=desk.riverside.pk).update(last_number=last + 7)
    building = Refresh.objects.create(
        organization=desk.riverside,
        number=last + STEP,
        lease_until=clock() + timedelta(minutes=1),
    )
    line = desk.lines[0]
    begun = Record.objects.filter(line=line, kind="orgs").order_by("pk")[0]
    begun.pk, begun.valid_from = None, last + STEP
    begun.save()
    desk.somebody_is_excluded()
    building.refresh_from_db()
    assert building.state == Refresh.State.RUNNING
    assert Record.objects.filter(line=line, valid_from=last + STEP).exists()
    assert [head - last for head in desk.heads] == [8, 9]
    desk.after_the_lease()
    desk.refreshed(Desk.nothing)


def test_a_refresh_that_begins_with_such_a_withdrawal_is_not_in_its_own_way(desk: Desk) -> None:
    exclusion.mark(desk.riverside, "person", [desk.somebody(40)], reason="Opt-out", by=DANA)
    last = desk.riverside.last_number
    Organization.objects.filter(pk=desk.riverside.pk).update(last_number=last + STEP - 1)
    assert refresh(desk.riverside, by=DANA)["publication"] == last + STEP + 2
    desk.rows_at_rest()


def test_a_fork_does_not_keep_what_is_withdrawn_while_it_is_copied(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody, copy = desk.somebody(40), forking._copy_records

    def copy_and_exclude(*arguments: Any) -> None:
        copy(*arguments)
        exclusion.exclude(desk.riverside, "person", [somebody], reason="Opt-out", by=DANA)

    monkeypatch.setattr(forking, "_copy_records", copy_and_exclude)
    line = desk.lines[0]
    own = forking.fork(line, oldest=line.head, number=line.head)
    line.refresh_from_db()
    name = f'"sourcedId":"{somebody}","status":"active"'
    shown = forking.Record.objects.filter(line=own, kind="users", document__contains=name)
    assert not shown.exists()
