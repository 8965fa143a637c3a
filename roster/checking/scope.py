"""What prerequisites are asked of: the rows of a map that a reader is, or would be, shared.

Decided as in 1.2, which has a word for everybody: what only 1.1 can't publish must be found too.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.deciding import Decision, presence
from roster.map.arrays import Flags

At = NDArray[np.integer[Any]]


class Found(NamedTuple):
    """What a check found: rows of the map's kinds, by collection; or that something lacks."""

    rows: dict[str, At]
    lacks: bool = False

    @property
    def total(self) -> int:
        return sum(len(at) for at in self.rows.values()) + self.lacks


class Scope:
    """The questions that several checks ask of one decision; each is answered once."""

    def __init__(self, d: Decision) -> None:
        self.d = d
        self.m = d.map

    @cached_property
    def people(self) -> Flags:
        return self.d.ok("person")

    @cached_property
    def classes(self) -> Flags:
        return self.d.ok("section")

    @cached_property
    def attending(self) -> Flags:
        return presence.attending(self.d)

    def classes_with(self, enrollments: Flags) -> Flags:
        return self.d.scattered("section", self.m.enrollment.section, self.attending & enrollments)

    def has_role(self, word: str) -> Flags:
        """Return the enrollments with a role."""
        flags: Flags = self.m.enrollment.role == self.m.roles.code(word)
        return flags

    @cached_property
    def primaries(self) -> NDArray[np.int64]:
        """How many of the teachers of each class are primary."""
        primary = self.attending & self.has_role("teacher") & self.m.enrollment.primary
        size = len(self.m.ids["section"]) + 1
        return np.bincount(self.m.enrollment.section[primary], minlength=size).astype(np.int64)

    def shared(self, field: str) -> At:
        """Return the people who have a field's value, in any letters, with another person."""
        values = self.m.tables["person"].values[f"{field}_alike"]
        at = np.flatnonzero(self.people[:-1] & (values != 0))
        _, of, numbers = np.unique(values[at], return_inverse=True, return_counts=True)
        return at[numbers[of] > 1]
