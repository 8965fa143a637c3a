"""The memory of `serve` with all that stem from it, shared pages counted once (PSS)."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
NAMED = "desk "
EVERY = 0.25
"""Seconds between two looks: looking stops a process for a moment."""

Sizes = dict[str, int]


def family(pid: int) -> dict[int, str]:
    """Return the roles of the process and its descendants: `serve`, `web`, `worker`, `beat`."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name stands in parentheses and may hold anything.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = {pid: "serve"}
    waiting = [pid]
    for each in waiting:
        for child in children.get(each, ()):
            found[child] = _role(child) or found[each]
            waiting.append(child)
    return found


def _role(pid: int) -> str:
    with contextlib.suppress(OSError):
        name = (PROC / str(pid) / "comm").read_text().strip()
        return name.removeprefix(NAMED) if name.startswith(NAMED) else ""
    return ""


def processes(pid: int) -> Iterator[tuple[str, int]]:
    """Yield role and bytes of the process and of each of its descendants."""
    for each, role in family(pid).items():
        with contextlib.suppress(OSError):
            for line in (PROC / str(each) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    yield role, int(line.split()[1]) * 1024


def sizes(pid: int) -> Sizes:
    """Return the bytes that the process and its descendants take, by role."""
    found: Counter[str] = Counter()
    for role, size in processes(pid):
        found[role] += size
    return dict(found)


@contextlib.contextmanager
def watched(pid: int) -> Iterator[list[Sizes]]:
    """Look again and again while the block runs; yields the list that is being filled."""
    seen = [sizes(pid)]
    done = threading.Event()

    def look() -> None:
        while not done.wait(EVERY):
            seen.append(sizes(pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()
        seen.append(sizes(pid))


def most(seen: list[Sizes]) -> Sizes:
    """Return the look at which all together were largest."""
    return max(seen, key=lambda found: sum(found.values()))


def told(found: Sizes) -> dict[str, float]:
    """Return the roles and their sum, in MiB."""
    everything = {**found, "all": sum(found.values())}
    return {role: round(size / 2**20, 1) for role, size in everything.items()}
