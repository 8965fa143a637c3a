"""`python -m tests.load.greed [--students 8000] [--seconds 20] [--lines 40]`.

One vendor asks on forty connections at once for 50,000 enrollments a page, others for a little
now and then, behind nginx. Prints what the others wait for, before and meanwhile, what a web
process takes of memory, and how long the token endpoint needs for whoever may and may not have one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import threading
import time
from collections import Counter
from typing import Any

from tests.benchmarks import memory
from tests.deploy.production import WEB, Production
from tests.load.asking import Program
from tests.load.installation import installed

MOST = 500
"""MB that a web process may take."""
OTHERS = 3
PAUSE = 0.05
TIMES = 100


def greedy(port: int, vendor: dict[str, Any], lines: int, seconds: float, said: Any) -> None:
    """Be the one vendor, in a process of its own; puts what it was answered into `said`."""
    answers: Counter[str] = Counter()
    first = Program(port, vendor)
    first.enter()
    end = time.monotonic() + seconds

    def ask() -> None:
        program = Program(port, vendor)
        program.token = first.token
        while time.monotonic() < end:
            answers[program.get("/enrollments?limit=50000").status] += 1

    threads = [threading.Thread(target=ask) for _ in range(lines)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said.put(dict(answers))


def others(port: int, vendors: list[dict[str, Any]], seconds: float) -> dict[str, list[float]]:
    """Return how long each kind of a small request took for the others."""
    took: dict[str, list[float]] = {"page of 100": [], "one record": [], "token": []}
    end = time.monotonic() + seconds

    def ask(vendor: dict[str, Any]) -> None:
        program = Program(port, vendor)
        program.enter()
        one = program.get("/orgs?limit=1").body.partition(b'"sourcedId":"')[2].partition(b'"')[0]
        while time.monotonic() < end:
            for name, told in (
                ("page of 100", program.get("/users?limit=100")),
                ("one record", program.get(f"/orgs/{one.decode()}")),
                ("token", program.enter()),
            ):
                assert told.status == "200", (name, told)
                took[name].append(told.seconds)
                time.sleep(PAUSE)

    threads = [threading.Thread(target=ask, args=(vendor,)) for vendor in vendors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def tokens(port: int, vendor: dict[str, Any]) -> dict[str, list[float]]:
    """Return how long the token endpoint took, in turn, for right, wrong and nobody's secrets."""
    from tests.load.district import basic

    program = Program(port, vendor)
    asked = {
        "right": basic(vendor),
        "wrong secret": basic(vendor | {"client_secret": "x" * len(vendor["client_secret"])}),
        "nobody": basic(vendor | {"client_id": "x" * len(vendor["client_id"])}),
    }
    took: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(TIMES):
        for name, given in asked.items():
            took[name].append(program.enter(given).seconds)
    return took


def webs(desk: Production) -> int:
    """Return the bytes of the largest web process, shared pages counted once."""
    return max(
        size
        for unit in WEB
        for role, size in memory.processes(desk.processes[unit].pid)
        if role == "web"
    )


def row(name: str, *columns: list[float]) -> str:
    told = []
    for times in columns:
        ranked = sorted(times)
        told += [f"{ranked[len(ranked) * share // 100] * 1000:.0f} ms" for share in (50, 95)]
    return f"| {name} | {' | '.join(told)} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.load.greed", description=__doc__)
    parser.add_argument("--students", type=int, default=8_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--lines", type=int, default=40)
    asked = parser.parse_args()
    with installed(asked.students, OTHERS + 1) as (desk, vendors):
        port = desk.ports["443"]
        others(port, vendors[1:], 3)  # What is asked first is looked for, and kept.
        before, began = others(port, vendors[1:], asked.seconds), webs(desk)
        timed = tokens(port, vendors[1])
        said: Any = multiprocessing.Queue()
        given = (port, vendors[0], asked.lines, asked.seconds, said)
        one = multiprocessing.get_context("fork").Process(target=greedy, args=given)
        one.start()
        most, done = [began], threading.Event()

        def look() -> None:
            while not done.wait(memory.EVERY):
                most.append(webs(desk))

        looking = threading.Thread(target=look)
        looking.start()
        during = others(port, vendors[1:], asked.seconds)
        answers = said.get()
        one.join()
        done.set()
        looking.join()
    print(f"{asked.lines} lines, {asked.students:,} students; the greedy vendor's: {answers}\n")
    print("| others' | p50 before | p95 | p50 meanwhile | p95 |\n|---|---|---|---|---|")
    for name, times in before.items():
        print(row(name, times, during[name]))
    print("\n| a token for | p50 | p95 |\n|---|---|---|")
    for name, times in timed.items():
        print(row(name, times))
    peak = max(most) / 1e6
    print(f"\nThe largest web process: {began / 1e6:.0f} MB before, {peak:.0f} MB at most")
    return peak > MOST


if __name__ == "__main__":
    sys.exit(main())
