"""What prerequisites are asked of: the rows of a map that a reader is, or would be, shared.

Decided as in 1.2, which has a word for everybody: what only 1.1 can't publish must be found too.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.deciding import Decision, presence
from roster.map.arrays import Flags
from roster.models import Enrollment, Status, User

At = NDArray[np.integer[Any]]

BATCH = 5000


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
        rows = Enrollment.objects.filter(
            organization=self.m.organization, status=Status.ACTIVE, role="teacher", primary=True
        )
        ids = list(rows.values_list("sourced_id", flat=True).iterator(BATCH))
        at = self.m.ids["enrollment"].positions(ids)
        at = at[(at >= 0) & self.attending[at]]
        size = len(self.m.ids["section"]) + 1
        return np.bincount(self.m.enrollment.section[at], minlength=size).astype(np.int64)

    @cached_property
    def _texts(self) -> dict[str, tuple[str, ...]]:
        rows = User.objects.filter(organization=self.m.organization, status=Status.ACTIVE)
        names = ("sourced_id", "username", "email", "identifier")
        columns = list(zip(*rows.values_list(*names).iterator(BATCH), strict=True))
        return dict(zip(names, columns or [()] * len(names), strict=True))

    def shared(self, field: str) -> At:
        """Return the people who have a field's value, in any letters, with another person."""
        texts = [text.lower() for text in self._texts[field]]
        often = {text for text, number in Counter(texts).items() if number > 1 and text}
        several = [(each, text) for each, text in zip(self._texts["sourced_id"], texts, strict=True)
                   if text in often]  # fmt: skip
        at = self.m.ids["person"].positions([each for each, _ in several])
        found: dict[str, list[int]] = {}
        for row, (_, text) in zip(at.tolist(), several, strict=True):
            if row >= 0 and self.people[row]:
                found.setdefault(text, []).append(row)
        return np.array(
            sorted(row for rows in found.values() if len(rows) > 1 for row in rows), np.int64
        )
