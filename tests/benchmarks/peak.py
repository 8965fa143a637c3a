"""Runs a Python program to its end and leaves word of its largest memory and processor time.

    python -m tests.benchmarks.peak REPORT PROGRAM ARGUMENT…

The kernel's own number (VmHWM) can only be read while the process lives, and what `wait` tells
instead (`ru_maxrss`) may be that of the process it was started from.
"""

import json
import os
import runpy
import sys
from pathlib import Path


def high_water() -> int:
    """Return the largest resident memory that this process has had, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("This kernel doesn't tell the largest memory of a process.")


def main() -> None:
    report, *sys.argv = sys.argv[1:]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        times = os.times()
        told = {"peak_bytes": high_water(), "processor_seconds": times.user + times.system}
        Path(report).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
