"""A district's rows, and the levels that the hierarchy derives from them."""

from __future__ import annotations

from typing import Any

from tests.oracle.rows import GUARDIANS, Rows


class District(Rows):
    """One organization's rows with its calendars, structures, grade levels and masters."""

    def is_course_of_year(self, course: str) -> bool:
        row = self.courses[course]
        # Reading: a schoolYear that names no session is no date, so the course is undated.
        if row.school_year not in self.sessions:
            return True
        if self.is_session_of_year(row.school_year):
            return True
        # Reading: a class whose terms are unknown counts, for its calendar is the year's.
        return any(
            klass.course == course
            and klass.school in self.orgs
            and any(map(self.is_calendar_of_year, self.calendars_of_class(klass)))
            for klass in self.classes.values()
        )

    # Calendars, schedule structures, grade levels

    def calendars_of_class(self, klass: Any) -> set[str]:
        """One for each year that its terms' roots are of, or the one its metadata names."""
        named = klass.metadata.get("calendar")
        if named:
            return {f"{klass.school}~{named}"}
        return {f"{klass.school}~{year}" for year in self.years_of_class(klass)}

    def years_of_class(self, klass: Any) -> set[str]:
        known = [term for term in klass.terms if term in self.sessions]
        roots = [[term, *self.ancestors_of_session(term)][-1] for term in known]
        years = {self.year_of_session(root) for root in roots} or {self.year}
        # Reading: a class with a term of the year is of the year, whatever the root says.
        return years | {self.year} if self.is_class_of_year(klass.sourced_id) else years

    def calendar_of_role(self, role: Any) -> str:
        return f"{self.school_around(role.org)}~{role.metadata.get('calendar') or self.year}"

    def is_calendar_of_year(self, calendar: str) -> bool:
        """Reading: a calendar that metadata names is of its classes' and roles' years.

        One of several years counts for each of them.
        """
        school, _, name = calendar.rpartition("~")
        if name.isdigit():
            return name == self.year
        years: set[str] = set()
        for klass in self.classes.values():
            if klass.school == school and klass.metadata.get("calendar") == name:
                years |= self.years_of_class(klass)
        if any(
            self.is_student_role(role, school) and self.calendar_of_role(role) == calendar
            for role in self.roles.values()
        ):
            years.add(self.year)
        return self.year in years or len(years) > 1

    def calendars_of_school(self, school: str) -> set[str]:
        """Every calendar that the people and classes of a school give it."""
        found: set[str] = set()
        for klass in self.classes.values():
            if klass.school == school:
                found |= self.calendars_of_class(klass)
        for user in self.users:
            found |= {structure.rpartition("~")[0] for structure in self.structures(user, school)}
        staffed = any(
            row.org == school and row.role not in GUARDIANS and row.user in self.users
            for row in self.roles.values()
        )
        # Reading: staff have no calendar for a parent, but a school where they are has one.
        return found or ({f"{school}~{self.year}"} if staffed else set())

    # Courses

    def calendars_of_course(self, course: str) -> set[str]:
        """The calendars of the year in which it stands: of its classes, else of its school."""
        taught: set[str] = set()
        for klass in self.classes.values():
            if klass.course == course and klass.school in self.orgs:
                taught |= self.calendars_of_class(klass)
        current = {calendar for calendar in taught if self.is_calendar_of_year(calendar)}
        own = self.courses[course].org
        if current or not self.is_school(own):
            return current
        return self.calendars_of_school(own)

    def course_master(self, course: str) -> str | None:
        row = self.courses[course]
        if row.metadata.get("courseMaster"):
            return str(row.metadata["courseMaster"])
        if not self.is_school(row.org):
            # Reading: so does a course whose org is blank or unknown.
            return course
        schools = {
            other.org
            for other in self.courses.values()
            if other.course_code == row.course_code
            and other.title == row.title
            and self.is_school(other.org)
        }
        # Reading: courses without a code have no equal code.
        if row.course_code and len(schools) > 1:
            return f"{row.course_code}~{row.title}"
        return None

    # People

    def roles_of(self, user: str) -> list[Any]:
        return [row for row in self.roles.values() if row.user == user]

    def enrollments_of(self, user: str) -> list[Any]:
        """Those in classes of the year that exist, at schools that exist."""
        return [
            row
            for row in self.enrollments.values()
            if row.user == user
            and row.klass in self.classes
            and self.is_class_of_year(row.klass)
            and self.classes[row.klass].school in self.orgs
        ]

    def is_student_role(self, role: Any, school: str) -> bool:
        """A role at the school, or at an org that lies within it."""
        return (
            role.role == "student"
            and role.user in self.users
            and self.school_around(role.org) == school != ""
        )

    def structures(self, student: str, school: str) -> set[str]:
        """The schedule structures that this student's roles and classes at a school put them in.

        Reading: a role that names neither calendar nor structure says only that they are there,
        so it puts them into the school's own calendar where nothing else puts them into one of
        the year.
        """
        found: set[str] = set()
        there = False
        for role in self.roles_of(student):
            if self.is_student_role(role, school):
                there = True
                if role.metadata.get("calendar") or role.metadata.get("scheduleStructure"):
                    found.add(f"{self.calendar_of_role(role)}~{_structure(role)}")
        for row in self.enrollments.values():
            klass = self.classes.get(row.klass)
            if row.user == student and row.role == "student" and klass and klass.school == school:
                there = True
                found |= {
                    f"{calendar}~{_structure(klass)}" for calendar in self.calendars_of_class(klass)
                }
        current = any(self.is_calendar_of_year(structure.rpartition("~")[0]) for structure in found)
        return found | {f"{school}~{self.year}~structure"} if there and not current else found

    def grade_levels(self, student: str, school: str) -> set[str]:
        """The grade levels that this student is in at a school."""
        grades = self.users[student].grades or ["none"]
        return {
            f"{structure}~{code}"
            for structure in self.structures(student, school)
            for code in grades
        }

    def linked(self, user: str) -> set[str]:
        """Whoever agents tie to this person, whichever of the two named the other."""
        others = {agent for named, agent in self.agents if named == user}
        others |= {named for named, agent in self.agents if agent == user}
        return {other for other in others if other in self.users} - {user}


def _structure(row: Any) -> str:
    """The schedule structure that a class or role row is in, within its calendar."""
    return str(row.metadata.get("scheduleStructure") or "structure")
