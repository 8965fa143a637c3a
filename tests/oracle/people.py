"""Which people a connection may see, and as what: as students, as staff, as guardians."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from tests.oracle.asking import asked_once
from tests.oracle.rows import GUARDIANS
from tests.oracle.rules import ALL
from tests.oracle.teaching import Teaching


class Shown(NamedTuple):
    """One role that is shown of a person: its 1.2 word, its org, and the row it is from."""

    word: str
    org: str
    row: Any = None


class People(Teaching):
    """Persons as students and as staff, by their roles and their classes."""

    # Dates

    def is_enrollment_current(self, row: Any) -> bool:
        """The earliest begin of the class's terms, and their latest end, count as blank."""
        terms = [
            self.district.sessions[term]
            for term in self.district.classes[row.klass].terms
            if term in self.district.sessions
        ]
        first = min((term.start_date for term in terms), default=None)
        last = max((term.end_date for term in terms), default=None)
        return self.is_current(_unless(row.begin_date, [first]), _unless(row.end_date, [last]))

    def is_role_current(self, row: Any) -> bool:
        """Reading: what ends with its term is, of roles, what ends with the school year."""
        years = [
            session
            for sourced_id, session in self.district.sessions.items()
            if session.type == "schoolYear" and self.district.is_session_of_year(sourced_id)
        ]
        return self.is_current(
            _unless(row.begin_date, [year.start_date for year in years]),
            _unless(row.end_date, [year.end_date for year in years]),
        )

    # Where somebody is

    def sees_account(self, user: str) -> bool:
        """The person, apart from where they are seen."""
        district = self.district
        if user not in district.users or district.is_marked("person", user):
            return False
        row = district.users[user]
        return (
            bool(row.given_name and row.family_name)
            and user not in self.rules.kept_out
            and (row.enabled or self.rules.inactive)
        )

    @asked_once
    def is_at_school(self, user: str, school: str) -> bool:
        """This student at this school: in a visible grade level, by a role or by a class.

        Who is there through class enrollments alone is there as long as one of them is seen.
        """
        return (
            self.sees_account(user)
            and self.rules.shares_role("student")
            and not self.district.is_marked("school_enrollment", f"{user}~{school}")
            and self.rules.shares_grades(self.district.users[user].grades)
            and any(
                self.sees_grade_level(school, level)
                for level in self.district.grade_levels(user, school)
            )
            and (
                any(
                    self.district.is_student_role(row, school)
                    and self.is_role_current(row)
                    # Reading: a role at an excluded org, within the school, puts nobody there.
                    and not self.district.is_org_excluded(row.org)
                    for row in self.district.roles_of(user)
                )
                or any(
                    row.role == "student"
                    and self.district.classes[row.klass].school == school
                    and self.may_count(row)
                    and self.sees_class(row.klass)
                    and not self.district.is_org_excluded(row.school)
                    for row in self.district.enrollments_of(user)
                )
            )
        )

    @asked_once
    def is_at_org(self, user: str, org: str) -> bool:
        """This staff member at this org, however that is known."""
        if not self.sees_account(user):
            return False
        if self.district.is_marked("district_assignment", f"{user}~{org}"):
            return False
        if self.district.is_school(org):
            return bool(self.shares_school(org))
        # Where all schools are shared, or at what lies within a shared one.
        around = self.district.school_around(org)
        reached = self.rules.schools == ALL or self.shares_school(around)
        return bool(reached and self.sees_org(org))

    def is_there(self, user: str, role: str, org: str) -> bool:
        """The person's school enrollment or district assignment there."""
        if role == "student":
            return bool(self.is_at_school(user, org))
        return bool(self.is_at_org(user, org))

    # As what

    def word(self, role: str, org: str) -> str:
        """A role in the words of 1.2."""
        if role != "administrator":
            return role
        return "siteAdministrator" if self.district.is_school(org) else "districtAdministrator"

    @asked_once
    def roles_at_schools(self, user: str) -> list[Shown]:
        """What the person is shown as, as student and as staff, enrolled or not.

        First the role rows; then, at each school of a class where none of a side says it, the
        role that the class enrollment is.
        """
        shown = []
        for row in self.district.roles_of(user):
            word = self.word(row.role, row.org)
            if (
                row.role not in GUARDIANS
                and self.is_role_current(row)
                and self.rules.shares_role(word)
                and self.is_there(user, row.role, row.org)
                and (row.role != "student" or self.district.is_school(row.org))
            ):
                shown.append(Shown(word, row.org, row))
        for side in ("student", "staff"):
            for school, words in self.enrolled_as(user, side).items():
                said = [has for has in shown if has.org == school and _side(has.word) == side]
                if not said:
                    shown.append(
                        Shown(min(words, key=lambda word: (WORTH.get(word, 9), word)), school)
                    )
        return shown

    def enrolled_as(self, user: str, side: str) -> dict[str, set[str]]:
        """The roles that current class enrollments of the year are, by the class's school."""
        found: dict[str, set[str]] = {}
        for enrollment in self.district.enrollments_of(user):
            school = self.district.classes[enrollment.klass].school
            word = self.word(enrollment.role, school)
            if (
                _side(word) == side
                and self.is_enrollment_current(enrollment)
                and self.rules.shares_role(word)
                and self.is_there(user, enrollment.role, school)
            ):
                found.setdefault(school, set()).add(word)
        for row in self.district.roles_of(user) if side == "student" else ():
            # A student's role within a school makes one at the school.
            school = self.district.school_around(row.org)
            if (
                row.role == "student"
                and row.org != school != ""
                and not self.district.is_org_excluded(row.org)
                and self.is_role_current(row)
                and self.rules.shares_role("student")
                and self.is_at_school(user, school)
            ):
                found.setdefault(school, set()).add("student")
        return found

    def may_count(self, enrollment: Any) -> bool:
        return self.is_enrollment_current(enrollment) and not self.district.is_marked(
            "enrollment", enrollment.sourced_id
        )

    def may_take_part(self, enrollment: Any) -> bool:
        """It is current, unmarked, and its person is seen on that side at the class's school."""
        school = self.district.classes[enrollment.klass].school
        return self.may_count(enrollment) and any(
            has.org == school and _side(has.word) == _side(enrollment.role)
            for has in self.roles_at_schools(enrollment.user)
        )

    def school_of_enrollment(self, row: Any) -> str:
        """The school that its document names: the class's, whatever it names itself."""
        return str(self.district.classes[row.klass].school)

    @asked_once
    def is_enrolled(self, user: str) -> bool:
        return any(
            self.sees_class(enrollment.klass) and self.may_take_part(enrollment)
            for enrollment in self.district.enrollments_of(user)
        )

    @asked_once
    def roles_of_their_own(self, user: str) -> list[Shown]:
        """What the person is shown as for themselves: as student and as staff."""
        if not self.sees_account(user):
            return []
        if not self.rules.unenrolled and not self.is_enrolled(user):
            return []
        shown = list(self.roles_at_schools(user))
        if any(role.word == "student" for role in shown):
            # Beside a visible school enrollment, a student's role at another kind of org.
            shown += [
                Shown("student", row.org, row)
                for row in self.district.roles_of(user)
                if row.role == "student"
                and not self.district.is_school(row.org)
                and self.sees_org(row.org)
                and self.is_role_current(row)
            ]
        return shown

    def is_seen_at(self, user: str, org: str) -> bool:
        """Whether a school enrollment or an assignment at an org is visible."""
        return any(
            role.org == org and (role.word != "student" or self.district.is_school(org))
            for role in self.roles_of_their_own(user)
        )


WORTH = {word: rank for rank, word in enumerate(("student", "teacher", "siteAdministrator"))}
"""Which of the roles that classes give at a school is supplied, if there are several."""


def _side(word: str) -> str:
    return "student" if word == "student" else "staff"


def _unless(day: date | None, blank: list[date | None]) -> date | None:
    """Return a date, or None where it counts as blank."""
    return None if day in blank else day
