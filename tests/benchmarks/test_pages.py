"""The table of the portal's pages is made from end to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from portal.env import BASE
from tests.portal.running import migrated


def test_pages_are_measured(tmp_path: Path, django_db_setup: None) -> None:
    data = tmp_path / "data"
    with migrated(data) as environ:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.pages", "--data", str(data), "--students",
             "20", "--connections", "2", "--samples", "1", "--only", "roster"],
            cwd=BASE, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| roster_record | " in done.stdout
