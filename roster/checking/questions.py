"""What each prerequisite finds, of a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from roster.checking.scope import Found, Scope
from roster.deciding import presence
from roster.map.arrays import Flags
from roster.map.columns import OPEN, SIZES

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


class Link(NamedTuple):
    """A column of a table of the map that names rows of another; a list with `many`."""

    collection: str
    kind: str
    column: str
    target: str
    many: bool = False


LINKS = (
    Link("orgs", "org", "parent", "org"),
    Link("academicSessions", "session", "parent", "session"),
    Link("courses", "course_row", "org", "org"),
    Link("courses", "course_row", "school_year", "session"),
    Link("classes", "section", "course", "course_row"),
    Link("classes", "section", "school", "org"),
    Link("classes", "section", "terms", "session", many=True),
    Link("users", "person", "primary_org", "org"),
    Link("enrollments", "enrollment", "section", "section"),
    Link("enrollments", "enrollment", "person", "person"),
    Link("enrollments", "enrollment", "org", "org"),
    Link("lineItems", "line_item", "section", "section"),
    Link("lineItems", "line_item", "category", "grading_task"),
    Link("results", "result", "line_item", "line_item"),
    Link("results", "result", "student", "person"),
)


def dangling(s: Scope) -> Found:
    """Find rows that name a record which isn't there."""
    found: dict[str, set[int]] = {}
    for link in LINKS:
        values = s.m.tables[link.kind].values
        named = values[link.column]
        lost = (named != 0) & (s.m.ids[link.target].find(named) < 0)
        if link.many:
            owners = np.repeat(np.arange(len(values["hash"])), values[link.column + SIZES])
            at = np.unique(owners[lost])
        else:
            at = np.flatnonzero(lost)
        if link.kind == "enrollment":
            at = s.m.ids["enrollment"].find(values["hash"][at])
        found.setdefault(link.collection, set()).update(each for each in at.tolist() if each >= 0)
    return Found({name: np.array(sorted(at), np.int64) for name, at in found.items() if at})
