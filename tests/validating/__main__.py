"""`python -m tests.validating --students 20000`: the same test over a larger district."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.validating",
        description="Validate every answer of a generated district against our OpenAPI documents.",
    )
    parser.add_argument("--students", type=int, default=20_000, metavar="N", help="default: 20000")
    parser.add_argument(
        "--examples", type=int, default=100, metavar="N",
        help="singles and parents asked of each operation; default: 100",
    )  # fmt: skip
    parser.add_argument(
        "--guesses", type=int, default=50, metavar="N",
        help="requests that schemathesis makes up for each operation; default: 50",
    )  # fmt: skip
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    environ = os.environ | {
        "VALIDATING_STUDENTS": str(asked.students),
        "VALIDATING_EXAMPLES": str(asked.examples),
        "VALIDATING_GUESSES": str(asked.guesses),
    }
    command = [
        sys.executable, "manage.py", "test", "--engine", asked.engine, "--",
        "tests/validating", "-q", "-s", "--durations=5",
    ]  # fmt: skip
    return subprocess.run(command, cwd=HERE, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
