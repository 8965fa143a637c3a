"""What every command does before its own work: tables, refusals, one JSON object."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from portal import env


def run(data: Path, *words: str, **more: str) -> tuple[int, dict[str, Any]]:
    """Run a command in an installation of its own; return its exit code and its JSON."""
    environment = env.without_settings(os.environ) | {"ROSTERDESK_DATA": str(data)} | more
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    done = subprocess.run(
        [sys.executable, "manage.py", *words, "--json"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_the_first_command_makes_the_embedded_database(tmp_path: Path) -> None:
    code, told = run(tmp_path / "data", "create_organization", "riverside", "--name", "Riverside")
    assert (code, told["slug"]) == (0, "riverside")


@pytest.mark.parametrize("command", ["list_kind", "refresh_cache"])
def test_a_database_that_is_not_there_is_told_in_words(tmp_path: Path, command: str) -> None:
    words = [command, "riverside", *(["school"] if command == "list_kind" else [])]
    nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    code, told = run(tmp_path / "data", *words, DATABASE_URL=nowhere)
    assert code == 1
    assert told["error"].startswith("The database can't be reached.")


def test_a_command_waits_for_no_library_of_servers_that_it_asks_nothing(tmp_path: Path) -> None:
    script = "import sys, django; django.setup(); print(*({'asyncssh', 'fido2'} & {*sys.modules}))"
    environment = env.without_settings(os.environ) | {
        "ROSTERDESK_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == ""
