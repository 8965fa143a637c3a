"""The race at length: everybody at work at once, and somebody is always killed.

    python -m tests.killing [--kills 300] [--engine postgresql] [--seed 7]

Prints who did what how often, and what readers have seen that they mustn't; fails if anything.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

TEST = "tests/killing/test_race.py"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.killing")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    environ = {"TEST_KILLS": str(asked.kills), "TEST_KILLS_SEED": str(asked.seed)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", TEST, "-q", "-s", "-p", "no:xdist"],
        env=os.environ | environ | {"TEST_ENGINE": asked.engine},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
