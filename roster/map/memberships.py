"""People of a map: where each is, as what, and in which classes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from roster.hierarchy.roles import GUARDIANS
from roster.hierarchy.timetable import Timetable
from roster.map.arrays import Flags, Ids, Lists, Positions, Rows, Words, padded, refer
from roster.map.encoding import OPEN
from roster.map.places import Tables


class Pairs:
    """Finds the level at a person and an org."""

    def __init__(self, level: Rows, orgs: int) -> None:
        self.width = orgs + 1
        keys = level.person[:-1].astype(np.int64) * self.width + level.org[:-1]
        self.order = np.argsort(keys).astype(np.int32)
        self.keys = keys[self.order]

    def at(self, person: Positions, org: Positions) -> Positions:
        """Return the level of each pair, -1 where there is none."""
        found = np.full(len(person), -1, np.int32)
        asked = np.flatnonzero((person >= 0) & (org >= 0))
        if len(self.keys):
            wanted = person[asked].astype(np.int64) * self.width + org[asked]
            at = np.searchsorted(self.keys, wanted)
            at[at == len(self.keys)] = 0
            there = self.keys[at] == wanted
            found[asked[there]] = self.order[at[there]]
        return found


def roles(
    tables: Tables,
    ids: Mapping[str, Ids],
    words: Words,
    pairs: Mapping[str, Pairs],
    org: Rows,
    timetable: Timetable,
) -> tuple[Rows, Positions]:
    """Return the roles by person, primary ones first, and the rows' order in their table."""
    values = tables["role"].values
    person = ids["person"].find(values["person"])
    order = np.lexsort((np.arange(len(person)), values["secondary"], person))
    years = [
        session
        for session in timetable.sessions.values()
        if session.type == "schoolYear" and timetable.belongs(session.sourced_id)
    ]
    starts = [session.start_date.toordinal() for session in years]
    ends = [session.end_date.toordinal() for session in years]
    begin, end = values["begin_date"][order], values["end_date"][order]
    found = Rows(
        person=padded(person[order], -1),
        org=padded(ids["org"].find(values["org"])[order], -1),
        role=padded(values["role"][order], -1),
        secondary=padded(values["secondary"][order], False),
        since=padded(np.where(np.isin(begin, starts), 0, begin), OPEN),
        until=padded(np.where(np.isin(end, ends), OPEN, end), 0),
    )
    place(found, found.org, org.within[found.org], words, pairs)
    return found, order.astype(np.int32)


def enrollments(
    tables: Tables, ids: Mapping[str, Ids], words: Words, pairs: Mapping[str, Pairs], section: Rows
) -> tuple[Rows, Rows]:
    """Return the class enrollments that are in the data now, and the students' ones of the year,
    ended and retired ones too.
    """
    values = tables["enrollment"].values
    every, person = ids["section"].find(values["section"]), ids["person"].find(values["person"])
    live, student = values["live"], values["role"] == words.code("student")
    row = np.flatnonzero(student & (person >= 0) & section.of_year[every]).astype(np.int32)
    past = Rows(row=row, section=padded(every[row], -1), person=padded(person[row], -1))
    at = padded(every[live], -1)
    begin, end = values["begin_date"][live], values["end_date"][live]
    found = Rows(
        person=padded(person[live], -1),
        section=at,
        primary=padded(values["primary"][live], False),
        org=refer(ids["org"], values["org"][live]),
        role=padded(values["role"][live], -1),
        since=padded(np.where(begin == section.begins[at[:-1]], 0, begin), OPEN),
        until=padded(np.where(end == section.ends[at[:-1]], OPEN, end), 0),
        school=section.school[at],
    )
    place(found, found.school, found.school, words, pairs)
    return found, past


def place(
    rows: Rows, org: Positions, school: Positions, words: Words, pairs: Mapping[str, Pairs]
) -> None:
    """Add where rows put their person: as a student at a school, as staff at an org."""
    student = rows.role == words.code("student")
    guardian = guardian_words(words)[rows.role]
    rows.as_student = pairs["school_enrollment"].at(np.where(student, rows.person, -1), school)
    staff = np.where(student | guardian, -1, rows.person)
    rows.as_staff = pairs["district_assignment"].at(staff, org)


def guardian_words(words: Words) -> Flags:
    """Return by code whether a role is a guardian's."""
    return padded(np.array([word in GUARDIANS for word in words.codes], np.bool_), False)


def teacher_order(words: Words) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return each role's rank, teacher first and the others by name, and the role of each rank."""
    order = sorted(words.codes, key=lambda word: (word != "teacher", word))
    rank = {word: at for at, word in enumerate(order)}
    ranks = padded(np.array([rank[word] for word in words.codes], np.int32), len(order))
    return ranks, padded(np.array([words.code(word) for word in order], np.int32), -1)


def of_pairs(past: Rows, section: Positions, person: Positions, width: int) -> Lists:
    """Return for each pair of class and student the past enrollments of that student there."""
    keys = past.section[:-1].astype(np.int64) * width + past.person[:-1]
    order = np.argsort(keys, kind="stable").astype(np.int32)
    wanted = np.where((section >= 0) & (person >= 0), section.astype(np.int64) * width + person, -1)
    first, last = (np.searchsorted(keys[order], wanted, side=side) for side in ("left", "right"))
    sizes = last - first
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.arange(starts[-1]) - np.repeat(starts[:-1] - first, sizes)
    return Lists(np.append(starts, starts[-1]), order[at])
