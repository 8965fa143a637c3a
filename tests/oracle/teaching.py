"""Which sessions, courses and classes a connection may see."""

from __future__ import annotations

from tests.oracle.asking import asked_once
from tests.oracle.places import Places


class Teaching(Places):
    """What is taught when and where."""

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
        row = self.district.sessions.get(session)
        return row is not None and bool(row.title and row.type) and self.has_word(row.type)

    # Courses

    def sees_course_level(self, course: str, calendar: str | None) -> bool:
        """One derived course: the row in one calendar, or the row alone."""
        district = self.district
        master = district.course_master(course)
        if master is not None and district.is_marked("course_master", master):
            return False
        if district.is_marked("course", course):
            return False
        if calendar is None:
            own = district.courses[course].org
            # Without a calendar its parent is its own school, if it has one. A course of a
            # district falls with the district. Reading: a type that 1.1 has no word for hides
            # the org, and not a course that needn't name it.
            return (
                self.shares_school(own)
                if district.is_school(own)
                else not district.is_org_excluded(own)
            )
        school = calendar.rpartition("~")[0]
        return self.sees_calendar(school, calendar) and not district.is_marked(
            "course", f"{course}~{calendar}"
        )

    @asked_once
    def sees_course(self, course: str) -> bool:
        """The row is complete, of the year, and any of its derived courses is visible.

        It is shared for its own subjects. Reading: or for those of a class that is visible,
        for that one must be able to name its course.
        """
        district = self.district
        if not self.may_be_course(course):
            return False
        calendars: list[str | None] = [*district.calendars_of_course(course)] or [None]
        if not any(self.sees_course_level(course, calendar) for calendar in calendars):
            return False
        if not self.rules.shares_course(course):
            return False
        return self.rules.shares_subjects(*district.courses[course].subjects) or any(
            klass.course == course and self.sees_class(klass.sourced_id)
            for klass in district.classes.values()
        )

    def may_be_course(self, course: str) -> bool:
        """It exists, is complete (a missing code is no fault), and of the year."""
        row = self.district.courses.get(course)
        return row is not None and bool(row.title) and self.district.is_course_of_year(course)

    # Classes

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
            bool(row.title)
            and any(self.may_be_session(term) for term in row.terms)
            and district.is_class_of_year(klass)
            and self.may_be_course(row.course)
            and self.rules.shares_course(row.course)
            and self.rules.shares_subjects(*row.subjects, *district.courses[row.course].subjects)
            and bool(calendars)
            and all(self.sees_calendar(row.school, calendar) for calendar in calendars)
            and all(self.sees_course_level(row.course, calendar) for calendar in calendars)
            and not self.is_emptied(klass)
        )

    def is_emptied(self, klass: str) -> bool:
        """Whether one marked calendar, structure or grade level hides all of its students there.

        Reading: its students are those of its live enrollments, ended or not; a level of another
        year neither hides nor saves anybody.
        """
        district = self.district
        school = district.classes[klass].school
        students = {
            row.user
            for row in district.enrollments.values()
            if row.klass == klass and row.role == "student" and row.user in district.users
        }
        marks = [self.marks_on_all_levels(student, school) for student in sorted(students)]
        return bool(marks) and bool(set.intersection(*marks))

    def marks_on_all_levels(self, student: str, school: str) -> set[tuple[str, str]]:
        """The marks each of which closes every grade level of the year that a student is in."""
        levels = [
            self.marks_above(level)
            for level in self.district.grade_levels(student, school)
            if self.district.is_calendar_of_year(level.rpartition("~")[0].rpartition("~")[0])
        ]
        return set.intersection(*levels) if levels else set()
