"""`python -m tests.benchmarks.pages`: what the pages of the portal take at 50,000 students.

The district is made once and stays in the data folder, or in the database of DATABASE_URL. All
doors that are open to an administrator are opened, and what depends on the size of the data: the
lists and records of each kind, and the numbers that acts show before they are confirmed. Each is
asked in this process, first with nothing at hand, then again. The processor's time is ours and
that of PostgreSQL's process.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.core.management import call_command

from tests.benchmarks import commands, samples
from tests.benchmarks.asking import Broken
from tests.benchmarks.connecting import connect, connect_apart

SLUG = "benchmark"
EMAIL = "dana@benchmark.example"


class Took(NamedTuple):
    """What one look took: seconds by the clock and of the processor, and statements of SQL."""

    clock: float
    processor: float
    statements: int


class Row(NamedTuple):
    title: str
    first: Took
    again: list[Took]

    @property
    def worst(self) -> float:
        return max(self.first.processor, samples.p50([each.processor for each in self.again]))

    def cells(self) -> list[str]:
        looks = [
            f"{ms(self.first.processor)} ({ms(self.first.clock)})",
            f"{ms(samples.p50([each.processor for each in self.again]))}"
            f" ({ms(samples.p50([each.clock for each in self.again]))})",
        ]
        return [self.title, *looks, f"{self.first.statements} / {self.again[-1].statements}"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages")
    add = parser.add_argument
    add("--data", type=Path, required=True, help="the folder in which the district stays")
    add("--students", type=int, default=50_000)
    add("--connections", type=int, default=30)
    add("--samples", type=int, default=3, help="looks after the first")
    add("--only", default="", help="only pages in whose names this pattern is found")
    add("--profile", action="store_true", help="where the time of the first look goes")
    asked = parser.parse_args()
    os.environ |= {"ROSTERDESK_DATA": str(asked.data), "ROSTERDESK_BOOTSTRAP": "0"}
    asked.data.mkdir(parents=True, exist_ok=True)
    django.setup()
    call_command("migrate", verbosity=0)
    make_district(asked.data, asked.students, asked.connections)
    from tests.benchmarks.portal_pages import pages

    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    rows = []
    for title, look in pages(SLUG, EMAIL):
        if re.search(asked.only, title):
            rows.append(measured(title, look, asked.samples))
            print(*rows[-1].cells(), sep=" | ", file=sys.stderr, flush=True)
            if asked.profile:
                profile(look)
    print(table(sorted(rows, key=lambda row: -row.worst)))
    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)


def make_district(folder: Path, students: int, connections: int) -> None:
    """Make what isn't there yet: the district, its vendors, all published, its administrator."""
    from portal.models import Membership, Staff
    from roster.models import Organization

    if not Organization.objects.filter(slug=SLUG).exists():
        bundle = folder / "first.zip"
        commands.here("create_organization", SLUG, "--name", "Benchmark")
        commands.here("make_bundle", bundle, "--students", students, "--guardians")
        commands.here("import_roster", SLUG, bundle)
        connect(SLUG, 0, "1.2")
        for number in range(1, connections):
            connect_apart(SLUG, number)
        commands.here("refresh_cache", SLUG)
    if not Staff.objects.filter(email=EMAIL).exists():
        organization = Organization.objects.get(slug=SLUG)
        dana = Staff.objects.create_user(EMAIL, "correct horse battery", name="Dana")
        Membership.objects.create(staff=dana, organization=organization, role="admin")


def measured(title: str, look: Callable[[], None], again: int) -> Row:
    forget()
    return Row(title, took(look), [took(look) for _ in range(again)])


def took(look: Callable[[], None]) -> Took:
    with counted() as statements:
        began, busy = time.perf_counter(), processor()
        look()
        return Took(time.perf_counter() - began, processor() - busy, len(statements))


def forget() -> None:
    """Empty what this process keeps, as after an import; its map is read beside another page."""
    from portal import warming
    from roster import map as maps
    from roster import reading
    from roster.explaining import decided
    from roster.models import Organization

    maps.forget()
    reading.forget()
    decided._kept.clear()
    warming.read(Organization.objects.get(slug=SLUG))


@contextmanager
def counted() -> Iterator[list[str]]:
    """Yield a list that gets the statements that are run meanwhile."""
    from django.db import connection

    found: list[str] = []

    def keep(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        found.append(sql)
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        yield found


def processor() -> float:
    """Return the seconds that this process and its PostgreSQL have worked."""
    return time.process_time() + of_database()


def of_database() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    try:
        pid = connection.connection.info.backend_pid
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError as elsewhere:
        raise Broken("PostgreSQL runs on another machine: its work can't be told.") from elsewhere


def profile(look: Callable[[], None]) -> None:
    import cProfile
    import pstats

    forget()
    profiled = cProfile.Profile()
    profiled.runcall(look)
    pstats.Stats(profiled, stream=sys.stderr).sort_stats("cumulative").print_stats(45)


def table(rows: list[Row]) -> str:
    head = ["page", "first look, ms (by the clock)", "again", "statements"]
    lines = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        main()
    except Broken as broken:
        sys.exit(f"Not measured: {broken}")
