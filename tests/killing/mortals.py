"""The processes of the race: started on the tests' own database, killed, and started anew."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connection

from portal import env
from tests.killing.roles import BUNDLES, ROLES
from tests.portal.running import BASE

MOST_WRITES = 400
"""Those who die at a statement die at one of so many first ones."""


def environ(data: Path, bundles: Path) -> dict[str, str]:
    """Return the environment in which the product's own settings find the tests' database."""
    name = str(connection.settings_dict["NAME"])
    found = env.without_settings(os.environ) | {
        "ROSTERDESK_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        BUNDLES: str(bundles),
    }
    data.mkdir(exist_ok=True)
    if connection.vendor == "sqlite":
        with contextlib.suppress(FileExistsError):
            (data / "rosterdesk.sqlite3").symlink_to(name)
        return found
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return found | {"DATABASE_URL": url}


class Mortals:
    """One process for each role; half of them die by the clock, half at a statement."""

    def __init__(self, data: Path, bundles: Path, dice: random.Random) -> None:
        self.log = data / "race.log"
        self.dice = dice
        self.kills = 0
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.killing.nursery", str(self.log)],
            cwd=BASE, env=environ(data, bundles), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.living = {role: self.fork(role) for role in ROLES}

    def fork(self, role: str) -> int:
        at = self.dice.choice([None, self.dice.randint(1, MOST_WRITES)])
        order = {"role": role, "seed": self.dice.randrange(1 << 30), "at": at}
        return int(self.order(**order)["pid"])

    def order(self, **order: Any) -> dict[str, Any]:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        answer: dict[str, Any] = json.loads(self.nursery.stdout.readline())
        return answer

    def kill_one(self) -> None:
        """Kill whoever it hits, and let another take its place."""
        role = self.dice.choice(list(ROLES))
        self.kill(role)
        self.kills += 1
        self.living[role] = self.fork(role)

    def kill(self, role: str) -> None:
        # One that has died at a statement is a zombie, which takes the signal without a word.
        os.kill(self.living[role], signal.SIGKILL)
        self.order(ended=self.living[role])

    def end(self) -> None:
        for role in ROLES:
            self.kill(role)
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait(30)

    def deeds(self) -> tuple[Counter[str], list[str]]:
        """Return who did what how often, and what went wrong, in the words of its traceback."""
        deeds: Counter[str] = Counter()
        failures = []
        for line in self.log.read_text().splitlines() if self.log.exists() else ():
            said = json.loads(line)
            deeds[f"{said['role']} {said['what'].partition(':')[0]}"] += 1
            if said["what"] == "failed":
                failures.append(f"{said['role']}: {said['more']}")
        return deeds, failures


@contextlib.contextmanager
def mortals(data: Path, bundles: Path, dice: random.Random) -> Iterator[Mortals]:
    """Let everybody work, and end them all."""
    them = Mortals(data, bundles, dice)
    try:
        yield them
    finally:
        them.end()


def kill_for(them: Mortals, kills: int, often: float = 0.3) -> None:
    while them.kills < kills:
        time.sleep(often)
        them.kill_one()
