"""Courses, classes and sessions, which stand on places and the calendar but on no person."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from roster.models import Course, Klass, Level
from roster.visibility.causes import (
    MARKED,
    NOBODY,
    NOT_SHARED,
    OTHER_YEAR,
    Cause,
    fallen,
    missing,
    unpublishable,
)
from roster.visibility.ledger import BATCH, Ledger
from roster.visibility.places import Places


class ClassRow(NamedTuple):
    sourced_id: str
    course: str
    school: str
    terms: list[str]
    grades: list[str]
    subjects: list[str]
    metadata: dict[str, Any]


class Teaching:
    """The second step of the walk."""

    def __init__(self, ledger: Ledger, places: Places) -> None:
        self.ledger = ledger
        self.places = places
        self.timetable = ledger.timetable
        self.classes = {
            row[0]: ClassRow._make(row)
            for row in ledger.live(Klass).values_list(*ClassRow._fields).iterator(BATCH)
        }
        ledger.walk_levels("calendar", "schedule_structure", "grade_level", "course_master")
        self._walk_courses()
        self._walk_sections()
        self._walk_sessions()

    def sees_course(self, course: str) -> bool:
        """Return whether any of the row's derived courses is visible."""
        return course in self.subjects and any(
            level not in self.ledger.fell["course"] for level in self.levels.get(course, ())
        )

    def sees_class(self, klass: str) -> bool:
        return klass in self.classes and klass not in self.ledger.fell["section"]

    def sees_session(self, sourced_id: str) -> bool:
        return (
            sourced_id in self.timetable.sessions and sourced_id not in self.ledger.fell["session"]
        )

    def is_of_the_year(self, klass: str) -> bool:
        row = self.classes.get(klass)
        return row is not None and self.timetable.has_term_of_the_year(row.terms)

    def _walk_courses(self) -> None:
        rows = self.ledger.live(Course).values_list("sourced_id", "course_code", "subjects")
        codes = {}
        self.subjects: dict[str, list[str]] = {}
        for sourced_id, code, subjects in rows.iterator(BATCH):
            codes[sourced_id], self.subjects[sourced_id] = code, subjects
        self.levels: dict[str, list[str]] = defaultdict(list)
        self.ledger.walk_levels("course")
        fell = self.ledger.fell["course"]
        levels = Level.objects.filter(organization=self.ledger.organization, kind="course")
        for sourced_id, course in levels.values_list("sourced_id", "course"):
            self.levels[course].append(sourced_id)
            if not self._shares_course(course):
                fell.setdefault(sourced_id, NOT_SHARED)
            elif self.ledger.version == "1.2" and not codes.get(course):
                fell.setdefault(sourced_id, unpublishable("courseCode"))

    def _shares_course(self, course: str) -> bool:
        rules = self.ledger.rules
        return rules.courses.has(course) and rules.subjects.has_any(self.subjects.get(course, []))

    def _walk_sections(self) -> None:
        for row in self.classes.values():
            cause = self._section_cause(row)
            if cause:
                self.ledger.fell["section"][row.sourced_id] = cause

    def _section_cause(self, row: ClassRow) -> Cause | None:
        if row.sourced_id in self.ledger.marks["section"]:
            return MARKED
        if row.school not in self.places.orgs:
            return missing("school", row.school)
        if not self.places.shares(row.school):
            return fallen("school", row.school)
        if not self.timetable.has_term_of_the_year(row.terms):
            known = any(term in self.timetable.sessions for term in row.terms)
            return OTHER_YEAR if known else missing("session")
        if self.ledger.version == "1.1" and not any(map(self._has_word, row.terms)):
            return unpublishable("terms")
        if row.course not in self.subjects:
            return missing("course", row.course)
        return self._footing(row) or self._shared(row)

    def _has_word(self, session: str) -> bool:
        """Return whether 1.1 can tell a session: it knows no extended types."""
        row = self.timetable.sessions.get(session)
        return row is not None and not row.type.startswith("ext:")

    def _footing(self, row: ClassRow) -> Cause | None:
        """Return what fell of its calendars of the year and of its course in them."""
        fell = self.ledger.fell
        for calendar in self.timetable.calendars(row.school, row.terms, row.metadata):
            if calendar.year not in ("", self.timetable.active_year):
                continue
            if calendar.sourced_id in fell["calendar"]:
                return fallen("calendar", calendar.sourced_id)
            course = f"{row.course}~{calendar.sourced_id}"
            cause = fell["course"].get(course)
            # A course that isn't shared for its own subjects may have a class that is.
            if cause and cause != NOT_SHARED:
                return fallen("course", course)
        return None

    def _shared(self, row: ClassRow) -> Cause | None:
        rules = self.ledger.rules
        subjects = [*row.subjects, *self.subjects[row.course]]
        if not rules.courses.has(row.course) or not rules.subjects.has_any(subjects):
            return NOT_SHARED
        for level in self.levels.get(row.course, ()):
            # What a shared class teaches is shared: a class names its course.
            if self.ledger.fell["course"].get(level) == NOT_SHARED:
                del self.ledger.fell["course"][level]
        return None

    def _walk_sessions(self) -> None:
        used_by_any = {term for row in self.classes.values() for term in row.terms}
        terms = {
            term
            for row in self.classes.values()
            if row.sourced_id not in self.ledger.fell["section"]
            for term in row.terms
        }
        seen: set[str] = set(terms)
        for term in terms & self.timetable.sessions.keys():
            seen.update(self.timetable.ancestors(term))
            seen.update(self.timetable.descendants(term))
        for sourced_id in self.timetable.sessions:
            cause = None
            if self.ledger.version == "1.1" and not self._has_word(sourced_id):
                cause = unpublishable("type")
            elif sourced_id not in seen:
                if not self.timetable.belongs(sourced_id):
                    cause = OTHER_YEAR
                elif self._is_used(sourced_id, used_by_any):
                    cause = NOBODY
            if cause:
                self.ledger.fell["session"][sourced_id] = cause

    def _is_used(self, sourced_id: str, used: set[str]) -> bool:
        """Return whether any class at all goes by this session, or by one above or below it."""
        near = (
            sourced_id,
            *self.timetable.ancestors(sourced_id),
            *self.timetable.descendants(sourced_id),
        )
        return not used.isdisjoint(near)
