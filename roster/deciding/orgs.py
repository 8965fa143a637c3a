"""Orgs and schools, and the levels between a school and its students."""

from __future__ import annotations

import numpy as np

from roster.deciding.conditions import (
    Condition,
    Edge,
    Lead,
    in_v11,
    lacks,
    marked,
    of_year,
    parent,
)
from roster.deciding.given import Given, once
from roster.kinds import KINDS
from roster.map.arrays import Flags, Positions


@once
def parents(d: Given) -> Positions:
    """Return the org above each org, for those whose kind has a parent in the table of kinds.

    Marks hold for what names a marked org as its parent, though the link leads in a circle.
    """
    org = d.map.org
    school, other = (bool(KINDS[kind].parents) for kind in ("school", "org"))
    found: Positions = np.where(np.where(org.is_school, school, other), org.above, -1)
    return found


@once
def below_a_mark(d: Given) -> Flags:
    """Return the orgs that are marked or have a marked one above them."""
    above, found = parents(d), d.marked("org")
    while True:
        more = found | found[above]
        more[-1] = False
        if (more == found).all():
            return found
        found = more


def marked_above(d: Given) -> list[Lead]:
    """Lead to the nearest marked org above."""
    above, marked = parents(d), d.marked("org")
    nearest = above.copy()
    for _ in range(len(nearest)):
        further = (nearest >= 0) & ~marked[nearest] & below_a_mark(d)[nearest]
        if not further.any():
            break
        nearest[further] = above[nearest[further]]
    return [Lead("place", nearest)]


@once
def shared_schools(d: Given) -> Flags:
    chosen = d.rules.schools.chosen
    if chosen is None:
        return d.map.org.is_school
    found = d.none("org")
    found[d.map.ids["org"].positions(chosen)] = True
    found[-1] = False
    return found & d.map.org.is_school


@once
def above_shared(d: Given) -> Flags:
    """Return the orgs above a visible, shared school."""
    found, wave = d.none("org"), d.ok("place") & d.map.org.is_school
    while wave.any():
        up = d.scattered("org", d.map.org.parent, wave)
        wave = up & ~found
        found |= up
    return found


@once
def within_shared(d: Given) -> Flags:
    """Return the orgs that are a visible, shared school or lie within one."""
    flags: Flags = (d.ok("place") & d.map.org.is_school)[d.map.org.within]
    return flags


def is_shared_school(d: Given) -> Flags:
    return shared_schools(d) | ~d.map.org.is_school


ORG = (
    marked("org"),
    Edge(
        "parent",
        Condition("hidden", lambda d: ~below_a_mark(d), leads=marked_above),
        "place",
        needed=False,
        unless=lambda d: d.marked("org"),
        naming=lambda d, flags: flags[parents(d)],
    ),
    lacks("org"),
    in_v11("org", "type", lambda d: ~d.map.org.ext),
)

PLACE = (*ORG, Condition("school_not_shared", is_shared_school))
"""An org as the parent of classes and people."""

RECORD = (
    *ORG,
    Condition("school_not_shared", lambda d: is_shared_school(d) | above_shared(d)),
    Condition(
        "org_not_shared",
        lambda d: (
            d.map.org.is_school
            | d.rules.schools.is_all
            | above_shared(d)
            | (within_shared(d) & d.ok("place"))
        ),
    ),
)
"""The record of an org: an unshared school above a shared one is visible, and nothing of it."""

CALENDAR = (marked("calendar"), of_year("calendar"), parent("school", "place"))
SCHEDULE_STRUCTURE = (
    marked("schedule_structure"),
    of_year("schedule_structure"),
    parent("calendar", "calendar"),
)
GRADE_LEVEL = (
    marked("grade_level"),
    of_year("grade_level"),
    parent("structure", "schedule_structure"),
)
COURSE_MASTER = (marked("course_master"),)
