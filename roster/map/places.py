"""Orgs, sessions and calendars of a map, and the levels between a school and its students."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

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
from roster.map.encoding import SIZES
from roster.map.models import SOURCES
from roster.map.tables import Table

Tables = Mapping[str, Table]


def plain(
    tables: Tables, ids: Mapping[str, Ids], words: Mapping[str, Words], year: str, kind: str
) -> Rows:
    """Return the arrays of a kind that are what its columns say: references, lists, flags."""
    values, found = tables[kind].values, Rows()
    for column in SOURCES[kind].columns:
        named = values[column.name]
        if column.many:
            at = ids[column.to].find(named) if column.to else named
            setattr(found, column.name, listed(values[column.name + SIZES], at))
        elif column.to:
            setattr(found, column.name, refer(ids[column.to], named))
        elif column.dtype is np.bool_:
            setattr(found, column.name, padded(named, False))
    if SOURCES[kind].level:
        found.of_year = padded(words["years"].among(["", year])[values["year"]], False)
    return found


def listed(sizes: NDArray[np.int32], at: Positions) -> Lists:
    """Return lists as a table has them, without what isn't there."""
    owners = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return Lists.grouped(len(sizes), owners, at)


def complete_orgs(org: Rows, named: Positions) -> None:
    """Add what else is known of orgs; `named` are those that a class names as its school.

    `above` is the org that each names as its parent, `parent` the same but for those that are
    above themselves. `within` is the school that an org is or lies within.
    """
    org.is_school = org.typed_school.copy()
    org.is_school[named[named >= 0]] = True
    org.is_school[-1] = False
    org.above, org.parent = org.parent, uncircled(org.parent)
    org.within = nearest(org.parent, org.is_school)
    org.children = children(org.parent)


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
    parent = ids.find(table.values["parent"])
    types, years = words["types"].words, words["years"].words
    said = [table.values[name] for name in ("type", "school_year", "start_date", "end_date")]
    return Timetable(
        (
            Session(
                ids[at],
                types[of_type],
                ids[parent[at]],
                years[of_year],
                date.fromordinal(start),
                date.fromordinal(end),
            )
            for at, (of_type, of_year, start, end) in enumerate(zip(*said, strict=True))
        ),
        year,
    )


def complete_sessions(
    session: Rows, table: Table, ids: Ids, words: Mapping[str, Words], timetable: Timetable
) -> None:
    """Add what else is known of sessions, their school years and their relatives among it."""
    types = words["types"].words
    session_types = [types[code] for code in table.values["type"]]
    years = [timetable.year(each) for each in ids]
    session.parent = uncircled(session.parent)
    session.children = children(session.parent)
    session.ext = flags(word.startswith("ext:") for word in session_types)
    session.is_period = flags(word == "gradingPeriod" for word in session_types)
    session.of_year = flags(year == timetable.active_year for year in years)
    codes = [words["years"].add(year) for year in years]
    session.school_year = padded(np.array(codes, np.int32), -1)
    session.kin = Lists.of([*(_kin(timetable, each, ids) for each in ids)])
    session.start = padded(table.values["start_date"], 0)
    session.end = padded(table.values["end_date"], 0)


def _kin(timetable: Timetable, sourced_id: str, ids: Ids) -> list[int]:
    """Return a session with all above and below it."""
    near = {*timetable.ancestors(sourced_id), *timetable.descendants(sourced_id), sourced_id}
    return sorted(ids.positions(near).tolist())


def flags(values: object) -> Flags:
    return padded(np.fromiter(values, np.bool_), False)  # type: ignore[call-overload]


def bits(org: Rows, ids: Ids) -> Hashes:
    """Return a hash of each org and of the kind of place it is, which makes words and hrefs."""
    place = (org.is_school * 2 + org.typed_school).astype(np.uint64)
    return padded(mixed(ids.hash + place[:-1], 1), 0)
