"""The real `manage.py serve`, with its defaults, on a free port."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

from portal.env import BASE
from tests import engines
from tests.benchmarks.asking import Broken

PATIENCE = 60


class Served(subprocess.Popen[bytes]):
    """The running command; `port` is where portal and API answer."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(
            [sys.executable, "manage.py", "serve", "--port", str(port), "--json"],
            cwd=BASE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            preexec_fn=engines.bound_to_us(),
        )  # fmt: skip


@contextlib.contextmanager
def served() -> Iterator[Served]:
    """Yield the server as soon as it answers; end it, politely, with the block."""
    with Served(engines.free_port()) as server:
        try:
            assert server.stdout
            if not server.stdout.readline():
                raise Broken("`serve` ended before it answered; its reason stands above.")
            yield server
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
