"""An import onto a full disk is refused in words; nothing is changed, and later it goes in.

The disk is a tmpfs of a few mebibytes, mounted in a user namespace of the test's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from roster.models import Organization
from tests import migrating
from tests.roster.importing.bundles import V1P2, manifest_of
from tests.roster.importing.conftest import Bundler

ROOT = Path(__file__).resolve().parents[3]

IMPORTS = """
import json, subprocess, sys
from django import setup
setup()
from django.core.management import call_command
from roster.importing import import_bundle
from roster.models import Import, Organization, User
from roster.refusal import Refused

disk, small, big = sys.argv[1:]
call_command("migrate", verbosity=0)
organization = Organization.objects.create(slug="riverside", name="Riverside")
said = {}

def attempt(name, bundle):
    try:
        import_bundle(organization, bundle, by="Dana")
    except Refused as refusal:
        said[name] = str(refusal)
    users = sorted(User.objects.active().values_list("sourced_id", flat=True))
    latest = Import.objects.latest("pk")
    said[name + " then"] = [latest.state, latest.reason, len(users), users[:3]]

attempt("small", small)
attempt("big", big)
attempt("small again", small)
subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
Organization.objects.update(hold_percent=100, hold_records=100_000)
attempt("big with space", big)
print(json.dumps(said))
"""


def in_a_namespace(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as root of a user namespace with mounts of its own."""
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", *words],
        cwd=ROOT, env=plain | environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def test_a_full_disk_refuses_an_import_and_changes_nothing(tmp_path: Path) -> None:
    disk, big, tables = tmp_path / "disk", tmp_path / "big.zip", tmp_path / "data"
    disk.mkdir()
    tables.mkdir()
    migrating.bring(str(tables / "rosterdesk.sqlite3"))
    files = {"manifest.csv": manifest_of(V1P2, "1.2"), **V1P2}
    small = Bundler(tmp_path, Organization()).write(files)
    call_command("make_bundle", str(big), students=1500, verbosity=0)
    mount = f"mount -t tmpfs -o size=5m none {disk}"
    possible = in_a_namespace("sh", "-c", mount)
    if possible.returncode:
        pytest.fail(f"This machine refuses the namespace that this test needs: {possible.stderr}")
    run = in_a_namespace(
        "sh", "-c", f'{mount} && cp -r {tables} {disk} && exec "$@"', "sh",
        sys.executable, "-c", IMPORTS, str(disk), str(small), str(big),
        DJANGO_SETTINGS_MODULE="portal.settings", ROSTERDESK_BOOTSTRAP="0",
        ROSTERDESK_DATA=str(disk / "data"),
        TMPDIR=str(disk), SQLITE_TMPDIR=str(disk),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    said: dict[str, Any] = json.loads(run.stdout)
    assert "The disk is full" in said["big"]
    assert "Nothing was changed" in said["big"]
    assert said["small then"] == ["applied", "", 3, ["ann", "pat", "tom"]]
    assert said["big then"] == ["refused", said["big"], 3, ["ann", "pat", "tom"]]
    assert said["small again then"] == said["small then"]
    assert said["big with space then"][0] in ("applied", "held")
