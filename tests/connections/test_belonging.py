"""Which requests are one run (product: Words, *run*): a table that reads as the rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from connections.belonging import Pin, run_of
from connections.progress import Progress

NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
SIZES = {"orgs": 12, "users": 0, "classes": 3, "enrollments": 40}


@dataclass
class Desk:
    """The runs of one connection, as they come of requests; each list has pages of five."""

    runs: list[Pin] = field(default_factory=list)

    def ask(self, minute: float, token: str, name: str, offset: int, limit: int = 5) -> int:
        """Return the number of the run that the request belongs to, the first being 1."""
        now = NINE + timedelta(minutes=minute)
        nested = name in ("single", "nested")
        found = run_of(self.runs, token, None if nested else name, offset, now)
        if found is None:
            found = Pin(len(self.runs) + 1, 1, 1, 0, {}, now, now, [], {})
            self.runs.append(found)
        lists = dict(found.lists)
        if not nested:
            given = min(limit, max(SIZES[name] - offset, 0))
            before = lists.get(name) or Progress(begun=0, upto=0, beyond=False, whole=False)
            lists[name] = Progress(
                begun=0,
                upto=max(before["upto"], offset + given),
                beyond=before["beyond"] or offset > 0,
                whole=before["whole"] or offset + given >= SIZES[name],
            )
        self.runs[found.id - 1] = found._replace(
            last=now, tokens=sorted({*found.tokens, token}), lists=lists
        )
        return found.id


RULES: dict[str, list[tuple[float, str, int]]] = {
    "pages of a list": [(0, "a orgs 0", 1), (1, "a orgs 5", 1), (2, "a orgs 10", 1)],
    "a first page asked again before a later one": [
        (0, "a orgs 0", 1),
        (1, "a orgs 0", 1),
        (1.5, "a orgs 5", 1),
    ],
    "a first page asked again after a later one": [
        (0, "a orgs 0", 1),
        (1, "a orgs 5", 1),
        (1.5, "a orgs 0", 2),
    ],
    "a later page asked again": [(0, "a orgs 0", 1), (1, "a orgs 5", 1), (2, "a orgs 5", 1)],
    "everything asked again": [(0, "a orgs all", 1), (1, "a orgs all", 2), (2, "a orgs all", 3)],
    "an empty list asked again": [(0, "a users 0", 1), (1, "a users 0", 2)],
    "one list after another": [
        (0, "a orgs all", 1),
        (1, "a users 0", 1),
        (2, "a classes all", 1),
        (3, "a orgs all", 2),
    ],
    "idle for less than fifteen minutes in a list": [(0, "a orgs 0", 1), (14.9, "a orgs 5", 1)],
    "idle for fifteen minutes": [(0, "a orgs 0", 1), (15, "a orgs 5", 2)],
    "another list, while one isn't given to its end": [
        (0, "a orgs 0", 1),
        (14, "a classes all", 1),
        (28, "a orgs 5", 1),
    ],
    "all given to their end: less than two minutes": [
        (0, "a orgs all", 1),
        (1.9, "a classes all", 1),
    ],
    "all given to their end: two minutes": [(0, "a orgs all", 1), (2, "a classes all", 2)],
    "all given to their end: a token that the run has seen": [
        (0, "a orgs 0", 1),
        (0.5, "b orgs 5", 1),
        (1, "b orgs 10", 1),
        (1.5, "b classes all", 1),
    ],
    "all given to their end: a token that it has not": [
        (0, "a orgs all", 1),
        (0.5, "b classes all", 2),
    ],
    "not all given: a token that it has not seen": [
        (0, "a orgs 0", 1),
        (0.5, "b classes all", 1),
    ],
    "a token for each request": [
        (0, "a orgs 0", 1),
        (0.1, "b orgs 5", 1),
        (0.2, "c enrollments 0", 1),
        (0.3, "d orgs 10", 1),
    ],
    "two programs with two tokens, in one list": [
        (0, "a enrollments 0", 1),
        (1, "a enrollments 5", 1),
        (2, "b enrollments 0", 2),
        (3, "a enrollments 10", 1),
        (4, "b enrollments 5", 2),
        (5, "b enrollments 10", 2),
        (6, "a enrollments 15", 1),
        (7, "a orgs 0", 1),
        (8, "b orgs 0", 2),
    ],
    "two programs with one token, in one list": [
        (0, "a enrollments 0", 1),
        (1, "a enrollments 5", 1),
        (1.5, "a enrollments 10", 1),
        (2, "a enrollments 0", 2),
        (3, "a enrollments 15", 1),
        (4, "a enrollments 5", 2),
        (5, "a enrollments 20", 1),
        (6, "a enrollments 10", 2),
        (7, "a enrollments 5", 2),
    ],
    "one that begins again belongs to what it began last": [
        (0, "a enrollments 0", 1),
        (1, "a enrollments 5", 1),
        (2, "a enrollments 0", 2),
        (3, "a enrollments 5", 2),
        (4, "a enrollments 10", 2),
    ],
    "a small list asked again in the middle of another's pages": [
        (0, "a orgs 0", 1),
        (1, "a classes all", 1),
        (2, "a orgs 5", 1),
        (3, "a classes all", 2),
        (4, "a orgs 10", 1),
    ],
    "singles and nested lists belong to the newest run of their token": [
        (0, "a orgs 0", 1),
        (0.5, "a orgs 5", 1),
        (1, "b orgs 0", 2),
        (2, "a single 0", 1),
        (3, "a nested 5", 1),
        (4, "b single 0", 2),
        (5, "c single 0", 2),
    ],
    "a single begins a run where none goes on": [(0, "a single 0", 1), (1, "a orgs all", 1)],
    "a single keeps a run going": [
        (0, "a orgs 0", 1),
        (14, "a single 0", 1),
        (28, "a orgs 5", 1),
    ],
    "a later page of what nobody began": [(0, "a orgs 5", 1), (1, "a orgs 10", 1)],
    "twenty-four hours at most": [
        *[(tens * 10, "a enrollments 5", 1) for tens in range(24 * 6)],
        (24 * 60, "a enrollments 5", 2),
    ],
}


@pytest.mark.parametrize("steps", RULES.values(), ids=RULES.keys())
def test_which_requests_are_one_run(steps: list[tuple[float, str, int]]) -> None:
    desk = Desk()
    for minute, asked, run in steps:
        token, name, offset = asked.split()
        whole = offset == "all"
        limit = 100 if whole else 5
        assert desk.ask(minute, token, name, 0 if whole else int(offset), limit) == run, asked
