"""The bare application server: granian as the product runs it, around a handler that does nothing.

`GET /N` returns N bytes that were made before. Started as `python -m tests.benchmarks.bare PORT`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from portal.children import CONNECTIONS, THREADS, end_with, keep_memory

WORKERS = 2
"""What `serve` starts by default."""


@cache
def body(size: int) -> bytes:
    return b"x" * size


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    found = body(int(environ["PATH_INFO"].strip("/") or 0))
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(found)))]
    start_response("200 OK", headers)
    return [found]


def in_worker(main: int) -> Any:
    """Return the application inside one of granian's own processes, which ends with the main."""
    end_with(main)
    return application


def serve(port: int) -> None:
    keep_memory()
    Granian(
        "tests.benchmarks.bare:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=WORKERS,
        blocking_threads=min(THREADS, 2 * (os.cpu_count() or 1)),
        backpressure=CONNECTIONS,
        log_level=LogLevels.warning,
    ).serve(target_loader=partial(in_worker, os.getpid()), wrap_loader=False)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
