"""Runs faults one after the other while vendors ask, and makes the rows of the table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg

from tests.deploy.production import Production
from tests.faults.watching import FINE, Vendors
from tests.portal.running import eventually

BEARABLE = {*FINE, "503", "429"}
"""Answers that a vendor's program knows to deal with: all others are failures."""
LOG = 5
"""Seconds within which the request log is written once the database is there."""
NOTHING = "nothing"


@dataclass(frozen=True)
class Fault:
    """`happen` makes it and mends it; what it returns is what was lost, or `NOTHING`.

    `within`: seconds after which vendors must be answered again, once it is mended.
    """

    name: str
    happen: Callable[[Production], str]
    within: float = 10


@dataclass(frozen=True)
class Row:
    """A line of the table; `failures` says in words what must not be."""

    name: str
    seen: Counter[str]
    slowest: float
    recovered: float
    lost: str
    failures: tuple[str, ...]

    def __str__(self) -> str:
        counts = sorted(self.seen.items())
        seen = ", ".join(f"{count} × {what}" for what, count in counts)
        took = f"{self.recovered:.1f}" if self.recovered else "0"
        return f"| {self.name} | {seen}; {self.slowest:.1f} s at most | {took} | {self.lost} |"


HEAD = "| fault | what vendors saw | seconds to recover | lost |\n|---|---|---|---|"


def run(desk: Production, vendors: Vendors, fault: Fault) -> Row:
    """Let a fault happen, and wait until vendors are answered as before."""
    vendors.steady(time.monotonic())
    began, at = time.monotonic(), datetime.now(UTC)
    lost = fault.happen(desk)
    recovered = vendors.steady(time.monotonic())
    seen = vendors.seen(began)
    missing = log_entries_missing(desk, vendors.seen(began)["200"], at)
    if missing:
        lost = f"{missing} entries of the request log" + ("" if lost == NOTHING else f"; {lost}")
    failures = [f"vendors saw {what}" for what in seen if what not in BEARABLE]
    failures += [f"lost {lost}"] if not lost.startswith(NOTHING) else []
    if recovered > fault.within:
        failures.append(f"over only after {recovered:.1f} s")
    slowest = max(each.seconds for each in vendors.answers if each.told > began)
    return Row(fault.name, seen, slowest, recovered, lost, tuple(failures))


def log_entries_missing(desk: Production, answered: int, since: datetime) -> int:
    """Return how many of so many answers aren't in the vendors' request log."""
    sql = "SELECT count(*) FROM connections_request WHERE at >= %s AND status = 200"

    def missing() -> int:
        with psycopg.connect(desk.environ["DATABASE_URL"]) as database:
            found = database.execute(sql, [since]).fetchone()
        return answered - (found[0] if found else 0)

    eventually(lambda: missing() <= 0, LOG)
    return max(0, missing())
