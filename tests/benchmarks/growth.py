"""`python -m tests.benchmarks.growth`: what a page, a night, memory and disk take as all grows.

A district of 1, 3 and 10 times the records, then of 1, 3 and 10 times the connections, then after
1, 3 and 10 times the nights, each on a PostgreSQL of its own. Prints the figures and draws them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from portal.env import BASE
from tests.benchmarks import commands, disk, samples
from tests.benchmarks.drawing import Row, drawn
from tests.benchmarks.installation import installation

TIMES = (1, 3, 10)
STUDENTS, CONNECTIONS, NIGHTS = 1000, 3, 6
SAMPLES = 60
PICTURE = BASE / "portal/docs/pictures/growth.svg"


@dataclass(frozen=True)
class Figures:
    """What was measured of a district as it stood then.

    `page` is the median of pages of 1,000 enrollments from the middle, in milliseconds; `night` the
    seconds of a night's refresh, `memory` the most of its process and `disk` what all documents and
    lists take, in MiB.
    """

    records: int
    connections: int
    nights: int
    page: float
    night: float
    memory: float
    disk: float


ROWS = (
    Row("a page of 1,000", "ms", "page"),
    Row("a night's refresh", "s", "night"),
    Row("its memory at most", "MiB", "memory"),
    Row("documents and lists", "MiB", "disk"),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--students", type=int, default=STUDENTS, help="of the smallest district")
    parser.add_argument("--svg", type=Path, default=PICTURE, help=f"default: {PICTURE}")
    parser.add_argument("--living", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.living:
        for figures in lived(*asked.living):
            print(json.dumps(asdict(figures)), flush=True)
        return
    found = grown(asked.students)
    print(json.dumps(found, indent=2))
    asked.svg.write_text(drawn(ROWS, found), encoding="utf-8")


def grown(students: int) -> dict[str, list[dict[str, Any]]]:
    """Return the figures by what grew."""
    return {
        "records": [
            figures for times in TIMES for figures in living(times * students, CONNECTIONS, [1])
        ],
        "connections": [
            figures for times in TIMES for figures in living(students, times * CONNECTIONS, [1])
        ],
        "nights": living(students, CONNECTIONS, [times * NIGHTS for times in TIMES]),
    }


def living(students: int, connections: int, nights: list[int]) -> list[dict[str, Any]]:
    """Have `lived` measured in a process and with a database of its own."""
    asked = json.dumps([students, connections, nights])
    print(f"… students, connections, nights: {asked}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "tests.benchmarks.growth", "--living", asked]
    done = subprocess.run(command, cwd=BASE, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def lived(students: int, connections: int, nights: list[int]) -> Iterator[Figures]:
    """Let a district live through nights; yield its figures after each of those that are named."""
    with installation("postgresql") as folder:
        from tests.benchmarks.connecting import connect_apart
        from tests.benchmarks.floors import Database
        from tests.benchmarks.scene import VENDORS
        from tests.benchmarks.work import SLUG, District

        district = District(folder, students, "1.2")
        for number in range(len(VENDORS), connections):
            connect_apart(SLUG, number)
        district.refresh("refresh")
        with Database() as database:
            for night in range(1, max(nights) + 1):
                bundle = folder / f"night-{night}"
                commands.here("make_bundle", bundle, "--students", students, "--night", night)
                commands.here("import_roster", SLUG, bundle)
                if night not in nights:
                    commands.here("refresh_cache", SLUG)
                    a_day_passes()
                    continue
                district.refresh("refresh of a night")
                a_day_passes()
                database.settle()
                ran = district.rows[-1].ran
                yield Figures(
                    sum(district.scene.totals.values()),
                    connections,
                    night,
                    round(page_of(district.scene, database), 2),
                    ran.told["seconds"],
                    round(ran.peak_bytes / 2**20),
                    round(sum(disk.sizes(database).values()), 1),
                )


def a_day_passes() -> None:
    """Sweep what nobody reads any more a day later."""
    from django.db.models import F

    from roster import publishing
    from roster.models import Document, Organization
    from tests.benchmarks.work import an_hour_passes

    an_hour_passes()
    for organization in Organization.objects.all():
        publishing.sweep(organization)
        unlisted = Document.objects.filter(unlisted_since__isnull=False)
        unlisted.update(unlisted_since=F("unlisted_since") - timedelta(days=1))
        publishing.sweep(organization)


def page_of(scene: Any, database: Any) -> float:
    """Return the median of pages from the middle, in milliseconds, asked of `serve`."""
    from tests.benchmarks.asking import Wire
    from tests.benchmarks.serving import served

    with served() as server, Wire(server.port) as wire:
        scene.enter(wire)
        asked = scene.get("enrollments", limit=1000, offset=scene.totals["enrollments"] // 2)
        for _ in range(SAMPLES):
            wire.ask(asked).document()
        return samples.p50([wire.ask(asked).seconds for _ in range(SAMPLES)]) * 1000


if __name__ == "__main__":
    main()
