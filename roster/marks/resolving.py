"""Marks found again in a map: which of its rows they are about.

A mark names kind and id. A map that is older than the rows that the mark was set on may have its
level under another id, as another school year's calendar was called, or a district's course
before it had classes; there the mark holds for what is alike. In later maps it holds for its id
alone: the import that took the level away has passed the mark on (`roster/carrying/`).
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import orjson

from roster.map import Map
from roster.map.arrays import Flags
from roster.marks.about import MarkRow

Marks = dict[str, Flags]
"""By the map's kind, which rows are marked; schools are `org`, a courses row is `course_row`."""

Found = Iterable[tuple[str, int]]
"""The map's kind and the position of a row."""


def resolve(rows: Iterable[MarkRow], m: Map) -> Marks:
    """Return which rows of a map these marks are about."""
    by_kind: dict[str, list[MarkRow]] = defaultdict(list)
    for mark in rows:
        by_kind["org" if mark.kind == "school" else mark.kind].append(mark)
    found: dict[str, set[int]] = defaultdict(set)
    for kind, marks in by_kind.items():
        if kind not in m.ids:
            continue
        at = m.ids[kind].positions(mark.sourced_id for mark in marks)
        found[kind].update(at[at >= 0].tolist())
        also = ALSO.get(kind)
        for mark, position in zip(marks, at.tolist(), strict=True):
            if also:
                for named, row in also(m, mark, position):
                    found[named].add(row)
    return {kind: flags(m, kind, at) for kind, at in found.items() if at}


def flags(m: Map, kind: str, positions: Iterable[int]) -> Flags:
    """Return a mark on each of these rows of a kind."""
    marked = np.zeros(len(m.ids[kind]) + 1, np.bool_)
    marked[[each for each in positions if each >= 0]] = True
    return marked


def pack(marks: Marks) -> bytes:
    """Return marks as bytes; equal ones of one map are the same bytes."""
    positions = {kind: np.flatnonzero(marked).tolist() for kind, marked in marks.items()}
    named = {kind: at for kind, at in positions.items() if at}
    return zlib.compress(orjson.dumps(named, option=orjson.OPT_SORT_KEYS))


def unpack(packed: bytes, m: Map) -> Marks:
    """Return marks that were packed for this map."""
    return {kind: flags(m, kind, at) for kind, at in orjson.loads(zlib.decompress(packed)).items()}


# What else a mark is about than the row of its id, by kind


def is_later(m: Map, mark: MarkRow) -> bool:
    """Whether a mark was set on rows that a map doesn't know yet."""
    return bool(m.revision < mark.about.get("revision", 0))


def of_the_year(mark: MarkRow, m: Map) -> bool:
    return mark.about.get("year", "") in ("", m.year)


def alike(kind: str, school_of: Callable[[Map], Any]) -> Any:
    """Return a question: the levels of the same school and year that may be the marked one."""

    def ask(m: Map, mark: MarkRow, position: int) -> Iterator[tuple[str, int]]:
        if position >= 0 or not is_later(m, mark) or not of_the_year(mark, m):
            return
        school = m.ids["org"].position(mark.about.get("school", ""))
        here = (school_of(m) == school) & getattr(m, kind).of_year
        here[-1] = False
        others = set(mark.about.get("others", ()))
        grade = mark.about.get("grade")
        for row in np.flatnonzero(here).tolist() if school >= 0 else ():
            sourced_id = m.ids[kind][row]
            if sourced_id in others or (grade and not sourced_id.endswith(f"~{grade}")):
                continue
            yield kind, row

    return ask


def school_of_structure(m: Map) -> Any:
    return m.calendar.school[m.schedule_structure.calendar]


def school_of_grade(m: Map) -> Any:
    return school_of_structure(m)[m.grade_level.structure]


def courses(m: Map, mark: MarkRow, position: int) -> Iterator[tuple[str, int]]:
    """A mark on a row's bare id holds for all of its levels."""
    if position >= 0:
        return
    if is_later(m, mark):
        row = m.ids["course_row"].position(mark.about.get("course", mark.sourced_id))
        yield from _levels(m, mark, row)
    elif "revision" not in mark.about:
        row = m.ids["course_row"].position(mark.sourced_id)
        if row >= 0:
            yield "course_row", row


def _levels(m: Map, mark: MarkRow, row: int) -> Iterator[tuple[str, int]]:
    """Yield a row's levels at the marked one's school, or what stood for it without a class."""
    if row < 0:
        return
    if "calendar" not in mark.about:
        yield "course_row", row
        return
    others = set(mark.about.get("others", ()))
    school = m.ids["org"].position(mark.about.get("school", ""))
    for level in m.course_row.levels[row]:
        calendar = m.course.calendar[level]
        here = calendar < 0 or (m.calendar.school[calendar] == school and m.course.of_year[level])
        if here and of_the_year(mark, m) and m.ids["course"][level] not in others:
            yield "course", level


def course_masters(m: Map, mark: MarkRow, position: int) -> Iterator[tuple[str, int]]:
    if position < 0 and is_later(m, mark):
        for row in m.ids["course_row"].positions(mark.about.get("courses", ())).tolist():
            if row >= 0:
                yield "course_row", row


def school_enrollments(m: Map, mark: MarkRow, position: int) -> Iterator[tuple[str, int]]:
    """Of a student who has left the school, the results are still there."""
    if position >= 0:
        return
    for person, org in pairs(m, mark):
        student = m.result.student == person
        section = m.line_item.section[m.result.line_item]
        here = student & (m.section.school[section] == org)
        yield from (("result", row) for row in np.flatnonzero(here[:-1]).tolist())


def pairs(m: Map, mark: MarkRow) -> Iterator[tuple[int, int]]:
    """Yield the person and school of a school enrollment; ids may hold `~` themselves."""
    if "person" in mark.about:
        splits = [(mark.about["person"], mark.about.get("school", ""))]
    else:
        parts = mark.sourced_id.split("~")
        splits = [("~".join(parts[:at]), "~".join(parts[at:])) for at in range(1, len(parts))]
    for person, org in splits:
        found = m.ids["person"].position(person), m.ids["org"].position(org)
        if min(found) >= 0:
            yield found


def enrollments(m: Map, mark: MarkRow, position: int) -> Iterator[tuple[str, int]]:
    """An enrollment that has ended or left still says who was in the class."""
    past = m.ids["past_enrollment"].position(mark.sourced_id)
    if past >= 0:
        yield "past_enrollment", past


ALSO: dict[str, Callable[[Map, MarkRow, int], Found]] = {
    "calendar": alike("calendar", lambda m: m.calendar.school),
    "schedule_structure": alike("schedule_structure", school_of_structure),
    "grade_level": alike("grade_level", school_of_grade),
    "course": courses,
    "course_master": course_masters,
    "school_enrollment": school_enrollments,
    "enrollment": enrollments,
}
