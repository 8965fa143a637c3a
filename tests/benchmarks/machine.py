"""What the figures were made on: a number without its machine says nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

from portal.env import BASE

PACKAGES = ("django", "djangorestframework", "granian", "psycopg", "orjson")
SHOWN = ("server_version", "shared_buffers", "fsync", "synchronous_commit", "jit")


def facts() -> dict[str, Any]:
    """Return cores, memory, versions, commit and load."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": _after("/proc/cpuinfo", "model name"),
        "memory_gib": round(int(_after("/proc/meminfo", "MemTotal").split()[0]) / 2**20, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "engine": engine(),
        "commit": commit(),
        "load": load(),
    }


def engine() -> dict[str, str]:
    """Return the database's name, version and the settings that matter here."""
    if connection.vendor != "postgresql":
        return {"name": "SQLite", "version": sqlite3.sqlite_version}
    with connection.cursor() as cursor:
        found = {}
        for name in SHOWN:
            cursor.execute(f"SHOW {name}")
            found[name] = str(cursor.fetchone()[0])
    return {"name": "PostgreSQL", "version": found.pop("server_version"), **found}


def load() -> float:
    """Return how many processes wanted a core in the last minute, ours among them."""
    return round(os.getloadavg()[0], 2)


def commit() -> str:
    """Return the commit that was measured; a plus sign where files differ from it."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=BASE, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _after(file: str, name: str) -> str:
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return "unknown"
