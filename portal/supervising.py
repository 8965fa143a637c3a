"""The process that `serve` becomes: it loads everything once, forks what serves, and stays.

What was asked, and what is to be said once the server answers, it reads from the pipe whose number
it is given: others on this machine can read arguments, and the demo tells secrets.
"""

from __future__ import annotations

import gc
import http.client
import json
import os
import sys
from functools import partial
from typing import NamedTuple, NoReturn

import django
from django.urls import get_resolver

from portal import children
from portal.processes import Child, Supervisor

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - named, not bound to.
STOPPED = "Stopped before it was ready. What is done is kept."
NEVER_ANSWERED = "The server ended before it answered; its reason is above."


class Asked(NamedTuple):
    """What is to be served where; `jobs`: by worker and beat too; `as_json`: how to refuse."""

    host: str
    port: int
    workers: int
    jobs: bool
    as_json: bool


def main() -> None:
    with os.fdopen(int(sys.argv[1])) as pipe:
        asked, words = json.load(pipe)
    try:
        supervise(Asked(*asked), words)
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)  # noqa: T201
        sys.exit(130)


def supervise(asked: Asked, words: str) -> None:
    """Start all processes, say the words when the server answers, and go on until asked to stop."""
    load()
    web = Child("web", partial(children.web, asked.host, asked.port, asked.workers))
    jobs = [Child("worker", children.worker), Child("beat", children.beat)] if asked.jobs else []
    supervisor = Supervisor([web, *jobs])
    supervisor.start()
    if not supervisor.wait_until(lambda: answers(asked.host, asked.port)):
        if supervisor.stopping.is_set():
            return
        refuse(asked)
    print(words, flush=True)  # noqa: T201
    supervisor.watch()


def load() -> None:
    """Load what children share: the application with its pages, and Celery's."""
    django.setup()
    get_resolver().url_patterns  # noqa: B018 - looked at, they are imported.
    gc.collect()
    gc.freeze()  # A look for garbage would write to all of it, and what is written is a copy.


def answers(host: str, port: int) -> bool:
    """Whether anything, be it a refusal, comes back over HTTP."""
    asking = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=2)
    try:
        asking.request("GET", "/healthz")
        asking.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
    return True


def refuse(asked: Asked) -> NoReturn:
    if asked.as_json:
        print(json.dumps({"error": NEVER_ANSWERED}))  # noqa: T201
        sys.exit(1)
    sys.exit(f"CommandError: {NEVER_ANSWERED}")


if __name__ == "__main__":
    main()
