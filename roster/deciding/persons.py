"""People: their accounts, the places where they are seen, their relations and enrollments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from roster.deciding import presence
from roster.deciding.conditions import (
    Condition,
    Dates,
    Edge,
    Node,
    any_parent,
    in_v11,
    lacks,
    marked,
    parent,
    rows_at,
)
from roster.deciding.given import Given
from roster.kinds import Parent
from roster.map import Rows
from roster.map.arrays import Flags
from roster.map.columns import OPEN

# Accounts


def not_kept_out(d: Given) -> Flags:
    found = d.every("person")
    found[d.map.ids["person"].positions(d.rules.kept_out)] = False
    return found


def has_username(d: Given) -> Flags:
    """Return whom 1.1 can give a username, their own or what stands in for it."""
    person, stand_in = d.map.person, d.settings.username_stand_in
    if stand_in == "sourcedId":
        return d.every("person")
    if stand_in == "nothing" or f"users.{stand_in}" in d.rules.withheld:
        return person.username  # type: ignore[no-any-return]
    flags: Flags = person.username | getattr(person, stand_in)
    return flags


ACCOUNT = (
    marked("person"),
    Condition("kept_out", not_kept_out),
    Condition("inactive", lambda d: d.map.person.enabled | d.rules.inactive),
    lacks("person"),
    in_v11("person", "username", has_username),
)
"""A person, apart from where they are seen."""


# Dates


def dates_of(d: Given, rows: Rows, at: list[int]) -> Dates:
    """Return why none of these rows is current: the next to begin, else the last that ended."""
    coming = [int(rows.since[each]) for each in at if rows.since[each] > d.early]
    ended = [int(rows.until[each]) for each in at if rows.until[each] <= d.today]
    if coming:
        begins = date.fromordinal(min(coming))
        return Dates(begins, begins - timedelta(days=d.settings.early_access_days))
    return Dates(ended=date.fromordinal(max(ended))) if ended and max(ended) < OPEN else Dates()


def dates_at(column: str) -> Any:
    """Return a question: why no role and no enrollment is current that is at a level."""

    def ask(d: Given, row: int) -> Dates:
        role, enrollment = d.map.role, d.map.enrollment
        roles = presence.of_shared_role(d) & (getattr(role, column) == row)
        classes = presence.in_year(d) & (getattr(enrollment, column) == row)
        of_roles = dates_of(d, role, np.flatnonzero(roles[:-1]).tolist())
        of_classes = dates_of(d, enrollment, np.flatnonzero(classes[:-1]).tolist())
        return later(of_roles, of_classes)

    return ask


def later(one: Dates, other: Dates) -> Dates:
    """Return what begins first of two, else what ended last."""
    begins = [each for each in (one, other) if each.begins]
    if begins:
        return min(begins, key=lambda each: each.begins or date.max)
    return max(one, other, key=lambda each: each.ended or date.min)


# Students at schools


def enrollments_at(column: str) -> Any:
    def names(d: Given, row: int) -> list[Node]:
        return [("enrollment", each) for each in rows_at(getattr(d.map.enrollment, column), row)]

    return names


def shares_grade(d: Given) -> Flags:
    chosen, student = d.rules.grades.chosen, d.map.school_enrollment.person
    if chosen is None:
        return d.every("school_enrollment")
    flags: Flags = d.map.person.grades.any(d.map.grades.among(chosen))[student]
    return flags


def shares_students(d: Given) -> Flags:
    shared = d.every("school_enrollment")
    return shared if d.rules.roles.has("student") else ~shared


def shares_role(d: Given) -> Flags:
    enrolled = presence.in_shared_role(d)
    return presence.whenever(d, "district_assignment", "as_staff", enrolled)


def in_year(kind: str, column: str) -> Condition:
    """Somebody whom only classes put there is there in the years of these classes."""
    return Condition(
        "hidden",
        lambda d: presence.whenever(d, kind, column, presence.in_year(d)),
        names=enrollments_at(column),
    )


def is_enrolled(kind: str) -> Condition:
    def holds(d: Given) -> Flags:
        flags: Flags = presence.enrolled(d)[d.rows(kind).person]
        return flags

    def names(d: Given, row: int) -> list[Node]:
        return enrollments_at("person")(d, int(d.rows(kind).person[row]))

    return Condition("unenrolled", holds, names=names)


AT_SCHOOL = (
    marked("school_enrollment"),
    Condition("not_shared", shares_grade, "grade"),
    parent("person", "account"),
    any_parent(grade_levels="grade_level"),
    Condition("not_shared", shares_students, "role"),
    in_year("school_enrollment", "as_student"),
    Condition("dates", lambda d: presence.students(d).at_all, dates=dates_at("as_student")),
    Condition("hidden", presence.not_only_guests, names=enrollments_at("as_student")),
)
"""A student at a school, whether or not only enrolled people are shared."""

SCHOOL_ENROLLMENT = ("at_school", is_enrolled("school_enrollment"))


# Staff at orgs


def shares_org(d: Given) -> Flags:
    flags: Flags = d.map.org.is_school[d.map.district_assignment.org] | d.rules.schools.is_all
    return flags


AT_ORG = (
    marked("district_assignment"),
    Condition("org_not_shared", shares_org),
    parent("person", "account"),
    parent("org", "place"),
    Condition("not_shared", shares_role, "role"),
    in_year("district_assignment", "as_staff"),
    Condition("dates", lambda d: presence.staff(d).at_all, dates=dates_at("as_staff")),
)
"""Somebody who works at an org, whether or not only enrolled people are shared."""

DISTRICT_ASSIGNMENT = ("at_org", is_enrolled("district_assignment"))


# Guardians


def shares_guardians(d: Given) -> Flags:
    shared = d.every("guardian_link")
    return shared if "guardians" in d.rules.shares else ~shared


def of_guardian(question: Any) -> Any:
    """Ask something about the guardian of each link."""
    return lambda d: question(d)[d.map.guardian_link.guardian]


def guardian_dates(d: Given, row: int) -> Dates:
    role, person = d.map.role, d.map.guardian_link.guardian[row]
    rows = (role.person == person) & d.map.is_guardian[role.role] & presence.of_shared_role(d)
    return dates_of(d, role, np.flatnonzero(rows[:-1]).tolist())


GUARDIAN_LINK = (
    marked("guardian_link"),
    Condition("not_shared", shares_guardians, "guardians"),
    parent("guardian", "account"),
    parent("child", "account"),
    any_parent(places="school_enrollment"),
    Condition("not_shared", of_guardian(presence.guardians_in_shared_role), "role"),
    Condition("dates", of_guardian(presence.present_guardians), dates=guardian_dates),
)


# People


def places() -> Edge:
    """A person is visible through any place or relation that names them."""
    seen = {
        "school_enrollment": presence.student_somewhere,
        "district_assignment": presence.staff_somewhere,
        "guardian_link": presence.guardian_of_somebody,
    }

    def make(rows: str, parents: tuple[Parent, ...]) -> list[Condition]:
        def holds(d: Given) -> Flags:
            return np.logical_or.reduce([seen[each.kind](d) for each in parents])  # type: ignore[no-any-return]

        def names(d: Given, row: int) -> list[Node]:
            return [
                (each.kind, place)
                for each in parents
                for place in rows_at(getattr(d.rows(each.kind), each.by), row)
            ]

        return [Condition("hidden", holds, names=names)]

    return Edge(("person", "guardian"), make)


def enrolled_or_guardian(d: Given) -> Flags:
    if d.rules.unenrolled:
        return d.every("person")
    return presence.enrolled(d) | presence.guardian_of_somebody(d) | presence.nowhere(d)


PERSON = (
    "account",
    Condition("unenrolled", enrolled_or_guardian, names=enrollments_at("person")),
    places(),
    in_v11("person", "role", presence.with_a_word),
)

DEMOGRAPHICS = (marked("demographics"), parent("person", "person"), lacks("demographics"))


# Class enrollments


def own_dates(d: Given, row: int) -> Dates:
    return dates_of(d, d.map.enrollment, [row])


ENROLLMENT = (
    marked("enrollment"),
    in_v11("enrollment", "role", lambda d: ~d.map.ext_role[d.map.enrollment.role]),
    parent("section", "section"),
    parent("person", "account"),
    parent("org", "org", none="orgless"),
    any_parent(as_student="at_school", as_staff="at_org"),
    parent("person", "person"),
    Condition("dates", lambda d: d.current(d.map.enrollment), dates=own_dates),
    lacks("enrollment"),
)
"""The person comes last: people hear of the place first."""
