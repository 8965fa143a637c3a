"""Courses and classes of a map, with the calendars they are taught in."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from roster.hierarchy.timetable import Timetable
from roster.map.arrays import Ids, Lists, Positions, Rows, Words, padded, refer
from roster.map.columns import SIZES
from roster.map.places import Tables, of_year


def listed(sizes: NDArray[np.int32], at: Positions) -> Lists:
    """Return lists as a table has them, without what isn't there."""
    owners = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return Lists.grouped(len(sizes), owners, at)


def words_of(tables: Tables, kind: str, name: str) -> Lists:
    values = tables[kind].values
    return listed(values[name + SIZES], values[name])


def linked(tables: Tables, links: str, owners: Ids, resources: Ids) -> Lists:
    """Return for each owner its resources, each once, in the order of their ids."""
    values = tables[links].values
    pairs = np.unique(
        np.stack([owners.find(values["owner"]), resources.find(values["resource"])]), axis=1
    )
    return Lists.grouped(len(owners), pairs[0], pairs[1])


def courses(tables: Tables, ids: Mapping[str, Ids], words: Mapping[str, Words], year: str) -> Rows:
    """Return the levels of courses: a row in a calendar, or the row alone."""
    values = tables["course"].values
    return Rows(
        of_year=of_year(tables["course"], words, year),
        row=refer(ids["course_row"], values["row"]),
        calendar=refer(ids["calendar"], values["calendar"]),
        master=refer(ids["course_master"], values["master"]),
        school=refer(ids["org"], values["school"]),
    )


def course_rows(tables: Tables, ids: Mapping[str, Ids], course: Rows) -> Rows:
    values, size = tables["course_row"].values, len(ids["course_row"])
    levels = np.arange(len(course.row) - 1, dtype=np.int32)
    return Rows(
        org=refer(ids["org"], values["org"]),
        school_year=refer(ids["session"], values["school_year"]),
        coded=padded(values["coded"], False),
        subjects=words_of(tables, "course_row", "subjects"),
        levels=Lists.grouped(size, course.row[:-1], levels),
        resources=linked(tables, "course_resource", ids["course_row"], ids["resource"]),
    )


def sections(
    tables: Tables,
    ids: Mapping[str, Ids],
    words: Mapping[str, Words],
    session: Rows,
    timetable: Timetable,
) -> Rows:
    values = tables["section"].values
    terms = listed(values["terms" + SIZES], ids["session"].find(values["terms"]))
    school = refer(ids["org"], values["school"])
    calendars = _calendars(school, terms, values["calendar"], ids, words, timetable)
    course = refer(ids["course_row"], values["course"])
    return Rows(
        school=school,
        course=course,
        terms=terms,
        termless=padded(terms.sizes[:-1] == 0, False),
        of_year=terms.any(session.of_year),
        calendars=Lists.of(calendars),
        courses=Lists.of(_levels(ids, course, calendars)),
        subjects=words_of(tables, "section", "subjects"),
        resources=linked(tables, "class_resource", ids["section"], ids["resource"]),
        begins=_extreme(terms, session.start, np.minimum),
        ends=_extreme(terms, session.end, np.maximum),
    )


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
            held = timetable.calendars(
                ids["org"][place], [ids["session"][each] for each in sessions], metadata
            )
            at = ids["calendar"].positions(c.sourced_id for c in held if c.year in active)
            known[key] = [each for each in at.tolist() if each >= 0]
        found.append(known[key])
    return found


def _levels(
    ids: Mapping[str, Ids], course: Positions, calendars: list[list[int]]
) -> list[list[int]]:
    """Return for each class the levels of its course in its calendars."""
    rows = np.repeat(np.arange(len(calendars)), [len(held) for held in calendars])
    held = np.array([each for some in calendars for each in some], np.int64)
    width = len(ids["calendar"]) + 1
    pairs, of = np.unique(course[rows].astype(np.int64) * width + held, return_inverse=True)
    names = (
        f"{ids['course_row'][each // width]}~{ids['calendar'][each % width]}"
        for each in pairs.tolist()
    )
    found: list[list[int]] = [[] for _ in calendars]
    for row, at in zip(rows.tolist(), ids["course"].positions(names)[of].tolist(), strict=True):
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
