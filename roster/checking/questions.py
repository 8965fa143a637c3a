"""What each prerequisite finds, of a scope."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from roster.checking.scope import At, Found, Scope
from roster.deciding import presence
from roster.kinds import ROWS_OF
from roster.map.arrays import Flags
from roster.map.encoding import OPEN, SIZES, Column
from roster.map.models import SOURCES

Question = Callable[[Scope], Found]


def rows(collection: str, flags: Flags) -> Found:
    return Found({collection: np.flatnonzero(flags[:-1])})


# People


def without(column: str) -> Question:
    """Ask which people have a blank field."""
    return lambda s: rows("users", s.people & ~getattr(s.m.person, column))


def twice(field: str) -> Question:
    return lambda s: Found({"users": s.shared(field)})


def nowhere(s: Scope) -> Found:
    """Find who has no role at any org, no class, and no child."""
    m, there = s.m, s.d.none("person")
    there[m.school_enrollment.person] = True
    there[m.district_assignment.person] = True
    there[m.guardian_link.guardian] = True
    return rows("users", ~there & ~s.d.marked("person") & ~guardians(s))


def guardians(s: Scope) -> Flags:
    return s.d.scattered("person", s.m.role.person, s.m.is_guardian[s.m.role.role])


def without_child(s: Scope) -> Found:
    linked = s.d.none("person")
    linked[s.m.guardian_link.guardian] = True
    return rows("users", guardians(s) & ~linked & ~s.d.marked("person"))


def unenrolled(s: Scope) -> Found:
    enrolled = s.d.scattered("person", s.m.enrollment.person, s.attending)
    return rows("users", s.people & presence.student_somewhere(s.d) & ~enrolled)


def nameless(s: Scope) -> Found:
    return rows("users", ~s.m.person.named & ~s.d.marked("person"))


# Classes


def without_role(word: str) -> Question:
    """Ask which classes have nobody in a role."""
    return lambda s: rows("classes", s.classes & ~s.classes_with(s.has_role(word)))


def without_terms(s: Scope) -> Found:
    m = s.m
    at_school = s.d.ok("place")[m.section.school]
    return rows("classes", m.section.termless & at_school & ~s.d.marked("section"))


def without_primary(s: Scope) -> Found:
    taught = s.classes_with(s.has_role("teacher"))
    return rows("classes", s.classes & taught & (s.primaries == 0))


def with_several(s: Scope) -> Found:
    return rows("classes", s.classes & (s.primaries > 1))


# Sessions and dates


def without_type(word: str) -> Question:
    """Ask whether no visible session is of a type."""

    def ask(s: Scope) -> Found:
        code = s.m.words["types"].code(word)
        types = s.m.tables["session"].values["type"]
        return Found({}, lacks=not (s.d.ok("session")[:-1] & (types == code)).any())

    return ask


def beyond_parents(s: Scope) -> Found:
    """Find sessions of the year that begin before their parent, or end after it."""
    session = s.m.session
    above = session.parent
    outside = (session.start < session.start[above]) | (session.end > session.end[above])
    return rows("academicSessions", outside & (above >= 0) & session.of_year)


def beyond_year(s: Scope) -> Found:
    """Find enrollments in visible classes that begin after the year, or end before it."""
    years = [
        each
        for each in s.m.timetable.sessions.values()
        if each.type == "schoolYear" and s.m.timetable.belongs(each.sourced_id)
    ]
    if not years:
        return Found({})
    first = min(each.start_date for each in years).toordinal()
    last = max(each.end_date for each in years).toordinal()
    dates = s.m.enrollment
    late, early = dates.since >= last, (dates.until <= first) & (dates.until < OPEN)
    return rows("enrollments", (late | early) & s.classes[dates.section])


# References


NAMING = {
    "orgs": ("parent",),
    "academicSessions": ("parent",),
    "courses": ("org", "school_year"),
    "classes": ("course", "school", "terms"),
    "users": ("primary_org",),
    "enrollments": ("section", "person", "org"),
    "lineItems": ("section", "category"),
    "results": ("line_item", "student"),
}
"""The columns of the map's tables that name other rows, by collection."""


def dangling(s: Scope) -> Found:
    """Find rows that name a record which isn't there."""
    found: dict[str, At] = {}
    for collection, names in NAMING.items():
        kind = ROWS_OF[collection]
        columns = [each for each in SOURCES[kind].columns if each.name in names]
        at = np.unique(np.concatenate([_lost(s, kind, each) for each in columns]))
        if kind == "enrollment" and at.size:
            at = np.sort(s.m.ids[kind].find(s.m.tables[kind].values["hash"][at]))
        if (at := at[at >= 0]).size:
            found[collection] = at
    return Found(found)


def _lost(s: Scope, kind: str, column: Column) -> At:
    """Return the rows of a kind's table in which a column names what isn't there."""
    values = s.m.tables[kind].values
    named = values[column.name]
    lost = np.flatnonzero((named != 0) & (s.m.ids[column.to].find(named) < 0))
    if not column.many:
        return lost
    return np.repeat(np.arange(len(values["hash"])), values[column.name + SIZES])[lost]
