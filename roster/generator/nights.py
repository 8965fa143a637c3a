"""Says who is in a district on a given night: who left, came, returned, moved, changed names.

Every event is arithmetic on a number and the night, so any night can be made without those
before it, and two neighbouring nights differ in a few records only. Night 0 is the plan itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from roster.generator.courses import GRADES
from roster.generator.dice import Dice, hits
from roster.generator.district import Cohort, District, School
from roster.generator.timetable import Klass, Timetable

#: Of so many numbers one is met each night; the one after the second is met on night 1.
_LEAVES, _CHANGES_SECTION, _RENAMED = (200, 60), (120, 90), (150, 20)
_STAFF_REPLACED, _STAFF_RENAMED, _CLASS_RENAMED = (97, 13), (89, 20), (150, 20)

#: One student of a cohort that can moves to another school, so many nights after the other.
_MOVES = 3
#: Who has no username, of how many.
NO_USERNAME = (400, 17)
#: Every other one who leaves is back after so many nights.
_AWAY = 2
#: For so many students one is new each night.
_NEWCOMERS = 200
#: Whoever replaces a member of staff has that person's number and this.
_REPLACED = 1_000_000


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student as of one night; `planned` is the cohort by age, `cohort` the one joined."""

    number: int
    planned: Cohort
    school: School
    cohort: Cohort
    moved: bool
    other_section: bool
    renamed: bool

    @property
    def other_username(self) -> bool:
        """Says whether the new name gave a new username too: every other time."""
        return self.renamed and self.number // _RENAMED[0] % 2 == 1


class Night:
    """A district on the night `number` after the plan.

    `strict`: nobody without a username is there, and no class has two primary teachers. `lived`:
    some enrollments have ended or are yet to begin, some records are marked, and there are columns
    of the district's own.
    """

    def __init__(
        self,
        plan: District,
        table: Timetable,
        number: int = 0,
        *,
        strict: bool = False,
        lived: bool = False,
    ) -> None:
        self.plan, self.table, self.number = plan, table, number
        self.strict, self.lived = strict, lived
        self._places = [
            (school, cohort) for school in plan.schools for cohort in school.cohorts if cohort.size
        ]
        self._firsts = [cohort.first for _school, cohort in self._places]

    @property
    def numbers(self) -> range:
        """Gives the number of everybody who was a student on any night until this one."""
        each = max(1, self.plan.students // _NEWCOMERS)
        return range(1, self.plan.students + each * self.number + 1)

    def pupils(self) -> Iterator[Pupil | None]:
        """Yields for each of `numbers` the student, or nothing for one who isn't there."""
        return map(self.pupil, self.numbers)

    def pupil(self, number: int) -> Pupil | None:
        if not self._is_there(number):
            return None
        school, planned = self._place(number)
        there = self._move(number, school, planned)
        here, cohort = there or (school, planned)
        return Pupil(
            number,
            planned,
            here,
            cohort,
            moved=there is not None,
            other_section=self._met(number, _CHANGES_SECTION),
            renamed=self._met(number, _RENAMED),
        )

    def holder(self, employee: int) -> int:
        """Gives the number of whoever does the work of the planned `employee` tonight."""
        return employee + _REPLACED if self._met(employee, _STAFF_REPLACED) else employee

    def has_renamed(self, employee: int) -> bool:
        return self._met(employee, _STAFF_RENAMED)

    def has_renamed_class(self, klass: Klass) -> bool:
        return self._met(klass.number, _CLASS_RENAMED)

    def _met(self, number: int, rule: tuple[int, int]) -> bool:
        return _night_of(number, rule) <= self.number

    def _is_there(self, number: int) -> bool:
        if self.strict and hits(number, NO_USERNAME):
            return False
        gone = _night_of(number, _LEAVES)
        if self.number < gone:
            return True
        return number // _LEAVES[0] % 2 == 0 and self.number >= gone + _AWAY

    def _place(self, number: int) -> tuple[School, Cohort]:
        if number > self.plan.students:
            return Dice(self.plan.seed, "newcomer", number).pick(self._places)
        return self._places[bisect_right(self._firsts, number) - 1]

    def _move(self, number: int, school: School, cohort: Cohort) -> tuple[School, Cohort] | None:
        """Gives the place that a student has moved to: not more than a grade away."""
        level = GRADES.index(cohort.grade)
        if number not in cohort.students or self._turn(number - cohort.first, level) > self.number:
            return None
        host = self.plan.host_of(school)
        near = host and host.nearest(cohort.grade)
        if not host or not near or abs(GRADES.index(near.grade) - level) > 1:
            return None
        return host, near

    @staticmethod
    def _turn(place: int, level: int) -> int:
        """Gives the night on which the student at a place of a cohort moves."""
        return place * _MOVES + level % _MOVES + 1


def changes(before: Night, after: Night) -> dict[str, int]:
    """Gives how many records of each kind a night brings, takes or changes, by event."""
    found: Counter[str] = Counter()
    for number in after.numbers:
        old = before.pupil(number) if number in before.numbers else None
        new = after.pupil(number)
        if old is None or new is None:
            came = "students_returned" if number in before.numbers else "students_new"
            found["students_left" if old else came] += old is not new
            continue
        found["students_moved"] += old.moved != new.moved
        found["students_in_another_section"] += _sits_elsewhere(before.table, old, new)
        found["students_renamed"] += old.renamed != new.renamed
        found["students_with_another_username"] += old.other_username != new.other_username
    for employee in before.plan.employees:
        number = employee.number
        found["staff_replaced"] += before.holder(number) != after.holder(number)
        found["staff_renamed"] += before.has_renamed(number) != after.has_renamed(number)
    for klass in before.table.classes:
        found["classes_renamed"] += before.has_renamed_class(klass) != after.has_renamed_class(
            klass
        )
    return dict(sorted(found.items()))


def _sits_elsewhere(table: Timetable, old: Pupil, new: Pupil) -> bool:
    """Says whether a section was changed: where a grade has one only, there is no other."""
    if old.moved != new.moved or old.other_section == new.other_section:
        return False
    here, cohort, number = new.school, new.cohort, new.number
    there = table.seats(here, cohort, number, other_section=True)
    return there != table.seats(here, cohort, number)


def _night_of(number: int, rule: tuple[int, int]) -> int:
    """Gives the night, 1 or later, on which a rule meets a number."""
    every, before = rule
    return (number - before - 1) % every + 1
