"""One run: the district, the servers, the groups of rows, in the order of `GROUPS`."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.children import keep_memory
from tests.benchmarks import machine, memory, plans, syncing
from tests.benchmarks.asking import Broken, Wire
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.floors import Database, Handler, bare_server
from tests.benchmarks.measuring import Measured, Measuring
from tests.benchmarks.scene import READING_ON
from tests.benchmarks.serving import Served, served
from tests.benchmarks.work import District

GROUPS = (
    "refresh", "pages", "single", "token", "attack", "sync", "memory", "filter", "nested", "busy",
    "delta", "connections", "building", "disk",
)  # fmt: skip
"""What fills caches comes after what looks at the memory; what changes the data comes last."""

SYNCS = 5
ATTACKED = 5
"""Seconds."""

READERS = 4


@dataclass(frozen=True)
class Asked:
    """What the command line asked for; `samples` is the most of one row, `connections` of
    different rules are published for and withdrawn from.
    """

    students: int
    oneroster: str
    only: tuple[str, ...]
    samples: int
    connections: int
    explain: bool


@dataclass
class Run:
    """What is being measured, and what was found."""

    asked: Asked
    district: District
    database: Database
    reading: list[Measured] = field(default_factory=list)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    plans: dict[str, list[str]] = field(default_factory=dict)

    def through(self, server: Served, bare: int) -> None:
        """Go through all groups that were asked for, on the running servers."""
        scene = self.district.scene
        self.memory["before the first request"] = memory.told(memory.sizes(server.pid))
        with Wire(server.port) as wire:
            scene.enter(wire)
        if self.asked.explain:
            self.plans = plans.plans(scene, self.database)
        for group in self.asked.only:
            say(group)
            if group == "delta":
                self.district.change_enrollments()
                self.database.settle()
            if group == "sync":
                self._sync(server, bare)
            elif group == "memory":
                self._load(server)
            elif group == "connections":
                self.district.connect_variously(self.asked.connections, self.database)
            elif group == "building":
                self.district.build_variously(self.asked.connections)
            elif group == "disk":
                self.district.connect_further(self.database)
            elif group != "refresh":
                # The servers hang up on who was silent for half a minute.
                with Wire(server.port) as wire, Handler(bare) as handler:
                    self._cases(group, Measuring(scene, wire, self.database, handler), server.port)
        self.memory["after everything"] = memory.told(memory.sizes(server.pid))

    def _cases(self, group: str, measuring: Measuring, port: int) -> None:
        cases = [case for case in CASES if case.group == group]
        if group == "busy":
            self.reading.append(self._busy(cases[0], measuring))
            return
        if group == "attack":
            self.reading.append(self._attacked(cases[0], measuring, port))
            return
        if group == "delta":
            measuring.scene.begin_run(measuring.wire)
        self.reading += measuring.measure(cases, self.asked.samples)

    def _busy(self, case: Case, measuring: Measuring) -> Measured:
        """Read while another process refreshes."""
        title = "refresh, full compare, while it is read"
        with Database() as database:
            return measuring.measure_while(case, lambda: self.district.compare(database, title))

    def _attacked(self, case: Case, measuring: Measuring, port: int) -> Measured:
        """Ask for tokens while others try secrets, one after the other, that are wrong."""
        wrong = measuring.scene.for_token(READING_ON, right=False)

        def attack() -> None:
            with Wire(port) as wire:
                end = time.monotonic() + ATTACKED
                while time.monotonic() < end:
                    if wire.ask(wrong).status != 401:
                        raise Broken("A wrong secret was taken.")

        return measuring.measure_while(case, attack)

    def _sync(self, server: Served, bare: int) -> None:
        times = min(SYNCS, self.asked.samples)
        self.reading += syncing.measure(self.district.scene, server.port, bare, times)

    def _load(self, server: Served) -> None:
        """Look at the memory while four vendors at a time read everything."""
        with Wire(server.port) as wire:
            pages = syncing.survey(self.district.scene, wire)
        with memory.watched(server.pid) as seen:
            syncing.by_vendors(pages, server.port, READERS)
        self.memory["the most while four at a time read everything"] = memory.told(
            memory.most(seen)
        )


def measure(folder: Path, asked: Asked) -> dict[str, Any]:
    """Do all that was asked for, in the installation that the environment names."""
    facts = machine.facts()
    keep_memory()  # The floor is fetched here, and mustn't be higher than the product's.
    with ExitStack() as stack:
        say(f"making and publishing a district of {asked.students:,} students")
        district = District(folder, asked.students, asked.oneroster)
        database = stack.enter_context(Database())
        records = dict(district.scene.totals)
        if "refresh" in asked.only:
            say("refresh")
            district.refresh_variously(database)
        database.settle()
        run = Run(asked, district, database)
        run.through(stack.enter_context(served()), stack.enter_context(bare_server()))
    return {
        "machine": {**facts, "load_after": machine.load()},
        "district": {
            "students": asked.students,
            "oneroster": asked.oneroster,
            "records": records,
            "files": district.made["files"],
        },
        "reading": [row.told() for row in run.reading],
        "deciding": district.deciding,
        "work": [row.told() for row in district.rows],
        "disk": district.sizes,
        "brought": district.brought,
        "memory": run.memory,
        "plans": run.plans,
    }


def say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)
