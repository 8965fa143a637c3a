"""Stresses the embedded database on real processes, and ends with 1 if anything failed."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.stress.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stress", description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="installations, one after the other")
    parser.add_argument("--seconds", type=float, default=60, help="how long each is asked")
    parser.add_argument("--students", type=int, default=300, help="in the bundles imported")
    asked = parser.parse_args()
    failed = 0
    for number in range(1, asked.runs + 1):
        with tempfile.TemporaryDirectory(prefix="rosterdesk-stress-") as folder:
            outcome = run(Path(folder), asked.seconds, asked.students)
        failed += bool(outcome.failures)
        print(
            f"{number}: answers {dict(outcome.answers)}, slowest {outcome.slowest:.1f} s,"
            f" commands {dict(outcome.commands)}; {outcome.failures or 'whole'}",
            flush=True,
        )
    print(f"{failed} of {asked.runs} runs failed")
    return bool(failed)


if __name__ == "__main__":
    raise SystemExit(main())
