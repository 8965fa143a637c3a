"""Courses and classes of a map, with the calendars they are taught in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from roster.database import bulk
from roster.hierarchy.timetable import Timetable
from roster.map.arrays import Ids, Lists, Positions, Rows, Words, padded
from roster.map.places import Tables


def linked(tables: Tables, links: str, owners: Ids, resources: Ids) -> Lists:
    """Return for each owner its resources, each once, in the order of their ids."""
    values, width = tables[links].values, len(resources) + 1
    pairs = owners.find(values["owner"]) * np.int64(width)
    owner, resource = np.divmod(
        bulk.distinct(pairs + resources.find(values["resource"]) + 1), width
    )
    return Lists.grouped(len(owners), owner.astype(np.int32), resource.astype(np.int32) - 1)


def complete_course_rows(
    course_row: Rows, tables: Tables, ids: Mapping[str, Ids], course: Rows
) -> None:
    """Add the levels of each row of courses, and its resources."""
    levels = np.arange(len(course.row) - 1, dtype=np.int32)
    course_row.levels = Lists.grouped(len(ids["course_row"]), course.row[:-1], levels)
    course_row.resources = linked(tables, "course_resource", ids["course_row"], ids["resource"])


def complete_sections(
    section: Rows,
    tables: Tables,
    ids: Mapping[str, Ids],
    words: Mapping[str, Words],
    session: Rows,
    timetable: Timetable,
) -> None:
    """Add when classes are taught, in which calendars and as which courses, with what."""
    named, terms = tables["section"].values["calendar"], section.terms
    calendars = _calendars(section.school, terms, named, ids, words, timetable)
    section.termless = padded(terms.sizes[:-1] == 0, False)
    section.of_year = terms.any(session.of_year)
    section.calendars = Lists.of(calendars)
    section.courses = Lists.of(_levels(ids, section.course, calendars))
    section.resources = linked(tables, "class_resource", ids["section"], ids["resource"])
    section.begins = _extreme(terms, session.start, np.minimum)
    section.ends = _extreme(terms, session.end, np.maximum)


def _calendars(
    school: Positions,
    terms: Lists,
    named: NDArray[np.int32],
    ids: Mapping[str, Ids],
    words: Mapping[str, Words],
    timetable: Timetable,
) -> list[list[int]]:
    """Return for each class the calendars of the active year in which it is taught."""
    active, names = ("", timetable.active_year), words["calendars"].words
    known: dict[tuple[int, tuple[int, ...], int], list[int]] = {}
    found = []
    sessions_of = map(tuple, terms.each(range(len(named))))
    for key in zip(school[:-1].tolist(), sessions_of, named.tolist(), strict=True):
        if key not in known:
            place, sessions, name = key
            metadata = {"calendar": names[name]} if names[name] else {}
            taught = timetable.calendars(
                ids["org"][place], [ids["session"][each] for each in sessions], metadata
            )
            at = ids["calendar"].positions(c.sourced_id for c in taught if c.year in active)
            known[key] = [each for each in at.tolist() if each >= 0]
        found.append(known[key])
    return found


def _levels(
    ids: Mapping[str, Ids], course: Positions, calendars: list[list[int]]
) -> list[list[int]]:
    """Return for each class the levels of its course in its calendars."""
    rows = np.repeat(np.arange(len(calendars)), [len(some) for some in calendars])
    taught = np.array([each for some in calendars for each in some], np.int64)
    width = len(ids["calendar"]) + 1
    every = course[rows].astype(np.int64) * width + taught
    pairs = bulk.distinct(every)
    names = (
        f"{ids['course_row'][each // width]}~{ids['calendar'][each % width]}"
        for each in pairs.tolist()
    )
    found_at = ids["course"].positions(names)[np.searchsorted(pairs, every)]
    found: list[list[int]] = [[] for _ in calendars]
    for row, at in zip(rows.tolist(), found_at.tolist(), strict=True):
        if at >= 0:
            found[row].append(at)
    return found


def _extreme(lists: Lists, values: NDArray[np.int32], pick: np.ufunc) -> NDArray[np.int32]:
    """Return the least or greatest value of each row's list; 0 where it is empty."""
    found = np.zeros(len(lists), np.int32)
    there = lists.sizes > 0
    if there.any():
        found[there] = pick.reduceat(values[lists.at], lists.starts[:-1][there])
    return found
