"""The tables of the tests, made by the migrations once for each engine and then copied.

To start a process that makes tables takes seconds. Whoever needs tables first makes them, while
others wait. Those of SQLite are kept, under the hash of everything that they come from, in
the machine's temporary folder, for the next run too; those of PostgreSQL in a database beside the
tests' own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection as database

from portal import env
from tests import engines

TEMPLATE = "tables"

GIVEN = re.compile(r"CONSTRAINT \w+_(pkey|key|uniq|check|not_null)\d? |(?<=_id_seq)\d")
"""Names that PostgreSQL gives to what a table holds; they keep those that it had before."""


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
    others = ("portal/management/commands/migrate.py", "requirements-test.txt")
    files = [*sorted(env.BASE.glob("*/migrations/*.py")), *(env.BASE / name for name in others)]
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


def described() -> list[list[str]]:
    """Return the statements that would make the tables at hand anew; of each its parts, sorted.

    Without what differs after an upgrade and means nothing: the order of columns, as it appends
    those that it adds, and names that the database gives.
    """
    if database.vendor == "sqlite":
        with database.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
            return sorted(sorted(sql[:-1].split(", ")) for (sql,) in cursor.fetchall())
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database.settings_dict['NAME']}")
    dump = subprocess.run(
        [engines.postgresql_programs() / "pg_dump", "--schema-only", url.geturl()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    named_by_us = GIVEN.sub("", dump.stdout)
    parts = (re.split(r",?\n", part.strip()) for part in named_by_us.split("\n\n"))
    return sorted(sorted(part) for part in parts if not part[0].startswith(("--", "\\")))


def _migrate(environ: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=env.BASE, env=environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}, check=True,
    )  # fmt: skip
