"""Runs the product's commands: in a process that is measured, or here where nobody watches."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

from portal.env import BASE
from tests.benchmarks.asking import Broken


@dataclass(frozen=True)
class Ran:
    """A command that succeeded: what it told, and what the whole process took."""

    told: dict[str, Any]
    seconds: float
    processor_seconds: float
    peak_bytes: int


def run(*words: object) -> Ran:
    """Run `manage.py … --json` in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, "-m", "tests.benchmarks.peak", report.name, "manage.py"]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, *map(str, words), "--json"],
            cwd=BASE, capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        if done.returncode:
            raise Broken(f"{words[0]} failed: {done.stdout}{done.stderr}")
        measured = json.loads(Path(report.name).read_text())
    return Ran(json.loads(done.stdout), seconds, **measured)


def here(*words: object) -> dict[str, Any]:
    """Run the same in this process, where starting another would only cost time."""
    out = io.StringIO()
    try:
        call_command(*map(str, words), "--json", stdout=out)
    except SystemExit as ending:
        raise Broken(f"{words[0]} failed: {out.getvalue()}") from ending
    told = json.loads(out.getvalue())
    assert isinstance(told, dict)
    return told
