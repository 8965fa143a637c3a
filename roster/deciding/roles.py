"""The roles that people are shown with: rows of theirs, and supplied ones.

A row is shown where it is current, shared, and its person is visible at its org on that side: as
student, as staff, or as guardian of a child who is visible there. At an org that isn't a school, a
student's or guardian's is shown as long as they are visible at any school. Where somebody is
visible at a place and no row says so, the role is supplied (product: What is visible, 2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.database.bulk import distinct
from roster.deciding.given import Given, once
from roster.deciding.naming import places_of
from roster.deciding.presence import (
    guardian_of_somebody,
    shared_rows,
    staff_role,
    student_somewhere,
)
from roster.dialects.roles import Role
from roster.hierarchy.roles import ENROLLED_AS
from roster.map import Lists, Map
from roster.map.arrays import Flags, Positions


class Supplied(NamedTuple):
    """Roles that no row says, as arrays: whose, where, and the code of the word."""

    person: Positions
    org: Positions
    role: Positions


@once
def shown(d: Given) -> Flags:
    """Return which rows are shown."""
    rows, orgs = d.map.role, d.map.org
    elsewhere = d.ok("org")[rows.org] & ~orgs.is_school[rows.org]
    at_school = d.ok("school_enrollment")[rows.as_student] & orgs.is_school[rows.org]
    as_student = at_school | (elsewhere & student_somewhere(d)[rows.person])
    as_guardian = at_child(d) | (elsewhere & guardian_of_somebody(d)[rows.person])
    as_staff = d.ok("district_assignment")[rows.as_staff]
    there = np.where(of_guardian(d.map), as_guardian, as_staff)
    found: Flags = shared_rows(d) & np.where(of_student(d.map), as_student, there)
    found[-1] = False
    return found


def of_student(m: Map) -> Flags:
    flags: Flags = m.role.role == m.roles.code("student")
    return flags


def of_guardian(m: Map) -> Flags:
    flags: Flags = m.is_guardian[m.role.role]
    return flags


@once
def at_child(d: Given) -> Flags:
    """Return guardians' rows at a school where a child of theirs is visible."""
    rows, found = d.map.role, d.none("role")
    at = np.flatnonzero(of_guardian(d.map))
    found[at] = np.isin(pairs(d.map, rows.person[at], rows.org[at]), child_schools(d))
    return found


@once
def child_schools(d: Given) -> NDArray[np.int64]:
    """Return the pairs of a guardian and a school at which a child of theirs is visible, once."""
    links, enrolled = d.map.guardian_link, d.map.school_enrollment
    link, at = links.places.owners, links.places.at
    visible = d.ok("guardian_link")[link] & d.ok("school_enrollment")[at]
    return distinct(pairs(d.map, links.guardian[link[visible]], enrolled.org[at[visible]]))


def pairs(m: Map, person: Positions, org: Positions) -> NDArray[np.int64]:
    """Return a number for each pair; `divmod` by the orgs and one takes them apart."""
    found: NDArray[np.int64] = person.astype(np.int64) * (len(m.ids["org"]) + 1) + org
    return found


@once
def supplied(d: Given) -> Supplied:
    """Return the roles that no row says: students' first, then those of staff, of guardians."""
    parts = (_of_students(d), _of_staff(d), _of_guardians(d))
    return Supplied(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _of_students(d: Given) -> Supplied:
    rows, level = d.map.role, d.map.school_enrollment
    at_school = shown(d) & of_student(d.map) & d.map.org.is_school[rows.org]
    at = _missing(d, "school_enrollment", rows.as_student[at_school])
    word = np.full(len(at), d.map.roles.code("student"), np.int32)
    return Supplied(level.person[at], level.org[at], word)


def _of_staff(d: Given) -> Supplied:
    rows, level = d.map.role, d.map.district_assignment
    of_staff = shown(d) & ~of_student(d.map) & ~of_guardian(d.map)
    at = _missing(d, "district_assignment", rows.as_staff[of_staff])
    return Supplied(level.person[at], level.org[at], staff_role(d)[at])


def _missing(d: Given, kind: str, with_row: Positions) -> NDArray[np.int64]:
    """Return the visible levels of a kind but for those with a row."""
    found = d.ok(kind).copy()
    found[with_row] = False
    return np.flatnonzero(found)


def _of_guardians(d: Given) -> Supplied:
    """Guardians whom no row shows at any child's school are at all of them."""
    rows, known = d.map.role, d.none("person")
    known[rows.person[shown(d) & at_child(d)]] = True
    theirs = np.flatnonzero(shared_rows(d) & of_guardian(d.map))[::-1]
    words = np.full(len(known), -1, np.int32)
    words[rows.person[theirs]] = rows.role[theirs]
    person, org = np.divmod(child_schools(d), len(d.map.ids["org"]) + 1)
    missing = ~known[person]
    return Supplied(person[missing], org[missing], words[person[missing]])


def supplied_words(m: Map) -> list[str]:
    """Return the word of each code, as supplied roles have it."""
    return [ENROLLED_AS.get(word, word) for word in m.roles.words]


def roles_of(d: Given, at: Sequence[int]) -> Iterator[list[Role]]:
    """Yield each person's roles: rows in the order of the map, then the supplied."""
    size, rows, places, more = len(d.map.ids["person"]), d.map.role, places_of(d.map), supplied(d)
    is_shown = np.flatnonzero(shown(d)).astype(np.int32)
    own = Lists.grouped(size, rows.person[is_shown], is_shown)
    other = Lists.grouped(size, more.person, np.arange(len(more.person), dtype=np.int32))
    org, role, secondary, record = (
        each.tolist() for each in (rows.org, rows.role, rows.secondary, rows.record)
    )
    other_org, other_role = more.org.tolist(), more.role.tolist()
    names, words = d.map.roles.words, supplied_words(d.map)
    for mine, theirs in zip(own.each(at), other.each(at), strict=True):
        found = [
            Role(places[org[row]], names[role[row]], secondary[row], record[row]) for row in mine
        ]
        found += [Role(places[other_org[nth]], words[other_role[nth]]) for nth in theirs]
        yield found
