"""Which dates are in the way of a role, an enrollment, or a place that only these make."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from roster.deciding import presence
from roster.deciding.conditions import Dates
from roster.deciding.given import Given
from roster.map import Rows


def dates_of(d: Given, rows: Rows, at: list[int]) -> Dates:
    """Return why none of these rows is current: the next to begin, else the last that ended."""
    coming = [int(rows.since[each]) for each in at if rows.since[each] > d.early]
    ended = [int(rows.until[each]) for each in at if rows.until[each] <= d.today]
    if coming:
        begins = date.fromordinal(min(coming))
        return Dates(begins, begins - timedelta(days=d.settings.early_access_days))
    return Dates(ended=date.fromordinal(max(ended))) if ended else Dates()


def dates_at(column: str) -> Any:
    """Return a question: why no role and no enrollment is current that is at a level."""

    def ask(d: Given, row: int) -> Dates:
        role, enrollment = d.map.role, d.map.enrollment
        roles = presence.of_shared_role(d) & (getattr(role, column) == row)
        classes = presence.in_year(d) & (getattr(enrollment, column) == row)
        of_roles = dates_of(d, role, np.flatnonzero(roles[:-1]).tolist())
        of_classes = dates_of(d, enrollment, np.flatnonzero(classes[:-1]).tolist())
        return later(of_roles, of_classes)

    return ask


def later(one: Dates, other: Dates) -> Dates:
    """Return what begins first of two, else what ended last."""
    begins = [each for each in (one, other) if each.begins]
    if begins:
        return min(begins, key=lambda each: each.begins or date.max)
    return max(one, other, key=lambda each: each.ended or date.min)


def guardian_dates(d: Given, row: int) -> Dates:
    role, person = d.map.role, d.map.guardian_link.guardian[row]
    rows = (role.person == person) & d.map.is_guardian[role.role] & presence.of_shared_role(d)
    return dates_of(d, role, np.flatnonzero(rows[:-1]).tolist())


def own_dates(d: Given, row: int) -> Dates:
    return dates_of(d, d.map.enrollment, [row])
