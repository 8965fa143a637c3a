"""Forks the processes that are to die, from one that has started Django and has no connections.

A line of JSON in is one order: `{"role": "refresher", "seed": 7, "at": 30}` forks a process that
does its role's work over and over, and dies at its 30th writing statement if `at` says so;
`{"ended": pid}` waits for the end of one, `{"dead": true}` asks who has died by itself. A line out
answers. Whatever goes wrong in a process is written to the file named on the command line.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any

import django
from django.db import connection

django.setup()

from roster.refusal import Refused  # noqa: E402
from tests.killing import roles  # noqa: E402

READING = ("SELECT", "PRAGMA", "WITH")


def main() -> None:
    roles.hurry()
    os.nice(5)  # Nine at work would leave the readers nothing of two cores.
    for line in sys.stdin:
        order = json.loads(line)
        answer: dict[str, Any]
        if "ended" in order:
            answer = {"ended": os.waitstatus_to_exitcode(os.waitpid(order["ended"], 0)[1])}
        elif "dead" in order:
            answer = {"dead": list(dead())}
        else:
            answer = {"pid": fork(**order)}
        print(json.dumps(answer), flush=True)


def fork(role: str, seed: int, at: int | None = None) -> int:
    """Return the process that does the work of a role from now on."""
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    be_mortal(role, seed, at)
    raise AssertionError("It works until it dies.")


def dead() -> Iterator[int]:
    """Yield who has died since, as all of them do."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            assert os.waitstatus_to_exitcode(ended[1]) == -signal.SIGKILL
            yield ended[0]


def be_mortal(role: str, seed: int, at: int | None) -> None:
    """Be the child: never return."""
    writes = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal writes
        if not sql.lstrip().upper().startswith(READING):
            writes += 1
            if writes == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(count)
    dice = random.Random(seed)  # noqa: S311 - drawn again, it must be the same.
    work = roles.ROLES[role]
    while True:
        try:
            work(dice)
            report(role, "done")
        except Refused as refusal:
            report(role, f"refused: {refusal}")
        except BaseException:
            report(role, "failed", traceback.format_exc())
        time.sleep(dice.uniform(0, roles.REST[role]))


def report(role: str, what: str, more: str = "") -> None:
    """Append a line to the log in one write, which no death can tear."""
    line = json.dumps({"role": role, "what": what, "more": more}) + "\n"
    log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line.encode())
    os.close(log)


if __name__ == "__main__":
    main()
