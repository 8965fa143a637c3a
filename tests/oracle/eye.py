"""What one line may see of a district on a day: one question at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import wraps
from typing import Any, NamedTuple

from tests.oracle.district import GUARDIANS, District
from tests.oracle.rules import ALL, Rules


class Shown(NamedTuple):
    """One role that is shown of a person: its 1.2 word, its org, and the row it is from."""

    word: str
    org: str
    row: Any = None


def asked_once(question: Callable[..., Any]) -> Callable[..., Any]:
    """Remember the answer; a question that needs its own answer is a mistake of the rules."""

    @wraps(question)
    def answer(self: Any, *arguments: str) -> Any:
        key = (question.__name__, *arguments)
        if key not in self.answers:
            assert key not in self.asking, f"{key} depends on itself"
            self.asking.add(key)
            self.answers[key] = question(self, *arguments)
            self.asking.discard(key)
        return self.answers[key]

    return answer


class Eye:
    """One line's sight. `sees_x(id)` is whether the record x is published to it."""

    def __init__(self, district: District, version: str, rules: Rules, day: date) -> None:
        self.district = district
        self.version = version
        self.rules = rules
        self.day = day
        self.answers: dict[Any, Any] = {}
        self.asking: set[Any] = set()

    def has_word(self, word: str) -> bool:
        """Extended vocabulary is 1.2's; 1.1 knows its own words only."""
        return self.version == "1.2" or not word.startswith("ext:")

    # Orgs

    @asked_once
    def stands_org(self, org: str) -> bool:
        """It exists, the version has a word for it, and no mark is on it or above it."""
        district = self.district
        if org not in district.orgs or not self.has_word(district.orgs[org].type):
            return False
        return not any(
            district.is_org_marked(each) for each in [org, *district.ancestors_of_org(org)]
        )

    @asked_once
    def shares_school(self, org: str) -> bool:
        """A school whose people and classes are shared."""
        return (
            self.district.is_school(org) and self.stands_org(org) and self.rules.shares_school(org)
        )

    @asked_once
    def sees_org(self, org: str) -> bool:
        """A shared school, what is above one, or any org where all schools are shared."""
        if not self.stands_org(org):
            return False
        if self.rules.schools == ALL or self.shares_school(org):
            return True
        return any(
            self.shares_school(school) and org in self.district.ancestors_of_org(school)
            for school in self.district.orgs
        )

    # Calendars and below

    def stands_calendar(self, school: str, calendar: str) -> bool:
        return (
            self.shares_school(school)
            and self.district.is_calendar_of_year(calendar)
            and not self.district.is_marked("calendar", calendar)
        )

    def stands_grade_level(self, school: str, grade_level: str) -> bool:
        """`school~calendar~structure~grade`: it, and the two above it, are unmarked."""
        structure = grade_level.rpartition("~")[0]
        calendar = structure.rpartition("~")[0]
        return (
            self.stands_calendar(school, calendar)
            and not self.district.is_marked("schedule_structure", structure)
            and not self.district.is_marked("grade_level", grade_level)
        )

    # Sessions

    @asked_once
    def sees_session(self, session: str) -> bool:
        """Of a shared class, above or below such; or of the year and of no class at all."""
        district = self.district
        if not self.may_be_session(session):
            return False
        # Reading: a "shared class" is one that is visible, so a marked class shows no terms; and
        # it shows all of its terms, those of another year too.
        kin = {session, *district.ancestors_of_session(session)}
        kin |= {
            each for each in district.sessions if session in district.ancestors_of_session(each)
        }
        users = [klass for klass in district.classes.values() if kin & set(klass.terms)]
        if not users:
            return district.is_session_of_year(session)
        return any(self.sees_class(klass.sourced_id) for klass in users)

    def may_be_session(self, session: str) -> bool:
        district = self.district
        return session in district.sessions and self.has_word(district.sessions[session].type)

    # Courses and classes

    def stands_course(self, course: str, calendar: str | None) -> bool:
        """One derived course: the row in one calendar, or the row alone."""
        district = self.district
        master = district.course_master(course)
        if master is not None and district.is_marked("course_master", master):
            return False
        if district.is_marked("course", course):
            return False
        own = district.courses[course].org
        if calendar is None:
            # Reading: without a calendar it stands on its own school, if it has one. A district's
            # course without classes stands on nothing else, an excluded department included.
            return self.shares_school(own) if district.is_school(own) else True
        school = calendar.rpartition("~")[0]
        return self.stands_calendar(school, calendar) and not district.is_marked(
            "course", f"{course}~{calendar}"
        )

    @asked_once
    def sees_course(self, course: str) -> bool:
        """The row is complete, of the year, and any of its derived courses stands.

        It is shared for its own subjects. Reading: or for those of a class that is visible,
        for that one must be able to name its course.
        """
        district = self.district
        if not self.may_be_course(course):
            return False
        calendars: list[str | None] = [*district.calendars_of_course(course)] or [None]
        if not any(self.stands_course(course, calendar) for calendar in calendars):
            return False
        if not self.rules.shares_course(course):
            return False
        return self.rules.shares_subjects(*district.courses[course].subjects) or any(
            klass.course == course and self.sees_class(klass.sourced_id)
            for klass in district.classes.values()
        )

    def may_be_course(self, course: str) -> bool:
        if course not in self.district.courses or not self.district.is_course_of_year(course):
            return False
        return self.version == "1.1" or bool(self.district.courses[course].course_code)

    @asked_once
    def sees_class(self, klass: str) -> bool:
        district = self.district
        if klass not in district.classes or district.is_marked("section", klass):
            return False
        row = district.classes[klass]
        calendars = [
            calendar
            for calendar in district.calendars_of_class(row)
            if district.is_calendar_of_year(calendar)
        ]
        return (
            any(self.may_be_session(term) for term in row.terms)
            and district.is_class_of_year(klass)
            and self.may_be_course(row.course)
            and self.rules.shares_course(row.course)
            and self.rules.shares_subjects(*row.subjects, *district.courses[row.course].subjects)
            and bool(calendars)
            and all(self.stands_calendar(row.school, calendar) for calendar in calendars)
            and all(self.stands_course(row.course, calendar) for calendar in calendars)
        )

    # Dates

    def is_current(self, begin: date | None, end: date | None) -> bool:
        early = timedelta(days=self.district.early_access_days)
        return (begin is None or self.day >= begin - early) and (end is None or self.day < end)

    def is_enrollment_current(self, row: Any) -> bool:
        """A date that is also one of the class's terms' counts as blank."""
        terms = [
            self.district.sessions[term]
            for term in self.district.classes[row.klass].terms
            if term in self.district.sessions
        ]
        begin = None if row.begin_date in [term.start_date for term in terms] else row.begin_date
        end = None if row.end_date in [term.end_date for term in terms] else row.end_date
        return self.is_current(begin, end)

    def is_role_current(self, row: Any) -> bool:
        """Reading: what ends with its term is, of roles, what ends with the school year."""
        years = [
            session
            for sourced_id, session in self.district.sessions.items()
            if session.type == "schoolYear" and self.district.is_session_of_year(sourced_id)
        ]
        begin = None if row.begin_date in [year.start_date for year in years] else row.begin_date
        end = None if row.end_date in [year.end_date for year in years] else row.end_date
        return self.is_current(begin, end)

    # People

    def stands_person(self, user: str) -> bool:
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
    def stands_school_enrollment(self, user: str, school: str) -> bool:
        """This student at this school, however it is known."""
        if not self.stands_person(user) or not self.rules.shares_role("student"):
            return False
        return (
            not self.district.is_marked("school_enrollment", f"{user}~{school}")
            and self.rules.shares_grades(self.district.users[user].grades)
            and any(
                self.stands_grade_level(school, level)
                for level in self.district.grade_levels(user, school)
            )
        )

    @asked_once
    def stands_district_assignment(self, user: str, org: str) -> bool:
        """This staff member at this org, however it is known."""
        if not self.stands_person(user):
            return False
        if self.district.is_marked("district_assignment", f"{user}~{org}"):
            return False
        if self.district.is_school(org):
            return self.shares_school(org)
        return self.rules.schools == ALL and self.sees_org(org)

    def word(self, role: str, org: str) -> str:
        """A role in the words of 1.2."""
        if role != "administrator":
            return role
        return "siteAdministrator" if self.district.is_school(org) else "districtAdministrator"

    @asked_once
    def roles_at_schools(self, user: str) -> list[Shown]:
        """What the person is shown as, as student and as staff, before the company they keep.

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
                and self.stands_at(user, row.role, row.org)
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
                and self.stands_at(user, enrollment.role, school)
            ):
                found.setdefault(school, set()).add(word)
        return found

    def stands_at(self, user: str, role: str, org: str) -> bool:
        """The person's school enrollment or district assignment there."""
        if role == "student":
            return bool(self.stands_school_enrollment(user, org))
        return bool(self.stands_district_assignment(user, org))

    def may_take_part(self, enrollment: Any) -> bool:
        """It is current, unmarked, and its person is seen on that side at the class's school."""
        school = self.district.classes[enrollment.klass].school
        return (
            not self.district.is_marked("enrollment", enrollment.sourced_id)
            and self.is_enrollment_current(enrollment)
            and any(
                has.org == school and _side(has.word) == _side(enrollment.role)
                for has in self.roles_at_schools(enrollment.user)
            )
        )

    @asked_once
    def is_enrolled(self, user: str) -> bool:
        return any(
            self.sees_class(enrollment.klass) and self.may_take_part(enrollment)
            for enrollment in self.district.enrollments_of(user)
        )

    @asked_once
    def roles_of_their_own(self, user: str) -> list[Shown]:
        """What the person is shown as for themselves: as student and as staff."""
        if not self.stands_person(user):
            return []
        if not self.rules.unenrolled and not self.is_enrolled(user):
            return []
        shown = self.roles_at_schools(user)
        if any(role.word == "student" for role in shown):
            # Beside a visible school enrollment, a student's role at another kind of org.
            shown = shown + [
                Shown("student", row.org, row)
                for row in self.district.roles_of(user)
                if row.role == "student"
                and not self.district.is_school(row.org)
                and self.sees_org(row.org)
                and self.is_role_current(row)
            ]
        return shown

    def schools_as_student(self, user: str) -> list[str]:
        if not self.is_told(user):
            return []
        return sorted(
            {
                role.org
                for role in self.roles_of_their_own(user)
                if role.word == "student" and self.district.is_school(role.org)
            }
        )

    # Guardians

    def guardian_rows(self, user: str) -> list[Any]:
        # Reading: a guardian's role that has ended, or isn't shared, makes no guardian.
        return [
            row
            for row in self.district.roles_of(user)
            if row.role in GUARDIANS
            and self.is_role_current(row)
            and self.rules.shares_role(row.role)
        ]

    @asked_once
    def stands_guardian_link(self, child: str, guardian: str) -> bool:
        return (
            "guardians" in self.rules.shares
            and self.stands_person(guardian)
            and guardian in self.district.linked(child)
            and bool(self.guardian_rows(guardian))
            and not self.district.is_marked("guardian_link", f"{child}~{guardian}")
            and bool(self.schools_as_student(child))
        )

    def children(self, guardian: str) -> list[str]:
        return [
            child
            for child in sorted(self.district.linked(guardian))
            if self.stands_guardian_link(child, guardian)
        ]

    @asked_once
    def roles_as_guardian(self, user: str) -> list[Shown]:
        children = self.children(user)
        if not children:
            return []
        # Reading: a guardian's own rows are shown where a visible child is.
        schools = sorted({each for child in children for each in self.schools_as_student(child)})
        shown = [
            Shown(row.role, row.org, row)
            for row in self.guardian_rows(user)
            if row.org in schools
            or (not self.district.is_school(row.org) and self.sees_org(row.org))
        ]
        # Reading: supplied where no school of a child is among those the rows name.
        if not any(role.org in schools for role in shown):
            shown += [Shown(self.guardian_rows(user)[0].role, school) for school in schools]
        return shown

    @asked_once
    def roles_shown(self, user: str) -> list[Shown]:
        return list(self.roles_of_their_own(user)) + list(self.roles_as_guardian(user))

    # Users in the words of the version

    def username(self, user: str) -> str:
        """What 1.1 shows as username, or nothing."""
        row = self.district.users[user]
        if row.username:
            return row.username
        stand_in = self.district.organization.username_stand_in
        if stand_in == "sourcedId":
            return user
        # Reading: a field withheld doesn't exist, so it can't stand in either.
        if stand_in in ("identifier", "email") and f"users.{stand_in}" not in self.rules.withheld:
            return getattr(row, stand_in)
        return ""

    def is_told(self, user: str) -> bool:
        """Whether the version has what it requires of this person, roles aside."""
        return self.version == "1.2" or bool(self.username(user))

    def teaches(self, user: str) -> bool:
        return any(
            enrollment.role == "teacher"
            and self.sees_class(enrollment.klass)
            and self.may_take_part(enrollment)
            for enrollment in self.district.enrollments_of(user)
        )

    def old_roles(self, user: str) -> set[str]:
        """The 1.1 role; several where the rules leave the choice, none where there is no word."""
        words = {role.word for role in self.roles_shown(user)}
        if "student" in words:
            return {"student"}
        if self.teaches(user):
            return {"teacher"}
        return {OLD_WORDS[word] for word in words if word in OLD_WORDS}

    @asked_once
    def sees_user(self, user: str) -> bool:
        return (
            user in self.district.users
            and bool(self.roles_shown(user))
            and self.is_told(user)
            and (self.version == "1.2" or bool(self.old_roles(user)))
        )

    # What is below people and classes

    @asked_once
    def sees_enrollment(self, enrollment: str) -> bool:
        row = self.district.enrollments[enrollment]
        return (
            self.has_word(row.role)
            and self.sees_class(row.klass)
            and self.sees_user(row.user)
            and self.sees_org(self.school_of_enrollment(row))
            and self.may_take_part(row)
        )

    def school_of_enrollment(self, row: Any) -> str:
        """The school that its document names: its own, or where it names none, the class's."""
        return row.school or self.district.classes[row.klass].school

    def sees_demographics(self, user: str) -> bool:
        return not self.district.is_marked("demographics", user) and self.sees_user(user)

    def sees_resource(self, resource: str) -> bool:
        return resource in self.district.resources and self.rules.shares_collection("resources")

    def agents(self, user: str) -> Iterator[str]:
        """Whom to name as a person's agents: through visible links, in both directions."""
        for other in sorted(self.district.linked(user)):
            if self.sees_user(other) and (
                self.stands_guardian_link(user, other) or self.stands_guardian_link(other, user)
            ):
                yield other


OLD_WORDS = {
    "student": "student",
    "teacher": "teacher",
    "principal": "administrator",
    "siteAdministrator": "administrator",
    "districtAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "counselor": "aide",
    "aide": "aide",
    "proctor": "proctor",
    "guardian": "guardian",
    "parent": "parent",
    "relative": "relative",
}
"""The 1.1 words for those of 1.2."""

WORTH = {word: rank for rank, word in enumerate(("student", "teacher", "siteAdministrator"))}
"""Which of the roles that classes give at a school is supplied, if there are several."""


def _side(word: str) -> str:
    return "student" if word == "student" else "staff"
