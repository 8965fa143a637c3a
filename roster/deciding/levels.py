"""Classes that are hidden because one marked level of their school hides all of their students.

Of the marks on a grade level, its schedule structure and its calendar, the topmost counts: where
any mark hides all levels of all students, the topmost mark of each of these levels is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roster.deciding.conditions import Lead
from roster.deciding.given import Given, once
from roster.map import Lists
from roster.map.arrays import Flags, Positions

LEVELS = ("grade_level", "schedule_structure", "calendar")

OPEN = -1
"""No mark hides it."""

Codes = NDArray[np.int32]
"""For each row the mark that hides it, as a number: `code_of` its kind and position."""


def base_of(d: Given, kind: str) -> int:
    earlier = LEVELS[: LEVELS.index(kind)]
    return sum(len(d.map.ids[each]) + 1 for each in earlier)


@once
def of_grade_levels(d: Given) -> Codes:
    """Return the topmost mark that hides each grade level."""
    m = d.map
    found = np.full(len(m.ids["grade_level"]) + 1, OPEN, np.int32)
    structure = m.grade_level.structure
    calendar = m.schedule_structure.calendar[structure]
    own = np.arange(len(found), dtype=np.int32)
    for kind, at in zip(LEVELS, (own, structure, calendar), strict=True):
        here = d.marked(kind)[at]
        found[here] = (base_of(d, kind) + at)[here]
    found[-1] = OPEN
    return found


def common(lists: Lists, codes: Codes, counts: Flags) -> Codes:
    """Return the mark that all of a row's entries have, of those that count; else OPEN."""
    kept = counts[lists.at]
    owners, values = lists.owners[kept], codes[lists.at][kept]
    least = np.full(len(lists), np.iinfo(np.int32).max, np.int32)
    most = np.full(len(lists), OPEN, np.int32)
    np.minimum.at(least, owners, values)
    np.maximum.at(most, owners, values)
    return np.where(least == most, most, OPEN).astype(np.int32)


@once
def of_classes(d: Given) -> Codes:
    """Return the mark that hides all students of each class."""
    m = d.map
    if not any(d.marks.get(kind) is not None for kind in LEVELS):
        return np.full(len(m.ids["section"]) + 1, OPEN, np.int32)
    of_students = common(
        m.school_enrollment.grade_levels, of_grade_levels(d), m.grade_level.of_year
    )
    return common(students(m), of_students, np.ones(len(of_students), bool))


def students(m: Any) -> Lists:
    """Return the school enrollments of each class's students there."""
    enrollment = m.enrollment
    section = np.where(enrollment.as_student >= 0, enrollment.section, -1)[:-1]
    at: Positions = enrollment.as_student[:-1]
    return Lists.grouped(len(m.ids["section"]), section, at)


def closed_classes(d: Given) -> Flags:
    flags: Flags = of_classes(d) != OPEN
    return flags


def closing(d: Given) -> Iterator[Lead]:
    """Lead to the marked level that hides all of a class's students."""
    codes = of_classes(d)
    for kind in LEVELS:
        here, size = codes - base_of(d, kind), len(d.map.ids[kind]) + 1
        yield Lead(kind, np.where((here >= 0) & (here < size), here, OPEN))
