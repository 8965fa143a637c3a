"""A backup is restored into an empty installation, and vendors go on as if nothing had been."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from portal import backups
from roster.refusal import Refused
from tests import engines
from tests.portal.running import BASE, database, embedded, migrated

PROLOGUE = """
import io, json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client

def do(*words):
    out = io.StringIO()
    try:
        call_command(*words, "--json", stdout=out)
    except SystemExit:
        pass
    return json.loads(out.getvalue())

def read(vendor, since="", token=""):
    browser = Client(headers={"host": "127.0.0.1"})
    form = {"client_id": vendor["client_id"], "client_secret": vendor["client_secret"]}
    asked = {"grant_type": "client_credentials", **form}
    token = token or browser.post("/oauth2/token", asked).json()["access_token"]
    query = {"limit": 1000, **({"filter": f"dateLastModified>'{since}'"} if since else {})}
    headers = {"Authorization": f"Bearer {token}"}
    answer = browser.get("/ims/oneroster/rostering/v1p2/users", query, headers=headers)
    return token, answer.json()["users"]

file = sys.argv[1]
"""

BEFORE = """
do("make_bundle", sys.argv[2], "--students", "20")
do("create_organization", "riverside", "--name", "Riverside")
do("import_roster", "riverside", sys.argv[2])
vendor = do(
    "create_connection", "riverside", "--vendor", "Brightpath", "--oneroster", "1.2",
    "--acknowledge-unsupported", "--all-schools",
)
do("refresh_cache", "riverside")
token, users = read(vendor)
do("backup", file)
refused = [do("backup", file)["error"], do("restore", file)["error"]]
print(json.dumps({"vendor": vendor, "token": token, "users": users, "refused": refused}))
"""

AFTER = """
known = json.loads(sys.argv[2])
restored = do("restore", file)
vendor, users = known["vendor"], known["users"]
newest = max(user["dateLastModified"] for user in users)
same = read(vendor, token=known["token"])[1] == users
quiet = read(vendor, newest)[1]
do("exclude", "riverside", "person", users[0]["sourcedId"], "--reason", "asked to")
gone = [(user["sourcedId"], user["status"]) for user in read(vendor, newest)[1]]
print(json.dumps({"restored": restored, "same": same, "quiet": quiet, "gone": gone}))
"""


def run(environ: dict[str, str], script: str, *words: object) -> dict[str, Any]:
    """Run a script in the installation; return the object of its last line."""
    given = {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    if connection.vendor == "postgresql":
        given["CACHE_URL"] = os.environ["CACHE_URL"]
        # Of the server's own release: an older pg_dump refuses it.
        given["PATH"] = f"{engines.postgresql_programs()}:{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", PROLOGUE + script, *map(str, words)], cwd=BASE, text=True,
        env=environ | given, capture_output=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@contextlib.contextmanager
def empty(data: Path) -> Iterator[dict[str, str]]:
    """An installation without tables, of the engine under test."""
    if connection.vendor == "sqlite":
        yield embedded(data)
        return
    with database() as url:
        yield embedded(data) | {"DATABASE_URL": url}


@pytest.mark.django_db(transaction=True)
def test_vendors_go_on_after_a_restore(tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    with migrated(tmp_path / "before") as environ:
        before = run(environ, BEFORE, file, tmp_path / "roster.zip")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "exists" in before["refused"][0]
    assert "There is a database already" in before["refused"][1]
    assert len(before["users"]) > 20

    with empty(tmp_path / "after") as environ:
        after = run(environ, AFTER, file, json.dumps(before))
    assert "error" not in after["restored"]
    assert after["same"]
    assert after["quiet"] == []
    assert [before["users"][0]["sourcedId"], "tobedeleted"] in after["gone"]


def test_what_is_no_backup_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "other.zip"
    file.write_bytes(b"nothing")
    with pytest.raises(Refused, match="can't be read"):
        backups.restore(file)
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a", "b")
    with pytest.raises(Refused, match="no backup"):
        backups.restore(file)
