"""What faults of a machine need: a disk that is ours alone, and a clock that can be wrong."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import engines

SIZE = 4 << 30
"""Bytes of the disk that everything lies on: programs' data, logs, temporary files."""
OWN_MOUNTS = 0x00020000
REFUSED = "The faults need a disk of their own, and this machine refuses to mount one: {}. As root?"
CLOCK = "/dev/shm/rosterdesk-faults-{}"
"""The file that says by how much the clock is wrong."""


@contextlib.contextmanager
def disk() -> Iterator[Path]:
    """Have everything temporary lie on a disk in memory, which nobody else sees.

    Raises Missing where this machine doesn't let us mount one.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(OWN_MOUNTS):
        raise engines.Missing(REFUSED.format(os.strerror(ctypes.get_errno())))
    mount("--make-rprivate", "/")
    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix="rd-", dir="/tmp"))
    mount("-t", "tmpfs", "-o", f"size={SIZE},mode=0711", "rosterdesk-faults", folder)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
        subprocess.run(["umount", "--lazy", folder], check=False)
        folder.rmdir()


def mount(*words: object) -> None:
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise engines.Missing(REFUSED.format(done.stderr.strip()))


def wrong_clock() -> dict[str, str]:
    """Return the environment in which the clock is as wrong as a file says."""
    program = engines.of_debian("faketime", "faketime", "the faults of the clock")
    libraries = sorted(Path(program).parents[1].glob("lib/*/faketime/libfaketimeMT.so.1"))
    file = Path(CLOCK.format(os.getpid()))
    file.write_text("+0")
    return {
        "LD_PRELOAD": str(libraries[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
