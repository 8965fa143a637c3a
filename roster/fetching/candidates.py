"""Which of the bundles that lie in a folder, here or on a server, are new and finished.

Files are left where they lie, and remembered by name, size and time: a folder that can't be
written to works too, nothing is half moved, and a system that overwrites one file each night is
served. Weighed against moving them to a folder `done`: that keeps children's data in one more
place, and fails where we may only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from roster.clock import clock
from roster.fetching.failing import Stopped
from roster.refusal import Refused

STILL = 10.0  # Seconds between the two looks in which size and time have to be the same.
MOST = 1000
TAKEN, LOOKING = "taken", "looking"  # Keys of what is remembered.


class Candidate(NamedTuple):
    """A bundle that lies there: its size in bytes, and when it was written, in seconds."""

    name: str
    size: int
    written: float


def ready(found: Iterable[Candidate], remembered: dict[str, Any]) -> list[Candidate]:
    """Return the new ones that stood still since an earlier look, oldest first.

    Writes into `remembered` what this look saw. The first look of all takes the newest alone.
    """
    found = sorted(found, key=lambda each: (each.written, each.name))
    if len(found) > MOST:
        raise Refused(
            f"More than {MOST:,} bundles lie there. Give the source a folder of its own, or"
            " delete the old ones."
        )
    taken, now = remembered.get(TAKEN), clock().timestamp()
    if taken is None:
        taken = {each.name: _state(each) for each in found[:-1]}
    looked = remembered.get(LOOKING, {})
    looking, still = {}, []
    for each in found:
        if taken.get(each.name) == _state(each):
            continue
        state, since = looked.get(each.name, (None, now))
        if state != _state(each):
            since = now
        elif now - since >= STILL:
            still.append(each)
        looking[each.name] = [_state(each), since]
    names = {each.name for each in found}
    remembered[TAKEN] = {name: state for name, state in taken.items() if name in names}
    remembered[LOOKING] = looking
    return still


def take(candidate: Candidate, remembered: dict[str, Any]) -> None:
    """Remember that this one was taken."""
    remembered[TAKEN][candidate.name] = _state(candidate)
    remembered[LOOKING].pop(candidate.name, None)


class Failures:
    """What went wrong with single bundles: the others are taken, then the first one is told."""

    def __init__(self) -> None:
        self.first: Refused | None = None

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note a refusal inside `with`, and go on after it."""
        try:
            yield
        except Stopped:
            raise
        except Refused as refusal:
            self.first = self.first or refusal

    def tell(self) -> None:
        """Raise the first one, if there was any."""
        if self.first:
            raise self.first


def _state(candidate: Candidate) -> list[Any]:
    return [candidate.size, candidate.written]
