"""Who and what is visible, in a form much smaller than the map of which it is decided."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.deciding import Decision, Rules, Settings
from roster.deciding.rules import EVERYTHING
from roster.importing.columns import VERSIONS
from roster.map import Map
from roster.marks import marks_of, resolve
from roster.models import Organization

WATCHED = {"person": "people", "section": "classes", "enrollment": "enrollments"}
"""The map's kinds of which vendors' rosters consist."""

Hashes = NDArray[Any]
"""Sorted hashes of ids."""


class Seen(NamedTuple):
    """What a connection sees that is shared everything, by kind, and all `people` there are."""

    visible: dict[str, Hashes]
    people: Hashes

    @classmethod
    def of(cls, organization: Organization, m: Map) -> Seen:
        """Return what is visible in any version."""
        rules = Rules.of({**EVERYTHING, "inactive": False}, [])
        settings = Settings.of(organization)
        marks, day = resolve(marks_of(organization), m), organization.today()
        seen = {kind: np.zeros(len(getattr(m, kind).hash), np.bool_) for kind in WATCHED}
        for version in VERSIONS:
            decision = Decision(m, version, rules, settings, day, marks)
            for kind, flags in seen.items():
                flags |= decision.ok(kind)
        visible = {kind: np.sort(getattr(m, kind).hash[flags]) for kind, flags in seen.items()}
        return cls(visible, m.person.hash.copy())

    def new(self, before: Seen, kind: str) -> Hashes:
        """Return what is visible here and wasn't there."""
        now, then = self.visible[kind], before.visible[kind]
        return now[np.append(then, np.uint64(0))[np.searchsorted(then, now)] != now]
