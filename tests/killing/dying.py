"""Starts commands on the tests' own database as processes of their own, and has them killed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from portal import env
from roster.models import Refresh
from tests.portal.running import BASE, eventually

PATIENCE = 120


def environ(data: Path) -> dict[str, str]:
    """Return the environment in which the product's own settings find the tests' database."""
    name = str(connection.settings_dict["NAME"])
    found = env.without_settings(os.environ) | {
        "ROSTERDESK_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    data.mkdir(exist_ok=True)
    if connection.vendor == "sqlite":
        with contextlib.suppress(FileExistsError):
            (data / "rosterdesk.sqlite3").symlink_to(name)
        return found
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return found | {"DATABASE_URL": url}


class Mortals:
    """Commands that die: at their n-th writing statement, or after some seconds."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.killing"],
            cwd=BASE, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: object, at: int | None = None, after: float | None = None) -> bool:
        """Run a command; return whether it was killed before it had done its work."""
        told = self._order(words=[str(word) for word in words], at=at, after=after)
        assert told["ended"] in (0, -9), (words, at, after, told)
        self.writes = told["writes"]
        return bool(told["ended"])

    def stand_still(self, *words: object, at: int) -> int | None:
        """Run a command that stands still there; return its process, or None where it ended."""
        told = self._order(words=[str(word) for word in words], at=at, stopped=True)
        awake = told.get("awake")
        return None if awake is None else int(awake)

    def wake(self, process: int) -> int:
        """Let one that stood still go on to its end; return its exit code."""
        return int(self._order(words=[], awake=process)["ended"])

    def _order(self, **order: Any) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        assert isinstance(told, dict)
        return told

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@contextlib.contextmanager
def mortals(data: Path) -> Iterator[Mortals]:
    it = Mortals(environ(data))
    try:
        yield it
    finally:
        it.end()


def killed_for_real(data: Path, moment: float, *words: str) -> bool:
    """Run `manage.py` as a person does and kill it so many seconds after its refresh began.

    Return whether that was before it had ended.
    """
    process = subprocess.Popen(
        [sys.executable, "manage.py", *words, "--json"],
        cwd=BASE, env=environ(data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    known = Refresh.objects.count()
    assert eventually(lambda: Refresh.objects.count() > known, PATIENCE)
    time.sleep(moment)
    process.kill()
    return process.wait() == -9
