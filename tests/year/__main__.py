"""`python -m tests.year`: every day of the year, on SQLite and then on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

for engine in ("sqlite", "postgresql"):
    environ = os.environ | {"YEAR": "long", "TEST_ENGINE": engine}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "tests/year"]
    if ended := subprocess.run(command, env=environ, check=False).returncode:
        sys.exit(ended)
