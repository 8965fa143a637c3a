"""How long vendors can still read what was confirmed to be withdrawn, seen from outside."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from tests.benchmarks.floors import Database

EVERY = 0.005
DUE = "SELECT withdrawal_due IS NOT NULL FROM roster_organization"


class Obeying:
    """Watches, inside `with`, from an act's confirmation until the last line obeys it.

    `seconds` is None where it was over sooner than one can look.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="obeying")

    def __enter__(self) -> Obeying:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        first = None
        with Database() as database:
            while not self._over.wait(EVERY):
                ((due,),) = database.rows(DUE)
                now = time.perf_counter()
                if due and first is None:
                    first = now
                if first is not None:
                    self.seconds = now - first
                    if not due:
                        return
