"""`python -m tests.benchmarks.nights`: what connections take of the disk, half a year later.

A district lives through nights in which 1 % of its users and enrollments change, once with one
connection and once with each of `ADDED` as a second, which takes what the database is larger by.
The clock is moved, so that stamps lie days apart; each night is refreshed, and swept twice in the
day after it. PostgreSQL vacuums by its own defaults but that it looks each second, since a night
takes two. What was measured of a smaller district is told for one of 50,000 students.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from portal.env import BASE
from tests.benchmarks import changing, commands, disk
from tests.benchmarks.connecting import ADDED, connect, connect_added
from tests.benchmarks.installation import installation
from tests.benchmarks.reporting import table

STUDENTS, NIGHTS = 5000, 180
OF = 50_000
"""Students of the district that the figures are told for."""

EVERY = 100
"""Of so many rows one changes in a night."""

MOST = 60
"""MB that the nights may add to a further connection."""

SLUG = "benchmark"
FIRST = "the first"
BEGIN = datetime(2026, 9, 1, 2, tzinfo=UTC)
SWEPT = (timedelta(hours=10), timedelta(hours=12))
"""So long after a refresh: the second sweep deletes what the first has found unlisted."""

AT_ONCE = 2
"""Districts that live at a time; bytes don't depend on it."""

Taken = dict[str, int]
"""Bytes by table, and the records that the last connection lists."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.nights", description=__doc__)
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--living", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.living:
        for taken in lived(*asked.living):
            print(json.dumps(taken), flush=True)
        return
    everybody = (FIRST, *ADDED)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        points = pool.map(lambda what: living(asked.students, asked.nights, what), everybody)
        found = dict(zip(everybody, points, strict=True))
    print(described(found, asked.students, asked.nights))
    print(json.dumps(found, indent=2))


def living(students: int, nights: int, last: str) -> list[Taken]:
    """Have `lived` measured in a process and with a database of its own."""
    asked = json.dumps([students, nights, last])
    print(f"… students, nights, last connection: {asked}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.benchmarks.nights", "--living", asked]
    done = subprocess.run(command, cwd=BASE, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def lived(students: int, nights: int, last: str) -> Iterator[Taken]:
    """Yield what the documents and lists of a district take before its nights, and after them."""
    with installation("postgresql") as folder, time_machine.travel(BEGIN) as now:
        from roster import publishing
        from roster.models import Organization
        from tests.benchmarks.floors import Database

        bundle = folder / "night-0"
        commands.here("make_bundle", bundle, "--students", students)
        commands.here("create_organization", SLUG, "--name", "Benchmark")
        commands.here("import_roster", SLUG, bundle)
        connect(SLUG, 0, "1.2")
        commands.here("refresh_cache", SLUG)
        if last in ADDED:
            connect_added(SLUG, last)
        organization = Organization.objects.get()
        with Database() as database:
            database.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'")
            database.execute("SELECT pg_reload_conf()")
            yield taken(database)
            for night in range(1, nights + 1):
                begin = BEGIN + timedelta(days=night)
                now.move_to(begin)
                before, bundle = bundle, folder / f"night-{night}"
                changing.touch_some(before, bundle, EVERY, night)
                shutil.rmtree(before)
                commands.here("import_roster", SLUG, bundle)
                commands.here("refresh_cache", SLUG)
                for later in SWEPT:
                    now.move_to(begin + later)
                    publishing.sweep(organization)
            yield taken(database)


def taken(database: Any) -> Taken:
    from roster.models import Publication

    last = Publication.objects.filter(listed=True).latest("feed", "number")
    records = sum(each["records"] for each in last.counts.values())
    return {"records": records, **disk.taken(database)}


HEAD = (
    "a connection's disk",
    "records",
    "bytes a record: documents",
    "lists",
    "after {nights} nights: documents",
    "lists",
    "MB of {students:,} students",
    "after {nights} nights",
    "more",
    "asked",
)


def described(found: dict[str, list[Taken]], students: int, nights: int) -> str:
    """Return the table: of the first connection all, of a further one what it adds to that."""
    head = [each.format(nights=nights, students=OF) for each in HEAD]
    rows = []
    for what, points in found.items():
        less: list[Taken] = [{}, {}] if what == FIRST else found[FIRST]
        first, after = (
            {name: size - alone.get(name, 0) for name, size in point.items()}
            for point, alone in zip(points, less, strict=True)
        )
        records = points[0]["records"]
        begun, ended = (megabytes(point, students) for point in (first, after))
        rows.append(
            (
                what,
                f"{records:,}",
                *(
                    f"{size / records:.1f}"
                    for point in (first, after)
                    for size in (point["document"] + point["rendered"], point["listpart"])
                ),
                f"{begun:.1f}",
                f"{ended:.1f}",
                f"{ended - begun:.1f}",
                "" if what == FIRST else MOST,
            )
        )
    return table(head, rows)


def megabytes(point: Taken, students: int) -> float:
    """Return what it is in a district of `OF` students: headers of publications don't grow."""
    growing = sum(point[name] for name in disk.BROUGHT if name != "publication")
    return (growing * OF / students + point["publication"]) / 10**6


if __name__ == "__main__":
    main()
