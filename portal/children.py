"""What `serve` runs, one process each: `web`, `worker`, `beat`.

A child asks the kernel to end it when its parent ends. Beat is a process of its own: inside the
worker (`-B`) it would outlive a worker that is killed, and go on publishing.
"""

import contextlib
import ctypes
import os
import signal
import sys
import tempfile
import threading
import warnings
from functools import partial
from typing import Any

PR_SET_PDEATHSIG = 1
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
THREADS = 4  # Per web process: what SQLite and two cores can use.
CONNECTIONS = 512  # Per web process, idle and slow ones too; beyond that they wait in line.
LAST_REQUESTS = 15  # Seconds in which a stopping web process finishes what it has begun.
JOBS_AT_ONCE = 2
LONGEST_STATEMENT = 30  # Seconds that PostgreSQL works for one request before it breaks off: 503.
LOG = {
    "formatters": {"line": {"()": "portal.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"_granian": {"handlers": ["stderr"], "propagate": False}},
}
"""The application server's own lines are written as ours are."""

KEPT = 64 << 20
LARGEST = 32 << 20
"""Bytes that a web process keeps for its next answers; of one value among them at most."""

limits: dict[str, threading.Timer] = {}
"""What ends the embedded worker, by the task that it is at."""


def end_with(parent: int) -> None:
    """Have the kernel end this process when `parent`, which started it, ends in any way."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It ended before we could ask.
        os._exit(1)


def web(host: str, port: int, workers: int) -> None:
    """Serve the portal and the API by granian: a main process that forks `workers` others.

    They share the memory of the application that is loaded here; nobody opens the database here.

    Granian answers an address with a raw `<`, `>` or `"` by an empty 400, before we see it; nginx
    encodes them. Waitress and gunicorn take them, for more of the processor in each request:
    waitress 270 µs for a short answer and 870 for 330 kB, gunicorn 520 and 670, granian 110 and
    230.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    from portal.wsgi import application

    keep_memory()
    # What the operator sets, here or after the ? of DATABASE_URL, counts.
    os.environ.setdefault("PGOPTIONS", f"-c statement_timeout={LONGEST_STATEMENT}s")
    Granian(
        "portal.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=min(THREADS, 2 * (os.cpu_count() or 1)),
        backpressure=CONNECTIONS,
        log_level=LogLevels.warning,
        log_dictconfig=LOG,
        respawn_failed_workers=True,
        workers_kill_timeout=LAST_REQUESTS,
    ).serve(target_loader=partial(in_worker, application, os.getpid()), wrap_loader=False)


def keep_memory() -> None:
    """Have malloc keep what an answer took, for the next one; all threads take from one heap.

    What goes back to the kernel, as anything large does by itself, comes back in pages of 4 KB that
    it clears first: of a page of 1,000 enrollments that took longer than all else but the database.
    """
    with contextlib.suppress(AttributeError, OSError):  # Another library of C than glibc.
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 1)
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)


def in_worker(application: Any, main: int) -> Any:
    """Return the WSGI application, inside one of granian's own processes."""
    from portal import warming

    end_with(main)
    warming.begin()
    return application


def worker() -> None:
    """Do the background jobs, two at a time, in threads: what an embedded database can use."""
    from celery.signals import task_postrun, task_prerun, worker_shutting_down

    from portal.celery import app

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # It says there that it stops.
    worker_shutting_down.connect(leave_if_idle)
    task_prerun.connect(end_if_it_hangs)
    task_postrun.connect(has_ended)

    # It fears pickled messages when root runs it; ours are JSON.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")
    # The embedded broker moves letters through the temporary folder: within one file system that
    # is one stroke, and in the data folder nobody else can read them.
    tempfile.tempdir = app.conf.broker_transport_options.get("processed_folder")
    app.conf.worker_enable_remote_control = False
    quiet = "--without-gossip --without-mingle --without-heartbeat --loglevel WARNING".split()
    pool = ["--pool", "threads", "--concurrency", str(JOBS_AT_ONCE)]
    app.start(["--quiet", "worker", *pool, *quiet])


def leave_if_idle(**_: Any) -> None:
    """End at once if nothing is being done: Celery would look up from its letters only later."""
    from celery.worker import state

    if not state.reserved_requests:
        os._exit(0)


def end_if_it_hangs(task_id: str, **_: Any) -> None:
    """End this process if the task takes longer than any may; the next worker takes it up.

    Celery ends the processes of its own pool so, and can't end a thread.
    """
    from portal.celery import app

    timer = threading.Timer(app.conf.task_time_limit, os._exit, (1,))
    timer.daemon = True
    limits[task_id] = timer
    timer.start()


def has_ended(task_id: str, **_: Any) -> None:
    limits.pop(task_id).cancel()


def beat() -> None:
    """Send the ticks on which everything periodic hangs."""
    from portal.celery import app

    # One entry needs no memory: a file of it would be fought over by two installations' beats.
    app.start(["--quiet", "beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING"])
