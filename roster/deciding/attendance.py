"""Where people are seen: students at schools, staff at orgs, guardians by their children."""

from __future__ import annotations

from typing import Any

import numpy as np

from roster.deciding import presence
from roster.deciding.conditions import Condition, Lead, Leads, marked, parent
from roster.deciding.dates import dates_at, guardian_dates
from roster.deciding.given import Given
from roster.deciding.orgs import within_shared
from roster.map import Lists
from roster.map.arrays import Flags


def enrollments_at(column: str) -> Leads:
    """Lead to the enrollments that name a row in this column."""
    return lambda d: [Lead("enrollment", getattr(d.map.enrollment, column), inverse=True)]


# Students at schools


def shares_grade(d: Given) -> Flags:
    chosen, student = d.rules.grades.chosen, d.map.school_enrollment.person
    if chosen is None:
        return d.every("school_enrollment")
    flags: Flags = d.map.person.grades.any(d.map.grades.among(chosen))[student]
    return flags


def shares_students(d: Given) -> Flags:
    shared = d.every("school_enrollment")
    return shared if d.rules.roles.has("student") else ~shared


def in_year(kind: str, column: str) -> Condition:
    """Somebody whom only classes put there is there in the years of these classes.

    A role at an excluded org within a school puts no student there.
    """

    def leads(d: Given) -> list[Lead]:
        size, role = len(d.map.ids[kind]), d.map.role
        orgs = Lists.grouped(size, getattr(role, column)[:-1], role.org[:-1])
        return [*enrollments_at(column)(d), Lead("place", orgs)]

    return Condition(
        "hidden",
        lambda d: presence.whenever(d, kind, column, presence.in_year(d)),
        leads=leads,
    )


def is_enrolled(kind: str) -> Condition:
    def met(d: Given) -> Flags:
        flags: Flags = presence.enrolled(d)[d.rows(kind).person]
        return flags

    def leads(d: Given) -> list[Lead]:
        person = d.map.enrollment.person[:-1]
        own = Lists.grouped(
            len(d.map.ids["person"]), person, np.arange(len(person), dtype=np.int32)
        )
        return [Lead("enrollment", Lists.of(own.each(d.rows(kind).person[:-1])))]

    return Condition("unenrolled", met, leads=leads)


AT_SCHOOL = (
    marked("school_enrollment"),
    Condition("not_shared", shares_grade, "grade"),
    parent("person", "account"),
    parent("grade_levels", "grade_level"),
    Condition("not_shared", shares_students, "role"),
    in_year("school_enrollment", "as_student"),
    Condition("dates", lambda d: presence.students(d).at_all, dates=dates_at("as_student")),
    Condition("hidden", presence.not_only_guests, leads=enrollments_at("as_student")),
)
"""A student at a school, whether or not only enrolled people are shared."""

SCHOOL_ENROLLMENT = ("at_school", is_enrolled("school_enrollment"))


# Staff at orgs


def shares_role(d: Given) -> Flags:
    enrolled = presence.in_shared_role(d)
    return presence.whenever(d, "district_assignment", "as_staff", enrolled)


def shares_org(d: Given) -> Flags:
    at_school = d.map.org.is_school | within_shared(d)
    flags: Flags = at_school[d.map.district_assignment.org] | d.rules.schools.is_all
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


GUARDIAN_LINK = (
    marked("guardian_link"),
    Condition("not_shared", shares_guardians, "guardians"),
    parent("guardian", "account"),
    parent("child", "account"),
    parent("places", "school_enrollment"),
    Condition("not_shared", of_guardian(presence.guardians_in_shared_role), "role"),
    Condition("dates", of_guardian(presence.present_guardians), dates=guardian_dates),
)
