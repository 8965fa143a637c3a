"""Breaks the product in known ways, and looks whether the tests notice.

A mistake is a text that stands in a file exactly once, the text that would stand there instead,
and the rule that it breaks. It is made in a copy of the tree, where tests run, look by look,
until one of them fails. Whoever has a table of mistakes calls `main` with it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".data", "__pycache__", ".*_cache", "node_modules"
)
ARGUMENTS = "-q -x -p no:xdist -p no:cacheprovider --tb=short --hypothesis-seed=1".split()


class Mutation(NamedTuple):
    """`old` stands in `file` exactly once; `new` instead of it breaks `rule`."""

    file: str
    old: str
    new: str
    rule: str


class Look(NamedTuple):
    """One run of pytest: what it is called, its arguments, what it adds to the environment."""

    name: str
    tests: Sequence[str]
    environ: dict[str, str] | None = None


def main(
    mutations: Sequence[Mutation], looks: Sequence[Look], *, doc: str | None, prog: str
) -> int:
    """Make each mistake and print a table; 0 if all were found.

    1 if one was survived or couldn't be run; 2, before anything runs, if a text isn't there.
    """
    parser = argparse.ArgumentParser(description=doc, prog=f"python -m {prog}")
    parser.add_argument("--only", default="", help="rows whose file or rule holds this word")
    parser.add_argument("--jobs", type=int, default=1, help="how many at a time")
    parser.add_argument("--engine", default="sqlite", choices=["sqlite", "postgresql"])
    told = parser.parse_args()
    chosen = [row for row in mutations if told.only in row.file or told.only in row.rule]
    if gone := lost(chosen):
        print("\n".join(gone))
        return 2
    with ThreadPoolExecutor(told.jobs) as pool:
        found = list(pool.map(lambda row: noticed(row, looks, told.engine), chosen))
    good = found.count(True)
    print(f"{len(found)} mistakes, {good} found, {len(found) - good} not.")
    return 0 if found and all(found) else 1


def lost(mutations: Sequence[Mutation]) -> list[str]:
    """Return, in words, the texts that aren't there exactly once any more."""
    return [
        f"{row.file}: not there exactly once any more: {row.old!r}"
        for row in mutations
        if (ROOT / row.file).read_text().count(row.old) != 1
    ]


def noticed(row: Mutation, looks: Sequence[Look], engine: str) -> bool:
    """Make one mistake in a copy of the tree; print and return how the tests take it."""
    began = time.monotonic()
    how, why, by = "SURVIVED", "", ""
    with tempfile.TemporaryDirectory(prefix="rosterdesk-mutation-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        broken = copy / row.file
        broken.write_text(broken.read_text().replace(row.old, row.new))
        for look in looks:
            code, why, by = run(copy, look, engine)
            if code:
                # 1 is a failed test; anything else is a mistake that can't even be run.
                how = f"found by {look.name}" if code == 1 else "BROKEN"
                break
    print(f"{how:24} {time.monotonic() - began:4.0f} s  {row.file}: {row.rule}", flush=True)
    if by:
        print(f"    {by}", flush=True)
    if how == "BROKEN" or os.environ.get("MODEL_SAY"):
        print(f"    {why}", flush=True)
    return how.startswith("found")


def run(tree: Path, look: Look, engine: str) -> tuple[int, str, str]:
    """Run a look in a tree; return pytest's exit code, the line that says why, and the test."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("MODEL_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *look.tests, *ARGUMENTS],
        cwd=tree,
        env=plain | {"TEST_ENGINE": engine, "MODEL_HASTY": "1"} | (look.environ or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("E   ")]
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    why = (said or done.stdout.splitlines()[-1:] or [done.stderr])[0][:300]
    return done.returncode, why, "".join(failed[:1])
