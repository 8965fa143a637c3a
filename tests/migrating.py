"""The tables of the tests, made by the migrations once and then copied.

Running all migrations takes SQLite ten seconds of a processor. Their outcome is kept, under the
hash of everything that it comes from, in the machine's temporary folder, for the other workers of
the run and for the next run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from portal.env import BASE


def made_by_migrations() -> Path:
    """Return where the tables are kept that these migrations make."""
    files = [*sorted(BASE.glob("*/migrations/*.py")), BASE / "requirements-test.txt"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    name = f"rosterdesk-tables-{os.getuid()}-{digest.hexdigest()[:16]}.sqlite3"
    return Path(tempfile.gettempdir()) / name


def bring(name: str) -> None:
    """Put the tables where the test database will be, if they are known already."""
    known = made_by_migrations()
    if known.exists():
        shutil.copyfile(known, name)


def keep(name: str) -> None:
    """Keep the tables of a database that was just made, for whoever needs the same."""
    known = made_by_migrations()
    if known.exists():
        return
    begun = known.with_suffix(f".{os.getpid()}")
    with (
        contextlib.closing(sqlite3.connect(name)) as source,
        contextlib.closing(sqlite3.connect(begun)) as copy,
    ):
        source.backup(copy)
    begun.rename(known)
