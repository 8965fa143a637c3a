"""Where people are on a day, as what: by their roles, and by their class enrollments."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from roster.deciding.given import Given, once
from roster.deciding.orgs import below_a_mark
from roster.dialects.roles import V11_ROLES
from roster.map.arrays import Flags, Positions


class Present(NamedTuple):
    """For each level of a kind, whether a role or a class enrollment puts its person there."""

    by_role: Flags
    by_class: Flags

    @property
    def at_all(self) -> Flags:
        flags: Flags = self.by_role | self.by_class
        return flags


def is_shared(d: Given, role: Positions, org: Positions) -> Flags:
    """Return which roles at these orgs are shared, in 1.2's words."""
    if d.rules.roles.is_all:
        return np.ones(len(role), np.bool_)
    words, shared = d.rules.roles, d.map.roles.among(d.rules.roles.chosen)
    at_school = d.map.org.is_school[org]
    administrator = np.where(
        at_school, words.has("siteAdministrator"), words.has("districtAdministrator")
    )
    flags: Flags = np.where(role == d.map.roles.code("administrator"), administrator, shared[role])
    return flags


@once
def of_shared_role(d: Given) -> Flags:
    """Return the roles whose word is shared, whenever they are."""
    return is_shared(d, d.map.role.role, d.map.role.org)


@once
def shared_rows(d: Given) -> Flags:
    """Return the roles that are shared and current."""
    return of_shared_role(d) & d.current(d.map.role)


@once
def in_shared_role(d: Given) -> Flags:
    """Return the class enrollments whose role is shared, whenever they are."""
    return is_shared(d, d.map.enrollment.role, d.map.enrollment.school)


@once
def in_year(d: Given) -> Flags:
    """Return those of them that are in classes of the year."""
    flags: Flags = in_shared_role(d) & d.map.section.of_year[d.map.enrollment.section]
    return flags


@once
def enrolling(d: Given) -> Flags:
    """Return the class enrollments that put their person at the class's school today."""
    return in_year(d) & d.current(d.map.enrollment)


@once
def at_unmarked_org(d: Given) -> Flags:
    """Return all roles but those of students at an org within a school that is excluded itself."""
    role, org = d.map.role, d.map.org
    within = (role.as_student >= 0) & ~org.is_school[role.org]
    flags: Flags = ~(within & below_a_mark(d)[role.org])
    return flags


@once
def students(d: Given) -> Present:
    kind, m = "school_enrollment", d.map
    return Present(
        d.scattered(kind, m.role.as_student, shared_rows(d) & at_unmarked_org(d)),
        d.scattered(kind, m.enrollment.as_student, enrolling(d)),
    )


@once
def staff(d: Given) -> Present:
    kind, m = "district_assignment", d.map
    return Present(
        d.scattered(kind, m.role.as_staff, shared_rows(d)),
        d.scattered(kind, m.enrollment.as_staff, enrolling(d)),
    )


def whenever(d: Given, kind: str, column: str, classes: Flags) -> Flags:
    """Return the levels at which somebody is by a shared role, or by these enrollments."""
    roles = of_shared_role(d) & at_unmarked_org(d)
    by_role = d.scattered(kind, getattr(d.map.role, column), roles)
    return by_role | d.scattered(kind, getattr(d.map.enrollment, column), classes)


@once
def staff_role(d: Given) -> Positions:
    """Return the role that classes give at each assignment where no role row says one, else -1.

    Of several, teacher; else the first by name.
    """
    m, enrollment = d.map, d.map.enrollment
    rank = np.full(len(m.ids["district_assignment"]) + 1, len(m.roles.codes), np.int32)
    here = enrolling(d) & (enrollment.as_staff >= 0)
    np.minimum.at(rank, enrollment.as_staff[here], m.teacher_first[enrollment.role[here]])
    found: Positions = np.where(staff(d).by_role, -1, m.in_teacher_order[rank])
    return found


@once
def taking_part(d: Given) -> Flags:
    """Return the class enrollments that make a student's school enrollment more than a guest's."""
    m, enrollment = d.map, d.map.enrollment
    visible_class = d.ok("section")[enrollment.section]
    flags: Flags = enrolling(d) & ~d.marked("enrollment") & visible_class
    flags &= ~below_a_mark(d)[enrollment.org]
    return flags & (m.enrollment.as_student >= 0)


@once
def not_only_guests(d: Given) -> Flags:
    """Who is at a school through class enrollments alone is there while one of them is seen."""
    by_class = d.scattered("school_enrollment", d.map.enrollment.as_student, taking_part(d))
    return students(d).by_role | by_class


@once
def present_guardians(d: Given) -> Flags:
    """Return people with a guardian's role that is shared and current."""
    role = d.map.role
    return d.scattered("person", role.person, shared_rows(d) & d.map.is_guardian[role.role])


@once
def guardians_in_shared_role(d: Given) -> Flags:
    role = d.map.role
    return d.scattered("person", role.person, of_shared_role(d) & d.map.is_guardian[role.role])


@once
def attending(d: Given) -> Flags:
    """Return the unmarked, current enrollments in visible classes of people seen at the school."""
    enrollment = d.map.enrollment
    at = d.ok("at_school")[enrollment.as_student] | d.ok("at_org")[enrollment.as_staff]
    current = d.current(enrollment)
    flags: Flags = ~d.marked("enrollment") & d.ok("section")[enrollment.section] & at & current
    return flags


@once
def enrolled(d: Given) -> Flags:
    """Return the people who may be seen at schools: all, or only those with a visible class."""
    if d.rules.unenrolled:
        return d.every("person")
    return d.scattered("person", d.map.enrollment.person, attending(d))


# Where people are seen in the end


@once
def student_somewhere(d: Given) -> Flags:
    return d.scattered("person", d.map.school_enrollment.person, d.ok("school_enrollment"))


@once
def staff_somewhere(d: Given) -> Flags:
    return d.scattered("person", d.map.district_assignment.person, d.ok("district_assignment"))


@once
def guardian_of_somebody(d: Given) -> Flags:
    return d.scattered("person", d.map.guardian_link.guardian, d.ok("guardian_link"))


@once
def nowhere(d: Given) -> Flags:
    """Return the people who would be nowhere even if everybody were enrolled."""
    student = d.scattered("person", d.map.school_enrollment.person, d.ok("at_school"))
    office = d.scattered("person", d.map.district_assignment.person, d.ok("at_org"))
    flags: Flags = ~(student | office)
    return flags


@once
def teaches(d: Given) -> Flags:
    """Return the people who teach a visible class."""
    enrollment = d.map.enrollment
    teacher = enrollment.role == d.map.roles.code("teacher")
    return d.scattered("person", enrollment.person, attending(d) & teacher)


@once
def with_a_word(d: Given) -> Flags:
    """Return the people for one of whose roles 1.1 has a word; only staff may lack one."""
    m, role, office = d.map, d.map.role, d.ok("district_assignment")
    words = m.roles.among(V11_ROLES)
    rows = shared_rows(d) & office[role.as_staff] & words[role.role]
    said = d.scattered("district_assignment", role.as_staff, rows)
    supplied = ~staff(d).by_role & words[staff_role(d)]
    worded = d.scattered("person", m.district_assignment.person, office & (said | supplied))
    return student_somewhere(d) | guardian_of_somebody(d) | teaches(d) | worded
