"""Courses, classes, the sessions of classes, and resources."""

from __future__ import annotations

import numpy as np

from roster.deciding.conditions import (
    Condition,
    Edge,
    Lead,
    in_v11,
    lacks,
    marked,
    of_year,
    parent,
)
from roster.deciding.given import Given, once
from roster.deciding.levels import closed_classes, closing
from roster.deciding.orgs import below_a_mark
from roster.map import Lists
from roster.map.arrays import Flags


def listed(lists: Lists, chosen: Flags | None) -> Flags:
    """Return the rows whose list has something chosen; None chooses all."""
    return np.ones(len(lists), bool) if chosen is None else lists.any(chosen)


def shared_subjects(d: Given) -> Flags | None:
    chosen = d.rules.subjects.chosen
    return None if chosen is None else d.map.subjects.among(chosen)


@once
def shared_courses(d: Given) -> Flags:
    chosen = d.rules.courses.chosen
    if chosen is None:
        return d.every("course_row")
    at = d.map.ids["course_row"].positions(chosen)
    return d.scattered("course_row", at, np.ones(len(at), bool))


# Levels of courses. A class needs its course, and shows a course that is shared for its sake, so
# a course is decided in two steps, before and after classes.


def open_to_courses(d: Given) -> Flags:
    """A course needs its school; where its org is none, no mark on that or above it."""
    is_school = d.map.org.is_school
    flags: Flags = np.where(is_school, d.ok("place"), ~below_a_mark(d))
    return flags


def level_of_visible_row(d: Given) -> Flags:
    """A mark on a courses row holds for all of its levels."""
    flags: Flags = ~d.marked("course_row")[d.map.course.row]
    return flags


def complete_row(d: Given) -> Flags:
    flags: Flags = d.map.course_row.lacks[d.version][d.map.course.row] == 0
    return flags


def missing_field(d: Given, row: int) -> str:
    lacking = d.map.course_row.lacks[d.version][d.map.course.row[row]]
    return str(d.map.fields[lacking - 1])


VALID_COURSE = (
    marked("course"),
    Condition("hidden", level_of_visible_row, leads=lambda d: [Lead("row", d.map.course.row)]),
    of_year("course"),
    parent("calendar", "calendar", needed=False),
    parent("school", "place", needed=False, visible=open_to_courses),
    parent("master", "course_master", needed=False),
    Condition("unpublishable", complete_row, missing_field),
)
"""A course as the parent of classes, shared or not."""


def shared_or_taught(d: Given) -> Flags:
    own = shared_courses(d) & listed(d.map.course_row.subjects, shared_subjects(d))
    taught = d.scattered("course_row", d.map.section.course, d.ok("section"))
    flags: Flags = (own | taught)[d.map.course.row]
    return flags


COURSE = ("valid_course", Condition("not_shared", shared_or_taught, "course"))

ROW = (marked("course_row"),)
"""A row of courses as what a mark on it is about."""

COURSE_ROW = (
    marked("course_row"),
    Condition(
        "hidden",
        lambda d: d.map.course_row.levels.any(d.ok("course")),
        leads=lambda d: [Lead("course", d.map.course_row.levels)],
    ),
)


# Classes


def known_terms(d: Given) -> Flags:
    """Return the sessions that a class's document can name; it needs one."""
    session = d.map.session
    known: Flags = session.lacks[d.version] == 0
    return known & ~session.ext if d.version == "1.1" else known


def shared_classes(d: Given) -> Flags:
    """Shared by its course, and by its own subjects or its course's."""
    section, chosen = d.map.section, shared_subjects(d)
    by_subject = listed(section.subjects, chosen)
    by_subject |= listed(d.map.course_row.subjects, chosen)[section.course]
    flags: Flags = shared_courses(d)[section.course] & by_subject
    return flags


SECTION = (
    marked("section"),
    parent("school", "place"),
    Condition("missing", lambda d: ~d.map.section.termless, "session"),
    Edge(
        "terms",
        Condition("other_year", lambda d: d.map.session.of_year),
        unless=lambda d: d.map.section.termless,
    ),
    Edge("terms", Condition("unpublishable", known_terms, "terms")),
    Condition("missing", lambda d: d.map.section.course >= 0, "course"),
    parent("calendars", "calendar", needed=False),
    parent("courses", "valid_course", needed=False),
    Condition("not_shared", shared_classes, "course"),
    lacks("section"),
    Condition("hidden", lambda d: ~closed_classes(d), leads=closing),
)


# Sessions


def sessions_of(d: Given, classes: Flags) -> Flags:
    """Return the terms of these classes, with all above and below them."""
    terms = d.map.section.terms
    return d.map.session.kin.any(d.scattered("session", terms.at, classes[terms.owners]))


@once
def sessions_of_visible_classes(d: Given) -> Flags:
    return sessions_of(d, d.ok("section"))


def classes_of(d: Given) -> list[Lead]:
    """Lead to the classes that would show a session."""
    terms, kin = d.map.section.terms, d.map.session.kin
    size = len(d.map.ids["session"])
    classes = Lists.grouped(size, terms.at, terms.owners)
    near = [[each for one in kin[row] for each in classes[one]] for row in range(size)]
    return [Lead("section", Lists.of(near))]


SESSION = (
    marked("session"),
    lacks("session"),
    in_v11("session", "type", lambda d: ~d.map.session.ext),
    Condition("other_year", lambda d: sessions_of_visible_classes(d) | d.map.session.of_year),
    Edge(
        "terms",
        Condition("nobody", lambda d: d.ok("section"), leads=classes_of),
        "section",
        needed=False,
        inverse=True,
        naming=sessions_of,
    ),
)


def is_free(d: Given) -> Flags:
    flags: Flags = d.map.resource.free
    return flags


RESOURCE = (
    marked("resource"),
    parent("classes", "section", unless=is_free),
    parent("courses", "course_row", unless=is_free),
    lacks("resource"),
)
"""One that is linked to classes or courses is visible only where one of these is."""
