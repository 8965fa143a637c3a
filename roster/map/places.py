"""Orgs, sessions and calendars of a map, and the levels between a school and its students."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from roster.hierarchy.circles import without_circles
from roster.hierarchy.timetable import Session, Timetable
from roster.map.arrays import (
    Flags,
    Hashes,
    Ids,
    Lists,
    Positions,
    Rows,
    Words,
    mixed,
    padded,
    refer,
)
from roster.map.tables import Table

Tables = Mapping[str, Table]


def orgs(tables: Tables, ids: Mapping[str, Ids], named: Positions) -> Rows:
    """Return the orgs; `named` are those that a class names as its school.

    `above` is the org that each names as its parent, `parent` the same but for those that are
    above themselves. `within` is the school that an org is or lies within.
    """
    values, known = tables["org"].values, ids["org"]
    typed = padded(values["typed_school"], False)
    is_school = typed.copy()
    is_school[named] = True
    is_school[-1] = False
    above = refer(known, values["parent"])
    parent = uncircled(above)
    return Rows(
        above=above,
        parent=parent,
        within=nearest(parent, is_school),
        children=children(parent),
        is_school=is_school,
        typed_school=typed,
        ext=padded(values["ext"], False),
    )


def uncircled(parent: Positions) -> Positions:
    """Return the parent of each row, but for rows that are above themselves."""
    rows = np.flatnonzero(parent >= 0).tolist()
    kept = without_circles(dict(zip(rows, parent[rows].tolist(), strict=True)))
    found = np.full_like(parent, -1)
    found[list(kept)] = list(kept.values())
    return found


def nearest(parent: Positions, wanted: Flags) -> Positions:
    """Return for each row the nearest one upward that is wanted, itself included, else -1."""
    found = np.arange(len(parent), dtype=np.int32)
    found[-1] = -1
    while (further := (found >= 0) & ~wanted[found]).any():
        found[further] = parent[found[further]]
    return found


def children(parent: Positions) -> Lists:
    """Return for each row those that it is the parent of."""
    rows = np.arange(len(parent) - 1, dtype=np.int32)
    return Lists.grouped(len(parent) - 1, parent[:-1], rows)


def timetable_of(table: Table, ids: Ids, words: Mapping[str, Words], year: str) -> Timetable:
    """Return the sessions as the questions about school years need them."""
    parent, types, years = (
        ids.find(table.values["parent"]),
        words["types"].words,
        words["years"].words,
    )
    return Timetable(
        (
            Session(
                ids[at],
                types[table.values["type"][at]],
                ids[parent[at]],
                years[table.values["school_year"][at]],
                date.fromordinal(table.values["start_date"][at]),
                date.fromordinal(table.values["end_date"][at]),
            )
            for at in range(table.size)
        ),
        year,
    )


def sessions(table: Table, ids: Ids, words: Mapping[str, Words], timetable: Timetable) -> Rows:
    types, parent = words["types"].words, uncircled(refer(ids, table.values["parent"]))
    held = [types[code] for code in table.values["type"]]
    years = [timetable.year(each) for each in ids]
    return Rows(
        parent=parent,
        children=children(parent),
        ext=flags(word.startswith("ext:") for word in held),
        is_period=flags(word == "gradingPeriod" for word in held),
        of_year=flags(year == timetable.active_year for year in years),
        school_year=padded(np.array([words["years"].add(year) for year in years], np.int32), -1),
        kin=Lists.of([*(_kin(timetable, each, ids) for each in ids)]),
        start=padded(table.values["start_date"], 0),
        end=padded(table.values["end_date"], 0),
    )


def _kin(timetable: Timetable, sourced_id: str, ids: Ids) -> list[int]:
    """Return a session with all above and below it."""
    near = {*timetable.ancestors(sourced_id), *timetable.descendants(sourced_id), sourced_id}
    return sorted(ids.positions(near).tolist())


def flags(values: object) -> Flags:
    return padded(np.fromiter(values, np.bool_), False)  # type: ignore[call-overload]


def of_year(table: Table, words: Mapping[str, Words], year: str) -> Flags:
    """Return which levels are of the active year, or of several."""
    mask = words["years"].among(["", year])
    return padded(mask[table.values["year"]], False)


def calendars(
    tables: Tables, ids: Mapping[str, Ids], words: Mapping[str, Words], year: str
) -> dict[str, Rows]:
    """Return calendars, schedule structures, grade levels and course masters."""
    found = {kind: Rows(of_year=of_year(tables[kind], words, year)) for kind in (
        "calendar", "schedule_structure", "grade_level", "course_master")}  # fmt: skip
    found["calendar"].school = refer(ids["org"], tables["calendar"].values["school"])
    found["schedule_structure"].calendar = refer(
        ids["calendar"], tables["schedule_structure"].values["calendar"]
    )
    found["grade_level"].structure = refer(
        ids["schedule_structure"], tables["grade_level"].values["structure"]
    )
    return found


def bits(org: Rows, ids: Ids) -> Hashes:
    """Return a hash of each org and of the kind of place it is, which makes words and hrefs."""
    place = (org.is_school * 2 + org.typed_school).astype(np.uint64)
    return padded(mixed(ids.hash + place[:-1], 1), 0)
