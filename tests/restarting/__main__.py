"""`python -m tests.restarting [--seconds 600] [--engine postgresql] [--seed 7]`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.restarting")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    environ = {
        "TEST_RESTARTING": str(asked.seconds),
        "TEST_RESTARTING_SEED": str(asked.seed),
        "TEST_ENGINE": asked.engine,
    }
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/restarting", "-q", "-s", "-p", "no:xdist"],
        env=os.environ | environ,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
