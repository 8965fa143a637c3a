"""Runs our commands in real processes that die when they are told to.

A line of JSON in is one command: `{"words": ["refresh_cache", "riverside"], "at": 17}` dies at its
17th writing statement, `{"after": 0.3}` after so many seconds. A line out says what became of it:
`{"ended": -9, "writes": null}`. Each command is a process of its own with connections of its own,
forked from this one, which has none: so a death costs no second of starting Python.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

READING = ("SELECT", "PRAGMA", "WITH")
BATCH = 40
"""Rows a batch: a small district's refresh then has as many moments as a large one's."""


def main() -> None:
    django.setup()
    from connections import relining
    from roster import forking, storing, withdrawing

    for module in (forking, relining, storing, withdrawing):
        vars(module)["BATCH"] = BATCH
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)


def run(
    words: list[str],
    at: int | None = None,
    after: float | None = None,
    stopped: bool = False,
    awake: int | None = None,
) -> dict[str, Any]:
    """Run a command in a child; return how it ended and, if by itself, how often it wrote.

    With `stopped` it doesn't die but stands still, outside of a transaction, until its number
    comes as `awake`.
    """
    if awake:
        os.kill(awake, signal.SIGCONT)
        return {"ended": os.waitstatus_to_exitcode(os.waitpid(awake, 0)[1]), "writes": None}
    source, sink = os.pipe()
    child = os.fork()
    if not child:
        os.close(source)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        be_mortal(words, at, sink, stopped)
    os.close(sink)
    if after is not None and not _ended_within(source, after):
        os.kill(child, signal.SIGKILL)
    if stopped:
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.close(source)
            return {"ended": 0, "writes": None, "awake": child}
        return {"ended": os.waitstatus_to_exitcode(status), "writes": None}
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(source) as told:
        writes = told.read()
    return {"ended": ended, "writes": int(writes) if writes else None}


def _ended_within(source: int, seconds: float) -> bool:
    """Wait so long; return early once the child has closed its end, by telling or by ending."""
    return bool(select.select([source], [], [], seconds)[0])


def be_mortal(words: list[str], at: int | None, sink: int, stopped: bool) -> None:
    """Be the child: never return."""
    writes, awaits = 0, stopped

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal writes, stopped
        if not sql.lstrip().upper().startswith(READING):
            writes += 1
            if at and writes >= at and stopped and not connection.in_atomic_block:
                stopped = False
                os.kill(os.getpid(), signal.SIGSTOP)
            elif writes == at and not awaits:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)
        return execute(sql, params, many, context)

    code = 1
    try:
        connection.execute_wrappers.append(count)
        with open(os.devnull, "w") as silence:
            call_command(*words, stdout=silence, stderr=silence)
        with suppress(BrokenPipeError):
            os.write(sink, str(writes).encode())
        code = 0
    except BaseException:
        if not awaits:  # One that was given up meanwhile may fail in any way.
            traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
