"""Breaks the product in known ways, and looks whether the random histories notice.

    python -m tests.model.mutations [--only WORD] [--jobs N] [--engine postgresql]

Each row of the table in `mistakes.py` is one mistake that somebody could make: the text that is
there, the text that would stand there instead, and the rule that it breaks. It is made in a copy
of the tree, where the model test then runs as in every run of the tests, and where that finds
nothing, with more examples. The command ends with 1 if a mistake is survived, and with 2, before
anything runs, if a text isn't there exactly once any more: then the row needs a new one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.model.mistakes import MUTATIONS, Mutation

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".data", "__pycache__", ".*_cache", "node_modules"
)
TEST = "tests/model/test_vendors.py::test_every_copy_is_what_the_rules_say"
ARGUMENTS = "-q -p no:xdist -p no:cacheprovider --tb=short --hypothesis-seed=1".split()
MORE = "30"
"""Examples of the second look, drawn anew from seed 1."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.model.mutations")
    parser.add_argument("--only", default="", help="rows whose file or rule holds this word")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    told = parser.parse_args()
    chosen = [row for row in MUTATIONS if told.only in row.file or told.only in row.rule]
    if lost := [row for row in chosen if text_of(row).count(row.old) != 1]:
        for row in lost:
            print(f"{row.file}: not there exactly once any more: {row.old!r}")
        return 2
    with ThreadPoolExecutor(told.jobs) as pool:
        found = list(pool.map(lambda row: noticed(row, told.engine), chosen))
    survived = found.count("survived") + found.count("broken")
    print(f"{len(found)} mistakes, {len(found) - survived} found, {survived} not.")
    return 1 if survived or not found else 0


def text_of(row: Mutation) -> str:
    return (ROOT / row.file).read_text()


def noticed(row: Mutation, engine: str) -> str:
    """Make one mistake in a copy of the tree, and print and return how the model takes it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rosterdesk-mutation-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        (copy / row.file).write_text(text_of(row).replace(row.old, row.new))
        how, why = "survived", ""
        for examples in ("", MORE):
            code, why = test(copy, engine, examples)
            if code:
                # 1 is a failed test; anything else is a mistake that can't even be run.
                how = f"found{', with more' if examples else ''}" if code == 1 else "broken"
                break
    print(f"{how:17} {time.monotonic() - began:4.0f} s  {row.file}: {row.rule}", flush=True)
    if how == "broken" or os.environ.get("MODEL_SAY"):
        print(f"    {why}", flush=True)
    return how


def test(tree: Path, engine: str, examples: str) -> tuple[int, str]:
    """Run the model test in a tree; return pytest's exit code and the line that says why."""
    more = {"MODEL_EXAMPLES": examples} if examples else {}
    plain = {name: text for name, text in os.environ.items() if not name.startswith("MODEL_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", TEST, *ARGUMENTS],
        cwd=tree,
        env=plain | more | {"TEST_ENGINE": engine, "MODEL_HASTY": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("E   ")]
    return done.returncode, (said or done.stdout.splitlines()[-1:] or [done.stderr])[0][:300]


if __name__ == "__main__":
    sys.exit(main())
