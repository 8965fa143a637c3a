"""Runs the processes of an installation together: starts them, starts them again, ends them.

Children are forks of this process and share the memory of what it has loaded; so it must never
open the database. Each leads a session of its own, so that Ctrl-C reaches this process alone and a
group can be ended as one. However this process ends, `kill -9` too, the kernel ends its children
(`children.py`), so none is ever left behind holding the port or the database.
"""

import contextlib
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import FrameType

from portal.children import end_with

log = logging.getLogger(__name__)

PR_SET_NAME = 15
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
GRACE = 20.0  # Seconds for requests and jobs to finish in, once we are asked to stop.
GLANCE = 0.2  # Seconds between two looks at the children.
STEADY = 60.0  # A child that lived as long as this starts its count of failures anew.
LONGEST_PAUSE = 30.0  # Seconds; the pauses before are 1, 2, 4, 8, 16.


@dataclass
class Child:
    """One process to keep alive: its name, and what it does until it is ended."""

    name: str
    role: Callable[[], None]
    process: BaseProcess | None = None
    code: int | None = None
    began: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        self.began = time.monotonic()
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=self._live, args=(os.getpid(),))
        self.process.start()

    def _live(self, parent: int) -> None:
        end_with(parent)
        os.setsid()
        for number in STOPPING:
            if callable(signal.getsignal(number)):  # Ours; what the shell wants ignored stays so.
                signal.signal(number, signal.SIG_DFL)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # That belongs to the command.
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_NAME, f"desk {self.name}".encode())
        self.role()

    def has_ended(self) -> bool:
        """Whether it has ended; if so, what it started has been ended too, and it is reaped."""
        if self.process is None:
            return True
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        if os.waitid(os.P_PID, self._pid, flags) is None:
            return False
        self.kill()  # Before reaping: until then the number of the group can be nobody else's.
        return True

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """End it with all that it started, and reap it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
            self.process.join()
            self.code, self.process = self.process.exitcode, None

    @property
    def _pid(self) -> int:
        return (self.process and self.process.pid) or 0


class Supervisor:
    """Keeps children alive until a signal says stop, or until the first of them can't start."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = list(children)
        self.stopping = threading.Event()
        self.hurry = False

    def start(self) -> None:
        """Start all children; from here on SIGTERM, Ctrl-C and a closed terminal mean stop."""
        for number in STOPPING:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._asked_to_stop)  # `nohup` has SIGHUP ignored.
        for child in self.children:
            child.start()

    def wait_until(self, ready: Callable[[], bool]) -> bool:
        """Return True as soon as it is ready; False, with all ended, if that can't be any more."""
        first = self.children[0]
        while not self.stopping.is_set() and not first.has_ended():
            if ready():
                return True
            self.stopping.wait(GLANCE)
        self.stop()
        return False

    def watch(self) -> None:
        """Start again whatever ends, until asked to stop; then end all and return."""
        while not self.stopping.wait(GLANCE):
            for child in self.children:
                self._look_at(child)
        self.stop()

    def stop(self) -> None:
        """End all children: politely, so that requests finish, and after a while by force."""
        left = [child for child in self.children if not child.has_ended()]
        for child in left:
            child.terminate()
        end = time.monotonic() + GRACE
        while left and time.monotonic() < end and not self.hurry:
            time.sleep(GLANCE / 4)
            left = [child for child in left if not child.has_ended()]
        for child in left:
            child.kill()

    def _look_at(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.has_ended():
            child.failures = 1 if now - child.began > STEADY else child.failures + 1
            pause = min(2.0 ** (child.failures - 1), LONGEST_PAUSE)
            child.again_at = now + pause
            log.warning("%s ended (%d); it starts again in %d s.", child.name, child.code, pause)
        elif child.process is None and now >= child.again_at:
            child.start()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.hurry = self.stopping.is_set()  # Whoever asks twice doesn't want to wait.
        self.stopping.set()
