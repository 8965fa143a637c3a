"""Hands the classes of a school to its teachers."""

from __future__ import annotations

from roster.generator import district
from roster.generator.dice import hits
from roster.generator.district import District, Employee, School

#: A co-teacher in every 20th class, none who is primary in every 100th, two in every 150th.
_CO_TAUGHT, _NOBODY_PRIMARY, _BOTH_PRIMARY = (20, 3), (100, 7), (150, 51)

#: Where a principal teaches, these classes of the school have another helper: which → role.
_ASSISTED = {3: "counselor", 4: "aide"}


class Rota:
    """Hands the classes of one school to its teachers, evenly."""

    def __init__(self, plan: District, school: School, classes: int) -> None:
        self.school, self.classes = school, classes
        self.teachers = school.holders("teacher")
        self.visitors = plan.visitors_of(school)

    def staff_of(self, nth: int, number: int) -> tuple[tuple[int, str, bool], ...]:
        """Gives who is enrolled in the school's `nth` class, `number` in the district."""
        desk = nth * len(self.teachers) // self.classes
        first = self._teacher(nth, self.teachers[desk])
        staff = [(first.number, "teacher", not hits(number, _NOBODY_PRIMARY))]
        partner = self.teachers[(desk + 1) % len(self.teachers)]
        both = hits(number, _BOTH_PRIMARY)
        if (both or hits(number, _CO_TAUGHT)) and partner is not first:
            staff.append((partner.number, "teacher", both))
        if nth == 0:
            staff.append((self.school.holders("proctor")[0].number, "proctor", False))
        if nth == 0 and district.teaches(self.school.index):
            site = self.school.holders("siteAdministrator")[0]
            staff.append((site.number, "administrator", False))
        if nth in _ASSISTED and district.teaches(self.school.index):
            helper = self.school.holders(_ASSISTED[nth])[0]
            staff.append((helper.number, "teacher", False))
        return tuple(staff)

    def _teacher(self, nth: int, regular: Employee) -> Employee:
        """Gives the teacher: the second class is the principal's, the next ones visitors'."""
        if nth == 1 and district.teaches(self.school.index):
            return self.school.staff[0]
        if 2 <= nth < 2 + len(self.visitors):
            return self.visitors[nth - 2]
        return regular
