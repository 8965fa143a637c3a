"""The tables of the tests, made by the migrations once for each engine and then copied.

Running all migrations takes ten seconds of a processor. Whoever needs tables first makes them,
while others wait. Those of SQLite are kept, under the hash of everything that they come from, in
the machine's temporary folder, for the next run too; those of PostgreSQL in a database beside the
tests' own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from portal import env

TEMPLATE = "tables"


def bring(name: str) -> None:
    """Put a SQLite database with tables where there is none yet."""
    known = made_by_migrations()
    with known.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            with tempfile.TemporaryDirectory(prefix="rosterdesk-tables-") as data:
                _migrate(env.without_settings(os.environ) | {"ROSTERDESK_DATA": data})
                (Path(data) / "rosterdesk.sqlite3").rename(known)
    shutil.copyfile(known, name)


def made_by_migrations() -> Path:
    """Return where the tables of SQLite are kept that these migrations make."""
    files = [*sorted(env.BASE.glob("*/migrations/*.py")), env.BASE / "requirements-test.txt"]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + path.read_bytes())
    name = f"rosterdesk-tables-{os.getuid()}-{digest.hexdigest()[:16]}.sqlite3"
    return Path(tempfile.gettempdir()) / name


def create(name: str) -> str:
    """Make a database with tables on the PostgreSQL of this run; returns its DATABASE_URL."""
    url = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(url.geturl(), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(1)")
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if not server.execute(known, [TEMPLATE]).fetchone():
            draft = f"{TEMPLATE}_begun"
            server.execute(f"CREATE DATABASE {draft}".encode())
            _migrate({**os.environ, "DATABASE_URL": url._replace(path=f"/{draft}").geturl()})
            server.execute(f"ALTER DATABASE {draft} RENAME TO {TEMPLATE}".encode())
        server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
    return url._replace(path=f"/{name}").geturl()


def _migrate(environ: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=env.BASE, env=environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}, check=True,
    )  # fmt: skip
