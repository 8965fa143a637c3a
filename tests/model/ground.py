"""The levels of a district as an import finds them, and whether it opens what a mark closed."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.model.comparing import Id
from tests.oracle import evaluate
from tests.oracle.district import District
from tests.oracle.rows import GUARDIANS

EVERYTHING: dict[str, Any] = {
    "shares": ["demographics", "guardians", "resources"],
    "types": ["grade_book", "assessment"],
}


class Ground:
    """What there is to be marked, and what the marks hide, before an import."""

    def __init__(self, district: District) -> None:
        self.district = district

    def levels(self) -> list[Id]:
        """Return everything that can be marked, by kind and id."""
        return sorted({*self._rows(), *self._places(), *self._people()})

    def _rows(self) -> set[Id]:
        district = self.district
        found = {("school" if district.is_school(org) else "org", org) for org in district.orgs}
        for kind, rows in (
            ("section", district.classes),
            ("person", district.users),
            ("enrollment", district.enrollments),
            ("demographics", district.demographics),
            ("grading_task", district.categories),
            ("line_item", district.line_items),
            ("result", district.results),
        ):
            found |= {(kind, sourced_id) for sourced_id in rows}
        return found

    def _places(self) -> set[Id]:
        district = self.district
        found: set[Id] = set()
        schools = [org for org in district.orgs if district.is_school(org)]
        for school in schools:
            found |= {("calendar", each) for each in district.calendars_of_school(school)}
            for user in district.users:
                structures = district.structures(user, school)
                found |= {("schedule_structure", each) for each in structures}
                found |= {("grade_level", e) for e in district.grade_levels(user, school)}
        for course in district.courses:
            levels = [f"{course}~{each}" for each in district.calendars_of_course(course)]
            found |= {("course", each) for each in levels or [course]}
            if (master := district.course_master(course)) is not None:
                found.add(("course_master", master))
        return found

    def _people(self) -> set[Id]:
        district = self.district
        found: set[Id] = set()
        for user in district.users:
            there = {(row.role, row.org) for row in district.roles_of(user)}
            there |= {
                (row.role, district.classes[row.klass].school)
                for row in district.enrollments_of(user)
            }
            for role, org in there:
                if role == "student" and district.is_school(org):
                    found.add(("school_enrollment", f"{user}~{org}"))
                elif role not in ("student", *GUARDIANS) and org in district.orgs:
                    found.add(("district_assignment", f"{user}~{org}"))
            for other in district.linked(user):
                if any(row.role in GUARDIANS for row in district.roles_of(other)):
                    found.add(("guardian_link", f"{user}~{other}"))
        return found

    def check(self, after: District, cleared: set[Id]) -> None:
        """See that nothing which a mark hid is seen after an import.

        Unless that mark was cleared, or its level is still there, or was left for another grade,
        by a class's last student or a resource: then the record has moved to where nothing is
        marked.
        """
        marks = self.district.marks - cleared
        if not marks:
            return
        now = Ground(after)
        before = self._with_what_has_moved(after)
        hidden = before.seen(set()) - before.seen(marks)
        opened = hidden & now.seen(after.marks)
        # An org's mark stays with its row, whether or not that is of a school.
        orgs = {(kind, org) for kind in ("org", "school") for org in after.orgs}
        there = {*now.levels(), *orgs}
        # Sessions can't be marked, and are seen with any class that names them.
        for name in sorted(each for each in opened if each[0] != "academicSessions"):
            by = {mark for mark in marks if name not in before.seen({mark})}
            gone = {mark for mark in by - there if not self._has_been_left(mark, now)}
            if name[0] == "users" and self._of_no_grade(name[1], by, now):
                gone |= by
            assert not gone or by & there - gone, f"{name} was hidden by {gone}; an import opens it"

    def _with_what_has_moved(self, after: District) -> Ground:
        """Return the same ground with resources where they are linked after the import, classes
        at the school to which they have gone, and without the students of those that have none
        any more.

        Reading: a class that was hidden with all of its students has moved when the last is gone.
        """
        left = self._taught(self.district) - self._taught(after)
        district = self.district.marked(self.district.marks)
        district.class_resources = after.class_resources
        district.course_resources = after.course_resources
        district.classes = {
            name: self._where_it_is(row, after.classes.get(name))
            for name, row in self.district.classes.items()
        }
        district.enrollments = {
            name: row
            for name, row in self.district.enrollments.items()
            if row.klass not in left or row.role != "student"
        }
        return Ground(district)

    @staticmethod
    def _where_it_is(before: Any, after: Any) -> Any:
        """Return a class as it was, or as it is if it has gone to another school."""
        return after if after is not None and after.school != before.school else before

    @staticmethod
    def _taught(district: District) -> set[str]:
        """Return the classes that have students."""
        return {
            row.klass
            for row in district.enrollments.values()
            if row.role == "student" and row.user in district.users
        }

    def _has_been_left(self, mark: Id, after: Ground) -> bool:
        """Return whether whoever was in a grade level is in another grade now, or in none, and
        likewise whether all classes of a course are at other schools than at a marked one.
        """
        kind, level = mark
        school, end = level.split("~")[0], level.rpartition("~")[2]
        if kind == "grade_level":
            before, now = self.grades(), after.grades()
            levels = [now.get(user, set()) for user, each in before.items() if level in each]
            there = set().union(*levels)
            return bool(there) and not any(
                each.split("~")[0] == school and each.rpartition("~")[2] == end for each in there
            )
        if kind == "course" and "~" in level:
            course, school = level.split("~")[:2]
            known = course in after.district.courses
            there = after.district.calendars_of_course(course) if known else set()
            return bool(there) and not any(each.split("~")[0] == school for each in there)
        return False

    def _of_no_grade(self, user: str, by: set[Id], after: Ground) -> bool:
        """Return whether a student of a marked grade level is in none now, so hasn't left it."""
        before = {("grade_level", level) for level in self.grades().get(user, ())}
        now = {level.rpartition("~")[2] for level in after.grades().get(user, ())}
        return (
            bool(before & by)
            and now == {"none"}
            and not any(level.endswith("~none") for _, level in before & by)
        )

    def grades(self) -> dict[str, set[str]]:
        """Return the grade levels of everybody."""
        schools = [org for org in self.district.orgs if self.district.is_school(org)]
        return {
            user: {each for school in schools for each in self.district.grade_levels(user, school)}
            for user in self.district.users
        }

    def seen(self, marks: set[Id]) -> set[Id]:
        """Return what a connection sees that everything is shared with, dates aside."""
        rows = self.district.marked(marks)
        found = evaluate(rows, "1.2", EVERYTHING, DAY, ())
        return {(name, each) for name, documents in found.items() for each in documents}


DAY = date(2026, 11, 16)
