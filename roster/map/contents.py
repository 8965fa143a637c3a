"""What a row's document is made of besides the decision's answers: the row, and values of others.

The content of a row is the hash of its own values and of those of other rows that go into its
document (product: What is visible, 7 and 8): an equal content gives, with equal answers, equal
bytes, in every map.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from roster.map.arrays import Hashes, Lists, Positions, added, hash_of, mixed, padded
from roster.map.places import bits
from roster.map.structure import Structure


def add_contents(m: Structure) -> None:
    """Give every kind with rows of its own its `content`."""
    place = bits(m.org, m.ids["org"])
    years = padded(np.array([hash_of(year) for year in m.years.words], np.uint64), 0)
    for kind in m.with_rows:
        getattr(m, kind).later(content=partial(_content, m, kind, place, years))


def _content(m: Structure, kind: str, place: Hashes, years: Hashes) -> Hashes:
    own: Hashes = getattr(m, kind).own
    if kind not in OTHERS:
        return own
    return own + OTHERS[kind](m, place, years)


def listed(lists: Lists, values: Hashes) -> Hashes:
    """Return for each row the sum of the values of its list."""
    return added(len(lists) - 1, lists.owners, values[lists.at])


def _org(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    return mixed(place[m.org.parent], 2) + listed(m.org.children, place) + mixed(place, 3)


def _session(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    return mixed(years[m.session.school_year], 4)


def _course(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    return place[m.course_row.org]


def _section(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    return place[m.section.school]


def _person(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    """The roles and profiles of a person, and what kind of places they are at."""
    size = len(m.ids["person"])

    def of(person: Positions, values: Hashes, salt: int) -> Hashes:
        return added(size, person, mixed(values, salt))

    total = of(m.role.person, m.role.own + place[m.role.org], 5)
    total += of(m.profile.person, m.profile.own, 6)
    for level in (m.school_enrollment, m.district_assignment):
        total += of(level.person, place[level.org], 7)
    links = m.guardian_link
    total += of(links.guardian, listed(links.places, place[m.school_enrollment.org]), 8)
    return total + mixed(place[m.person.primary_org], 9)


def _enrollment(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    return place[m.enrollment.school]


def _line_item(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    rows = m.line_item
    found = mixed(place[m.section.school[rows.section]], 10) + mixed(place[rows.org], 11)
    return found + mixed(m.session.hash[rows.period], 12)


def _result(m: Structure, place: Hashes, years: Hashes) -> Hashes:
    return mixed(m.section.hash[m.line_item.section[m.result.line_item]], 13)


OTHERS: dict[str, Callable[[Structure, Hashes, Hashes], Hashes]] = {
    "org": _org,
    "session": _session,
    "course_row": _course,
    "section": _section,
    "person": _person,
    "enrollment": _enrollment,
    "line_item": _line_item,
    "result": _result,
}
"""By kind, the part of a content that comes from other rows."""
