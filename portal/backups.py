"""A backup: the database and the keys of an installation in one file.

Taken while everything runs: SQLite copies itself page by page, `pg_dump` reads one moment. It is
restored into an empty installation, never over another one. The file holds secrets and people's
data in the clear: it is made for its owner alone, and belongs where the database belongs.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from roster.clock import clock
from roster.refusal import Refused

ABOUT, KEYS, DATABASE = "about.json", "secret-keys", "database"
FORM = 1
LIBPQ = {
    "PGDATABASE": "NAME",
    "PGHOST": "HOST",
    "PGPORT": "PORT",
    "PGUSER": "USER",
    "PGPASSWORD": "PASSWORD",
}
"""The variables by which PostgreSQL's programs find a database, with Django's names."""
TOOLS = "Install the client programs of your PostgreSQL: apt-get install postgresql-client"


def back_up(path: Path) -> dict[str, Any]:
    """Write a backup to `path`, which must not exist; returns `{"path", "engine", "size"}`."""
    if path.exists():
        raise Refused(f"{path} exists; a backup never replaces a file.")
    about = {
        "form": FORM,
        "engine": connection.vendor,
        "at": clock().isoformat(),
        "migrations": sorted(map("/".join, MigrationLoader(connection).applied_migrations)),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            dump = Path(folder) / DATABASE
            _dump(dump)
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
                file.writestr(ABOUT, json.dumps(about))
                file.writestr(
                    KEYS, "\n".join([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
                )
                file.write(dump, DATABASE)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    return {"path": str(path), "engine": connection.vendor, "size": path.stat().st_size}


def restore(path: Path) -> dict[str, Any]:
    """Fill this empty installation from a backup; returns `{"path", "at"}`.

    Migrations that the backup lacks are the caller's next step.
    """
    with _opened(path) as file:
        about = json.loads(file.read(ABOUT))
        _check(about)
        keys = file.read(KEYS).decode().splitlines()
        _require_keys(keys)
        _require_empty()
        with tempfile.TemporaryDirectory(dir=settings.ROSTERDESK_DATA) as folder:
            _load(Path(file.extract(DATABASE, folder)))
    if "SECRET_KEY" not in os.environ and "SECRET_KEY_FILE" not in os.environ:
        _write(settings.ROSTERDESK_DATA / "secret-key", keys[0])
    return {"path": str(path), "at": datetime.fromisoformat(about["at"])}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as file:
            if not {ABOUT, KEYS, DATABASE} <= set(file.namelist()):
                raise Refused(f"{path} is no backup of Rosterdesk.")
            yield file
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"{path} can't be read: {error}.") from error


def _check(about: dict[str, Any]) -> None:
    if about["form"] != FORM:
        raise Refused("The backup was made by another release, in a form that this one can't read.")
    if about["engine"] != connection.vendor:
        raise Refused(
            f"The backup is of {about['engine']}, and this installation is on {connection.vendor}. "
            "Set or leave out DATABASE_URL accordingly."
        )
    known = set(map("/".join, MigrationLoader(None).disk_migrations))
    if set(about["migrations"]) - known:
        raise Refused("The backup was made by a newer release. Install that one first.")


def _require_keys(keys: list[str]) -> None:
    """Refuse where the key is given from outside and can't read what the backup holds."""
    outside = "SECRET_KEY" in os.environ or "SECRET_KEY_FILE" in os.environ
    if outside and keys[0] not in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        raise Refused(
            "SECRET_KEY isn't the backup's, so credentials and kept bundles couldn't be read. "
            f"Put the first line of “{KEYS}”, which is in the backup, into SECRET_KEY or "
            "SECRET_KEY_FALLBACKS."
        )


def _require_empty() -> None:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        filled = Path(name).exists()
    else:
        filled = bool(connection.introspection.table_names())
        connection.close()
    if filled:
        raise Refused("There is a database already. A backup is restored into an empty one only.")


def _dump(path: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        return
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def _load(path: Path) -> None:
    if connection.vendor == "sqlite":
        shutil.move(path, connection.settings_dict["NAME"])
        return
    how = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", *how, f"--dbname={connection.settings_dict['NAME']}", str(path))


def _run(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's against our database; the password stays off its command."""
    known = connection.settings_dict
    given = {variable: str(known[key]) for variable, key in LIBPQ.items() if known[key]}
    try:
        done = subprocess.run(  # noqa: S603 - our own words and a path of ours.
            [program, *arguments],
            env=os.environ | given,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise Refused(f"{program} isn't installed. {TOOLS}") from None
    if done.returncode:
        raise Refused(f"{program} failed: {done.stderr.strip().splitlines()[-1]}")


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.rename(path)
