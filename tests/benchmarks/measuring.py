"""Measures the rows of a group in turn, sample by sample, each beside its floors.

All rows of a group take turns, so that a busy minute of the machine is shared by all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks import recording, samples
from tests.benchmarks.asking import Answer, Broken, Wire
from tests.benchmarks.cases import Case
from tests.benchmarks.floors import Database, Handler
from tests.benchmarks.recording import Statement
from tests.benchmarks.scene import Scene

TOKENS = ("token", "attack")
"""Groups whose answers hold no records."""

WARMING = 16
"""Requests before the clock counts: four threads of a worker, each with a connection to open."""


@dataclass
class Measured:
    """One row of the report: seconds of the product, of its SQL alone, of a bare server."""

    group: str
    title: str
    seconds: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    records: int | None = None
    size: int = 0
    statements: int | None = None

    def told(self) -> dict[str, Any]:
        """Return the row for the report, in milliseconds."""
        floor = samples.p50(self.bare) + (samples.p50(self.sql) if self.sql else 0)
        return {
            "group": self.group,
            "what": self.title,
            **samples.told(self.seconds),
            "sql": samples.told(self.sql) if self.sql else None,
            "bare": samples.told(self.bare),
            "ratio": round(samples.p50(self.seconds) / floor, 2),
            "records": self.records,
            "bytes": self.size,
            "statements": self.statements,
        }


class Measuring:
    """The server under measurement with its floors, and a connection to each."""

    def __init__(self, scene: Scene, wire: Wire, database: Database, bare: Handler) -> None:
        self.scene = scene
        self.wire = wire
        self.database = database
        self.bare = bare

    def measure(self, cases: Sequence[Case], most: int) -> list[Measured]:
        """Measure the cases, each by its own number of samples but by no more than `most`."""
        rows = [self._prepared(case) for case in cases]
        replayed = [self._recorded(case, row) for case, row in zip(cases, rows, strict=True)]
        for turn in range(max(min(case.samples, most) for case in cases)):
            for case, row, found in zip(cases, rows, replayed, strict=True):
                if turn < min(case.samples, most):
                    self._sample(case, row, found, turn + 1)
        return rows

    def measure_while(self, case: Case, work: Callable[[], None]) -> Measured:
        """Measure one case for as long as the work takes, whose failure is ours."""
        row = self._prepared(case)
        found = self._recorded(case, row)
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(work)
            while not working.done():
                self._sample(case, row, found, len(row.seconds) + 1)
        working.result()
        return row

    def _prepared(self, case: Case) -> Measured:
        """Ask once and look at the answer, then again until the server is warm for it."""
        title = case.title.format(deep=self.scene.deep, changes=self.scene.changes)
        row = Measured(case.group, title)
        answer = self._ask(case, 0)
        answer.document()
        row.size = len(answer.body)
        if case.group not in TOKENS:
            row.records = len(answer.records())
        expected = case.expected(self.scene)
        if expected is not None and row.records != expected:
            raise Broken(f"{title}: {row.records} records came, {expected} are right.")
        for _ in range(0 if case.first_use else WARMING):
            self._ask(case, 0)
        return row

    def _recorded(self, case: Case, row: Measured) -> list[Statement]:
        if case.group in TOKENS:
            return []
        found = recording.statements(case.request(self.scene, 0))
        if not case.first_use:  # Then it is the second time that counts, here as in `serve`.
            found = recording.statements(case.request(self.scene, 0))
        row.statements = len(found)
        return recording.of_documents(found)

    def _sample(self, case: Case, row: Measured, found: list[Statement], n: int) -> None:
        answer = self._ask(case, n)
        if answer.status != 200 or (row.records is not None and len(answer.body) != row.size):
            raise Broken(f"{row.title}: another answer ({answer.status}) than at first.")
        row.seconds.append(answer.seconds)
        if found:
            row.sql.append(self.database.fetch(found))
        row.bare.append(self.bare.fetch(row.size))

    def _ask(self, case: Case, n: int) -> Answer:
        if case.before:
            self.wire.ask(case.before(self.scene, n))
        return self.wire.ask(case.request(self.scene, n))
