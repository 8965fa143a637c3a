"""`python -m tests.load.crowd [--vendors 200] [--seconds 600] [--students 2000]`.

So many vendors read an installation on PostgreSQL, behind nginx, all at once: a whole sync first,
then what has changed, again and again, with a new token each time. Fails if any answer isn't 200.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.load.asking import Program, Told
from tests.load.installation import installed

LISTS = ("/orgs", "/academicSessions", "/courses", "/classes", "/users", "/enrollments")
PAGE = 500
REST = 5.0
"""Seconds between two looks for changes."""


@dataclass
class Crowd:
    """Everybody's answers: by status, and how long each took."""

    end: float
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    syncs: int = 0

    def vendor(self, port: int, vendor: dict[str, Any]) -> None:
        program, stamp = Program(port, vendor), ""
        while time.monotonic() < self.end:
            self.note(program.enter())
            for name in LISTS:
                changed = f"&filter=dateLastModified%3E%27{stamp}%27" if stamp else ""
                self.read(program, f"{name}?limit={PAGE}{changed}")
            self.syncs += 1
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            time.sleep(REST)

    def read(self, program: Program, path: str) -> None:
        """Read a list page by page, until one isn't full."""
        offset, count = 0, PAGE
        while count == PAGE and time.monotonic() < self.end:
            told = program.get(f"{path}&offset={offset}")
            self.note(told)
            count = told.body.count(b'"dateLastModified"')
            offset += PAGE

    def note(self, told: Told) -> None:
        self.statuses[told.status] += 1
        self.seconds.append(told.seconds)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.crowd", description=__doc__)
    parser.add_argument("--vendors", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--students", type=int, default=2_000)
    asked = parser.parse_args()
    with installed(asked.students, asked.vendors) as (desk, vendors):
        crowd = Crowd(time.monotonic() + asked.seconds)
        threads = [
            threading.Thread(target=crowd.vendor, args=(desk.ports["443"], vendor))
            for vendor in vendors
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted(crowd.seconds)
    errors = crowd.statuses.total() - crowd.statuses["200"]
    print(
        f"{asked.vendors} vendors, {asked.seconds} s, {asked.students:,} students:"
        f" {crowd.statuses.total():,} requests, {crowd.syncs:,} syncs, {errors} errors"
        f" {dict(crowd.statuses)}; p50 {times[len(times) // 2]:.2f} s,"
        f" p95 {times[len(times) * 95 // 100]:.2f} s, slowest {times[-1]:.1f} s"
    )
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
