"""The processes of the race: started on the tests' own database, killed, and started anew."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
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
    """One process for each role; half of them die by the clock, half at a statement.

    Who has died more often than it has done its work lives until it has done it once more, so
    that on a slow machine, too, all of them get somewhere.
    """

    def __init__(self, data: Path, bundles: Path, dice: random.Random) -> None:
        self.log = data / "race.log"
        self.dice = dice
        self.deaths: Counter[str] = Counter()
        self.deeds: Counter[str] = Counter()
        self.failures: list[str] = []
        self._read = 0
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.killing.nursery", str(self.log)],
            cwd=BASE, env=environ(data, bundles), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.living = {role: self.fork(role) for role in ROLES}

    @property
    def kills(self) -> int:
        return self.deaths.total()

    def done(self, role: str) -> int:
        """Return how often a role has done its work."""
        return self.deeds[f"{role} done"]

    def fork(self, role: str) -> int:
        at = self.dice.choice([None, self.dice.randint(1, MOST_WRITES)])
        order = {
            "role": role,
            "seed": self.dice.randrange(1 << 30),
            "at": None if self.is_behind(role) else at,
        }
        return int(self.order(**order)["pid"])

    def is_behind(self, role: str) -> bool:
        return self.done(role) < self.deaths[role]

    def order(self, **order: Any) -> dict[str, Any]:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        answer: dict[str, Any] = json.loads(self.nursery.stdout.readline())
        return answer

    def kill_one(self) -> None:
        """Kill whoever it hits of those who may die, and let others take the places of the dead."""
        self.listen()
        dead = self.dead()
        mortal = [role for role in ROLES if role not in dead and not self.is_behind(role)]
        if mortal:
            role = self.dice.choice(mortal)
            self.kill(role)
            dead.add(role)
        for role in ROLES:
            if role in dead:
                self.deaths[role] += 1
                self.living[role] = self.fork(role)

    def dead(self) -> set[str]:
        """Return who has died by itself, at a statement."""
        of = {pid: role for role, pid in self.living.items()}
        return {of[pid] for pid in self.order(dead=True)["dead"]}

    def kill(self, role: str) -> None:
        # One that has just died at a statement is a zombie, which takes the signal without a word.
        os.kill(self.living[role], signal.SIGKILL)
        self.order(ended=self.living[role])

    def end(self) -> None:
        dead = self.dead()
        for role in ROLES:
            if role not in dead:
                self.kill(role)
        assert self.nursery.stdin is not None
        self.nursery.stdin.close()
        self.nursery.wait(30)
        self.listen()

    def listen(self) -> None:
        """Take in what they have written down since: who did what, and what went wrong."""
        if not self.log.exists():
            return
        with self.log.open("rb") as log:
            log.seek(self._read)
            lines = log.readlines()
        for line in lines:
            if not line.endswith(b"\n"):
                break  # One that goes on in another page of the file is there in two steps.
            said = json.loads(line)
            self._read += len(line)
            self.deeds[f"{said['role']} {said['what'].partition(':')[0]}"] += 1
            if said["what"] == "failed":
                self.failures.append(f"{said['role']}: {said['more']}")


@contextlib.contextmanager
def mortals(data: Path, bundles: Path, dice: random.Random) -> Iterator[Mortals]:
    """Let everybody work, and end them all."""
    them = Mortals(data, bundles, dice)
    try:
        yield them
    finally:
        them.end()
