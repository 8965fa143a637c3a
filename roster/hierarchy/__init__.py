"""Derives the levels of the hierarchy that OneRoster lacks, whenever the rows change.

What: calendars, schedule structures, grade levels, school enrollments, district assignments,
guardian links, course masters and courses by calendar, each with its parents, kept as `Level`
rows. Why stored: marks name them, people browse them, and the map reads them instead of deriving
a second time. It depends on the rows and the active school year only; dates are for deciding.
Weighed and left: one table per kind, which would say the same eight times.
"""

from __future__ import annotations

from django.db import transaction

from roster.hierarchy.ground import Ground
from roster.hierarchy.levels import Derived, levels_of
from roster.hierarchy.storing import store
from roster.models import Organization

__all__ = ["Derived", "derive", "derived"]


def derive(organization: Organization) -> int:
    """Bring the organization's levels in step with its rows; return how many changed."""
    with transaction.atomic(savepoint=False):
        return store(organization, levels_of(Ground(organization)))


def derived(organization: Organization) -> dict[tuple[str, str], Derived]:
    """Return the levels that its rows have in its school year, by kind and id; writes nothing."""
    return dict(levels_of(Ground(organization)))
