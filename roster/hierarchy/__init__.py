"""Derives the levels of the hierarchy that OneRoster lacks, whenever the rows change.

What: calendars, schedule structures, grade levels, school enrollments, district assignments,
guardian links, course masters and courses by calendar, each with what it stands on, kept as
`Level` rows. Why stored: marks name them, people browse them, and the walk reads them instead
of deriving a second time. It depends on the rows and the active school year only; dates are
the walk's. Weighed and left: one table per kind, which would say the same eight times.
"""

from __future__ import annotations

from django.db import transaction

from roster.carrying import carry_over
from roster.hierarchy.bundled import mark_from_bundles
from roster.hierarchy.ground import BATCH, Ground
from roster.hierarchy.levels import levels_of
from roster.hierarchy.storing import store
from roster.models import Level, Organization


def derive(organization: Organization) -> int:
    """Bring the organization's levels and bundle marks in step; return how many rows moved."""
    levels = dict(levels_of(Ground(organization)))
    rows = Level.objects.filter(organization=organization)
    with transaction.atomic():
        known = set(rows.values_list("kind", "sourced_id").iterator(BATCH))
        moved = store(organization, levels) + mark_from_bundles(organization)
        return moved + carry_over(organization, known)
