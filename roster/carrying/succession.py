"""What took the place of a marked level: the level that now has the same rows.

A level is gone where an import renames it, splits it or takes away what it was derived from; then
another of the same school, year, grade or course has its rows. Where a record has left for
another school, grade or course, the level isn't gone for it: the record has moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from roster.carrying.setting import Key
from roster.kinds import KINDS
from roster.map import Lists, Map

IMPORTED = frozenset({"org", "section", "person", "grading_task", "line_item"})
"""Rows of the bundle: one that is gone may have come back under another id, with its children."""

NO_GRADE = "~none"
"""How the grade level ends that students without a grade are in."""

WITHIN_SCHOOLS = frozenset({"calendar", "schedule_structure", "grade_level"})


class Level(NamedTuple):
    """A marked row of a map, under the map's kind."""

    kind: str
    row: int
    sourced_id: str


def level_of(m: Map, key: Key) -> Level | None:
    """Return the row of a map that a mark is about, as `why` names it."""
    kind, sourced_id = key
    kind = {"school": "org", "enrollment": "past_enrollment"}.get(kind, kind)
    row = m.ids[kind].position(sourced_id)
    if row < 0 and kind == "course":
        kind, row = "course_row", m.ids["course_row"].position(sourced_id)
    return Level(kind, row, sourced_id) if row >= 0 else None


def is_gone(level: Level, new: Map) -> bool:
    return new.ids[level.kind].position(level.sourced_id) < 0


def heirs(old: Map, level: Level, new: Map, kind: str, row: int) -> tuple[set[int], bool]:
    """Return the new levels that have a record in the place of a marked one, as rows of `new`.

    With it whether the record is to be marked itself; where it isn't, and no level is, it has
    moved. `kind` and `row` are the record's in the new map.
    """
    gone = is_gone(level, new)
    if level.kind == "course_master":
        # Its courses are what it was made of.
        return (_courses(old, level, new), True) if gone else (set(), False)
    if level.kind == "grade_level" and _has_no_grade(old, level, new, kind, row):
        return set(), True
    there = above(new, kind, row)[level.kind]
    alike = {each for each in there if _is_alike(old, level, new, each, gone=gone)}
    known = old.ids[level.kind]
    fresh = {each for each in alike if known.position(new.ids[level.kind][each]) < 0}
    return fresh, bool(fresh) or (gone and (bool(alike) or level.kind in IMPORTED))


def left_behind(level: Level, new: Map, kind: str, row: int) -> set[int]:
    """Return the levels of a course that are in no calendar, where a marked calendar is gone.

    Wherever else the course may be taught now, these have left for nowhere. Other records that
    are at no level of the marked kind any more are seen with such a course, or not at all.
    """
    if kind != "course_row" or level.kind != "calendar" or not is_gone(level, new):
        return set()
    return {each for each in new.course_row.levels[row] if new.course.calendar[each] < 0}


def _has_no_grade(old: Map, level: Level, new: Map, kind: str, row: int) -> bool:
    """Whether a student is of no grade at all, where the marked level was of one: nobody knows
    which it is now.
    """
    if kind != "person" or _grade(old, "grade_level", level.row) == NO_GRADE:
        return False
    here = new.school_enrollment
    levels = [here.grade_levels[at] for at in (here.person[:-1] == row).nonzero()[0].tolist()]
    return {_grade(new, "grade_level", each) for some in levels for each in some} == {NO_GRADE}


def above(m: Map, kind: str, row: int) -> dict[str, set[int]]:
    """Return all rows that a row is below, by kind, by the table of kinds."""
    found: dict[str, set[int]] = defaultdict(set)
    todo = [(kind, row), *_places(m, kind, row)]
    while todo:
        at = todo.pop()
        kind, row = at
        if row < 0 or row in found[kind]:
            continue
        found[kind].add(row)
        todo += _parents(m, kind, row)
    return found


def _parents(m: Map, kind: str, row: int) -> Iterator[tuple[str, int]]:
    if kind == "course_row":
        yield from (("course", each) for each in m.course_row.levels[row])
    for parent in KINDS[kind].parents if kind in KINDS else ():
        if parent.inverse:
            continue
        named = getattr(getattr(m, kind), parent.by)
        for each in named[row] if isinstance(named, Lists) else [int(named[row])]:
            yield ("org" if parent.kind == "school" else parent.kind), each


def _places(m: Map, kind: str, row: int) -> Iterator[tuple[str, int]]:
    """Yield where a person is; of a record of theirs, that one's places count alone."""
    for parent in KINDS["person"].any_of if kind == "person" else ():
        named = getattr(getattr(m, parent.kind), parent.by)
        yield from ((parent.kind, each) for each in (named[:-1] == row).nonzero()[0].tolist())


def _is_alike(old: Map, level: Level, new: Map, row: int, *, gone: bool) -> bool:
    """Whether a level of the new map may be what the marked one was."""
    kind = level.kind
    if kind in IMPORTED:
        return gone
    if kind in WITHIN_SCHOOLS:
        same = _school(old, kind, level.row) == _school(new, kind, row)
        return same and _grade(old, kind, level.row) == _grade(new, kind, row)
    if kind == "course":
        return _is_alike_course(old, level.row, new, row)
    return kind == "past_enrollment"


def _is_alike_course(old: Map, one: int, new: Map, other: int) -> bool:
    rows = [m.ids["course_row"][m.course.row[at]] for m, at in ((old, one), (new, other))]
    alone = old.course.calendar[one] < 0 or new.course.calendar[other] < 0
    schools = [m.ids["org"][m.course.school[at]] for m, at in ((old, one), (new, other))]
    return rows[0] == rows[1] and (bool(alone) or schools[0] == schools[1])


def _school(m: Map, kind: str, row: int) -> str:
    if kind == "grade_level":
        row = m.grade_level.structure[row]
    calendar = row if kind == "calendar" else m.schedule_structure.calendar[row]
    return m.ids["org"][m.calendar.school[calendar]]


def _grade(m: Map, kind: str, row: int) -> str:
    if kind != "grade_level":
        return ""
    structure = m.ids["schedule_structure"][m.grade_level.structure[row]]
    return m.ids["grade_level"][row].removeprefix(structure)


def _courses(old: Map, level: Level, new: Map) -> set[int]:
    """Return the levels of the courses that a course master had."""
    rows = {old.ids["course_row"][row] for row in old.course.row[old.course.master == level.row]}
    at = new.ids["course_row"].positions(sorted(rows)).tolist()
    return {each for row in at if row >= 0 for each in new.course_row.levels[row]}
