"""Whatever opens and closes the embedded database, a process keeps its lock on it."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

from portal.env import BASE
from tests.portal.running import embedded

SHARED_FIRST, SHARED_SIZE = 0x40000002, 510  # The bytes that SQLite's readers lock.
LOCK = "hhqqi4x"  # A `struct flock` of Linux on 64 bits.

BEGIN = """
import os, sys, threading, time, django
django.setup()
from django.db import connection
def ask(): return connection.cursor().execute("SELECT count(*) FROM t").fetchone()
connection.cursor().execute("CREATE TABLE t (a)")
connection.close()
"""
OPEN_AND_CLOSE = """
end = time.monotonic() + 2
def run():
    while time.monotonic() < end:
        ask(); connection.close()
threads = [threading.Thread(target=run) for _ in range(4)]
[thread.start() for thread in threads]
print("ready", flush=True)
[thread.join() for thread in threads]
print("done", flush=True)
sys.stdin.readline()
"""
FORK = """
if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
ask()
"""
SETTINGS = """
cursor = connection.cursor()
print(*cursor.execute("PRAGMA journal_mode").fetchone(), connection.transaction_mode)
print(*cursor.execute("PRAGMA mmap_size").fetchone())
cursor.execute("INSERT INTO t VALUES (1)")
print(*cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
"""


def process(data: Path, code: str) -> subprocess.Popen[str]:
    """Start a process of the product that uses the embedded database in the folder."""
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN + code],
        cwd=BASE, env=embedded(data) | {"DJANGO_SETTINGS_MODULE": "portal.settings"}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def is_locked(file: int) -> bool:
    """Whether the kernel knows of another process that reads the database."""
    asked = struct.pack(LOCK, fcntl.F_WRLCK, os.SEEK_SET, SHARED_FIRST, SHARED_SIZE, 0)
    return struct.unpack(LOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK


def test_threads_that_open_and_close_never_lose_the_lock_of_their_process(tmp_path: Path) -> None:
    with process(tmp_path, OPEN_AND_CLOSE) as child:
        assert child.stdout
        assert child.stdin
        assert child.stdout.readline() == "ready\n"
        file = os.open(tmp_path / "rosterdesk.sqlite3", os.O_RDWR)
        end, seen = time.monotonic() + 1.5, []
        while time.monotonic() < end:
            seen.append(is_locked(file))
        assert child.stdout.readline() == "done\n"
        seen.append(is_locked(file))
        os.close(file)
        child.stdin.close()
    assert len(seen) > 100
    assert all(seen), f"unlocked {seen.count(False)} of {len(seen)} times"


def test_a_fork_of_a_process_that_has_it_open_is_refused(tmp_path: Path) -> None:
    _, errors = (child := process(tmp_path, FORK)).communicate()
    assert child.returncode == 1
    assert "forked from one that had opened the database" in errors


def test_writers_wait_in_line_and_the_connection_that_stays_stops_no_checkpoint(
    tmp_path: Path,
) -> None:
    told, errors = process(tmp_path, SETTINGS).communicate()
    assert told.splitlines() == ["wal IMMEDIATE", "0", "0 0 0"], errors
