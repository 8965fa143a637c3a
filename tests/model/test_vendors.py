"""Whatever a district does, every vendor's copy is what the rules say.

A random history of imports, marks, changes of sharing, pauses and refreshes, with vendors
reading in between, each in its own way. `desk.py` does, `truth.py` knows, `programs.py` and
`pagers.py` read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.model import districts, sharing
from tests.model.desk import Desk
from tests.model.pagers import QUESTIONS, Pager, Prober
from tests.model.profiles import profile
from tests.model.programs import Program
from tests.model.vendors import COLLECTIONS, Habits, Vendor

MINUTES = st.sampled_from([1, 2, 3, 7, 14, 16, 180, 60 * 24, 60 * 24 * 8])
SKEWS = st.sampled_from([timedelta(minutes=minutes) for minutes in (0, 5, -5, 2, -2)])
MOST = 10


class Vendors(RuleBasedStateMachine):
    """One district, eight vendors from its first day on, and those that join late."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.desk = Desk()
        self.pagers: dict[int, list[Pager]] = {}
        self.moved = True

    def teardown(self) -> None:
        self.desk.close()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(asked=sharing.asked(), early=SKEWS, late=SKEWS)
    def begin(self, asked: Any, early: timedelta, late: timedelta) -> None:
        for version, habits in (
            ("1.2", [Habits()]),
            ("1.2", [Habits("largest", limit=7)]),
            ("1.1", [Habits("one")]),
            ("1.2", [Habits("start", clock_off=early)]),
            ("1.1", [Habits("end", clock_off=late, limit=6)]),
            # Two programs, with two tokens and with one.
            ("1.2", [Habits(limit=3), Habits("largest", limit=4)]),
            ("1.1", [Habits(limit=3), Habits("one", limit=100, shares_token=True)]),
            ("1.2", [Habits("one", token_each=True)]),
        ):
            partial = habits[0].since is not None
            fitting = sharing.fitting(asked if partial else sharing.EVERYTHING, version)
            if not self.desk.connect(version, fitting, *habits):
                self.desk.connect(version, sharing.EVERYTHING, *habits)
        self.desk.connect("1.2", sharing.EVERYTHING, Habits("largest"), enabled=False)
        self.desk.refresh()

    def some_vendor(self, data: Any) -> Vendor:
        vendors = self.desk.vendors
        return vendors[data.draw(st.integers(0, len(vendors) - 1), "vendor")]

    def some_program(self, data: Any) -> Program:
        programs = [program for vendor in self.desk.vendors for program in vendor.programs]
        return programs[data.draw(st.integers(0, len(programs) - 1), "program")]

    # What the district does

    @rule(rows=districts.edits(most=4))
    def edit(self, rows: Any) -> None:
        self.desk.edit(rows)

    @rule()
    def refresh(self) -> None:
        self.moved = True
        self.desk.refresh()

    @rule(rows=districts.edits(most=6))
    def edit_and_refresh(self, rows: Any) -> None:
        self.moved = True
        self.desk.edit(rows)
        self.desk.refresh()

    @rule(data=st.data())
    def exclude(self, data: Any) -> None:
        """Mark something of up to three kinds."""
        self.moved = True
        levels = self.desk.levels()
        kinds = st.sampled_from(sorted({kind for kind, _ in levels}))
        for kind in data.draw(st.lists(kinds, min_size=1, max_size=3, unique=True), "kinds"):
            of_kind = [sourced_id for name, sourced_id in levels if name == kind]
            self.desk.exclude(kind, data.draw(st.sampled_from(of_kind), "mark"))

    @rule(data=st.data(), rows=districts.edits(most=4))
    def exclude_on_moved_ground(self, data: Any, rows: Any) -> None:
        """An import moves the ground, and before anybody refreshes somebody acts on it."""
        self.desk.edit(rows)
        self.exclude(data)

    @rule(data=st.data(), user=st.sampled_from(districts.USERS))
    def keep_out(self, data: Any, user: str) -> None:
        """A parent asks for it, of one vendor."""
        self.moved = True
        vendor = self.some_vendor(data)
        others = vendor.truth.rules["kept_out"]
        self.desk.change(vendor, {"kept_out": dict.fromkeys({*others, user}, "asked")})

    @precondition(lambda self: self.desk.marks())
    @rule(data=st.data())
    def include(self, data: Any) -> None:
        self.desk.include(*data.draw(st.sampled_from(sorted(self.desk.marks())), "mark"))

    @rule(fields=st.sampled_from([["users.email"], ["users.grades"], []]))
    def set_policy(self, fields: list[str]) -> None:
        self.moved = True
        self.desk.set_policy(fields)

    @rule(data=st.data(), asked=sharing.changes())
    def change_sharing(self, data: Any, asked: Any) -> None:
        self.moved = True
        vendor = self.some_vendor(data)
        self.desk.change(vendor, sharing.fitting(asked, vendor.version))

    @rule(data=st.data(), days=st.sampled_from([None, None, 1, 3]))
    def pause(self, data: Any, days: int | None) -> None:
        self.moved = True
        vendor = self.some_vendor(data)
        if vendor.reads:
            self.desk.pause(vendor, days)

    @rule(data=st.data())
    def suspend(self, data: Any) -> None:
        vendor = self.some_vendor(data)
        if vendor.enabled:
            self.desk.suspend(vendor)

    @precondition(lambda self: self.stopped())
    @rule(data=st.data())
    def activate(self, data: Any) -> None:
        """End a pause or a suspension, launch who waits for it, and be read at once."""
        self.moved = True
        stopped = self.stopped()
        vendor = stopped[data.draw(st.integers(0, len(stopped) - 1), "stopped")]
        self.desk.activate(vendor)
        vendor.finish()

    def stopped(self) -> list[Vendor]:
        return [vendor for vendor in self.desk.vendors if vendor.truth.held or not vendor.enabled]

    @precondition(lambda self: len(self.desk.vendors) < MOST)
    @rule(
        version=st.sampled_from(["1.1", "1.2"]),
        asked=sharing.asked(),
        since=st.sampled_from([None, "largest", "one", "start", "end"]),
        off=SKEWS,
        enabled=st.sampled_from([True, True, False]),
    )
    def join_late(
        self, version: str, asked: Any, since: str | None, off: timedelta, enabled: bool
    ) -> None:
        habits = Habits(since, clock_off=off)
        self.desk.connect(version, sharing.fitting(asked, version), habits, enabled=enabled)

    @precondition(lambda self: len(self.desk.vendors) == MOST)
    @rule()
    def close_the_last(self) -> None:
        closed = self.desk.vendors[-1]
        self.desk.close_connection(closed)
        assert closed.ask_for_token().status_code == 401, f"{closed} is closed and got a token"
        for program in closed.programs:
            self.pagers.pop(id(program), None)

    @rule()
    def tend(self) -> None:
        self.moved = True
        self.desk.tend()

    @rule(minutes=MINUTES)
    def wait(self, minutes: int) -> None:
        self.desk.wait(minutes * 60)

    @rule()
    def forget(self) -> None:
        """What is kept for speed alone is emptied, in the middle of everything."""
        self.desk.forget_everything()

    @invariant()
    def nobody_reads_what_they_may_not(self) -> None:
        self.desk.look()

    # What the vendors do

    @rule(data=st.data())
    def sync(self, data: Any) -> None:
        self.some_program(data).finish()

    @precondition(lambda self: self.moved)
    @rule()
    def all_sync(self) -> None:
        for vendor in self.desk.vendors:
            vendor.finish()
        self.moved = False

    @rule(data=st.data(), requests=st.integers(1, 6))
    def read_on(self, data: Any, requests: int) -> None:
        program = self.some_program(data)
        for _ in range(requests):
            if program.step():
                return

    @rule(data=st.data(), rows=districts.edits(most=4), requests=st.integers(1, 5))
    def sync_through_a_refresh(self, data: Any, rows: Any, requests: int) -> None:
        """What lands in the middle of a reading is to come with the next."""
        program = self.some_program(data)
        for _ in range(requests):
            program.step()
        self.desk.edit(rows)
        self.desk.refresh()
        program.finish()
        self.desk.wait(16 * 60)
        program.finish()

    @rule(data=st.data(), question=st.sampled_from(QUESTIONS))
    def page(self, data: Any, question: Any) -> None:
        """Begin to page through a filtered or sorted list, or two, with one's own token."""
        program = self.some_program(data)
        pager = Pager(program.vendor, program.wallet)
        pager.begin(question)
        self.pagers.setdefault(id(program), []).append(pager)

    @precondition(lambda self: self.pagers)
    @rule(data=st.data())
    def page_on(self, data: Any) -> None:
        pagers = [pager for pagers in self.pagers.values() for pager in pagers]
        pager = pagers[data.draw(st.integers(0, len(pagers) - 1), "pager")]
        pager.step()

    @rule(data=st.data(), question=st.sampled_from(QUESTIONS))
    def page_through_an_act(self, data: Any, question: Any) -> None:
        """Somebody is withdrawn in the middle of a list's pages."""
        program = self.some_program(data)
        pager = Pager(program.vendor, program.wallet)
        pager.begin(question)
        self.exclude(data)
        pager.step()
        self.exclude(data)
        pager.finish()

    @rule(data=st.data(), length=st.integers(1, 4))
    def probe_for_the_withdrawn(self, data: Any, length: int) -> None:
        """Ask for somebody who is gone by what is known of them."""
        program = self.some_program(data)
        vendor = program.vendor
        if not vendor.reads:
            return
        assert vendor.truth.head is not None
        gone = sorted(vendor.known.keys() - vendor.truth.head.flat.keys())
        if gone:
            collection, sourced_id = data.draw(st.sampled_from(gone), "gone")
            known = vendor.known[collection, sourced_id][0]
            Prober(vendor, program.wallet).probe(collection, known, length)

    @rule(data=st.data())
    def ask_for_one(self, data: Any) -> None:
        program = self.some_program(data)
        collection = data.draw(st.sampled_from(COLLECTIONS))
        sourced_id = data.draw(st.sampled_from(districts.IDS[collection]))
        program.probe(collection, sourced_id)


@pytest.mark.django_db
def test_every_copy_is_what_the_rules_say() -> None:
    run_state_machine_as_test(Vendors, settings=profile(12, stateful_step_count=30))
