"""`python -m tests.benchmarks.importing`: what imports take, by stage, and their peak memory.

Four nights of a generated district, each in a process of its own: the first load, the same bundle
again, the next night, and the first one once more. Prints a line for each; the seconds of the
processor tell on a busy machine what the others can't.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

from portal.env import BASE
from tests.benchmarks.asking import Broken
from tests.benchmarks.installation import ENGINES, installation

SLUG = "benchmark"
MIB = 2**20


def main() -> None:
    if sys.argv[1] == "child":
        print(json.dumps(timed(Path(sys.argv[2]))))
        return
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.importing")
    parser.add_argument("--students", type=int, default=50_000)
    parser.add_argument("--engine", choices=ENGINES, default="postgresql")
    parser.add_argument("--oneroster", choices=("1.1", "1.2"), default="1.2")
    asked = parser.parse_args()
    with installation(asked.engine) as folder:
        for title, bundle in nights(folder, asked.students, asked.oneroster):
            print(told(title, imported(bundle)), flush=True)


def nights(folder: Path, students: int, oneroster: str) -> list[tuple[str, Path]]:
    """Make the organization and its bundles."""
    from roster.generator.making import make_bundle
    from roster.organizations import create_organization

    create_organization(SLUG, "Benchmark", by="benchmark")
    paths = [folder / f"{name}.zip" for name in ("first", "again", "night")]
    made = [
        make_bundle(path, students, oneroster=oneroster, school_year=2027, night=night)
        for path, night in zip(paths, (0, 0, 1), strict=True)
    ]
    records, changes = sum(made[0].files.values()), sum(made[2].changes.values())
    print(f"{students:,} students, {records:,} records; the night has {changes:,} changes.")
    return [
        ("first load", paths[0]),
        ("the same bundle", paths[0]),
        ("the next night", paths[2]),
        ("back again", paths[1]),
    ]


def imported(bundle: Path) -> dict[str, Any]:
    """Import in a process of its own; return what it told, with its memory and processor time."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, "-m", "tests.benchmarks.peak", report.name, __file__]
        done = subprocess.run(
            [*command, "child", str(bundle)], cwd=BASE, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Broken(f"The import failed: {done.stdout}{done.stderr}")
        return {**json.loads(done.stdout), **json.loads(Path(report.name).read_text())}


def timed(bundle: Path) -> dict[str, Any]:
    """Import here, and return the seconds of each stage."""
    django.setup()
    from roster.importing import import_bundle
    from roster.models import Organization

    stages: dict[str, float] = {}
    began = time.perf_counter()
    last = [("Opening", began)]

    def progress(percent: int, stage: str) -> None:
        now = time.perf_counter()
        word = stage.partition(" ")[0] if stage.endswith(".csv") else stage
        before, since = last[0]
        if word != before:
            stages[before] = stages.get(before, 0.0) + now - since
            last[0] = (word, now)

    done = import_bundle(
        Organization.objects.get(slug=SLUG), bundle, by="benchmark", approved=True,
        progress=progress,
    )  # fmt: skip
    return {
        "state": done.state,
        "holds": [each["code"] for each in done.holds],
        "seconds": time.perf_counter() - began,
        "stages": stages,
    }


def told(title: str, ran: dict[str, Any]) -> str:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in ran["stages"].items())
    held = f"; would be held: {', '.join(ran['holds'])}" if ran["holds"] else ""
    return (
        f"{title:<16} {ran['seconds']:6.1f} s, processor {ran['processor_seconds']:6.1f} s,"
        f" {ran['peak_bytes'] / MIB:6.0f} MiB: {stages}{held}"
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    main()
