"""To which run a request belongs, or whether it begins one: the rule, on plain values.

A run is one reading by one program of the vendor's, and reads one publication, so plain `limit`
and `offset` are enough to read a district whole while refreshes land. Several runs of a
connection go on side by side, since two programs often share one: a later page belongs to the
run that has given the list's beginning. Weighed and left: one run per connection (the second
program's first request moves the first one in the middle of its pages), one per token (many
programs take a token per request, others share one), cursors in the `Link` (vendors count offsets
themselves).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connections.progress import Progress

IDLE = timedelta(minutes=15)
"""After so long without a request a run is over."""

SETTLED = timedelta(minutes=2)
"""After so long without a request a run is over that has given whole what it began."""

LONGEST = timedelta(hours=24)


class Pin(NamedTuple):
    """A run as the database has it, with what a reader has to know of its publication."""

    id: int
    publication: int
    number: int
    revision: int
    cut: Mapping[str, Any]
    began: datetime
    last: datetime
    tokens: list[str]
    lists: Mapping[str, Progress]

    def goes_on(self, now: datetime) -> bool:
        return now - self.last < IDLE and now - self.began < LONGEST

    def has_given(self, name: str) -> bool:
        """Return whether the list of that mark was given beyond its first page, or to its end."""
        given = self.lists.get(name)
        return given is not None and (given["beyond"] or given["whole"])

    def is_settled(self) -> bool:
        """Return whether every list begun was given to its end."""
        return all(given["whole"] for given in self.lists.values())


def run_of(
    pins: Iterable[Pin], token: str, name: str | None, offset: int, now: datetime
) -> Pin | None:
    """Return the run to which a request belongs; None where it begins one.

    `name` is the mark of the top-level list that is asked from `offset` on; None for a single or
    nested read. `token` is the mark of the token.
    """
    going_on = sorted((pin for pin in pins if pin.goes_on(now)), key=_age)
    if not going_on:
        return None
    newest = ([pin for pin in going_on if token in pin.tokens] or going_on)[-1]
    if name is None:
        return newest
    if offset == 0:
        return None if _is_over_for(newest, token, name, now) else newest
    return _that_began(going_on, token, name, offset) or newest


def _is_over_for(pin: Pin, token: str, name: str, now: datetime) -> bool:
    """Return whether another run begins with the first page of that list."""
    if pin.has_given(name):
        return True
    return pin.is_settled() and (now - pin.last >= SETTLED or token not in pin.tokens)


def _that_began(pins: Iterable[Pin], token: str, name: str, offset: int) -> Pin | None:
    """Return the run that has given the beginning of that list.

    Of several it is that of the token; of several of these the one that has come just there,
    for two programs may share a token; else one that is asked for a page again; else the one
    that has come nearest. Where they have come equally far, the newest.
    """

    def nearness(pin: Pin) -> tuple[bool, bool, bool, int, Any]:
        upto = pin.lists[name]["upto"]
        reached = upto > offset
        near = 0 if reached else upto
        return token in pin.tokens, upto == offset, reached, near, _age(pin)

    return max((pin for pin in pins if name in pin.lists), key=nearness, default=None)


def _age(pin: Pin) -> tuple[datetime, int]:
    return pin.began, pin.id
