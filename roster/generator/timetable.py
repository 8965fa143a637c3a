"""Holds the courses and classes of a district, and gives each student a seat.

A seat is arithmetic on the student's place in the cohort, so who sits where is never stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roster.generator import courses
from roster.generator.courses import Course
from roster.generator.dice import hits
from roster.generator.district import Cohort, School

#: Of 200 students one belongs to two schools, and one takes a class elsewhere; of 40 one comes
#: in summer.
_TWO_SCHOOLS, _CLASS_ELSEWHERE, _SUMMER = (200, 30), (200, 41), (40, 20)


@dataclass(frozen=True, slots=True)
class Klass:
    """One class; `staff` holds who is enrolled besides the students: person, role, primary."""

    sourced_id: str
    number: int
    school: str
    course: Course
    title: str
    code: str
    grade: str
    homeroom: bool
    periods: tuple[str, ...]
    terms: tuple[str, ...]
    dates: tuple[str, str]
    staff: tuple[tuple[int, str, bool], ...]


#: Grade → for each of its blocks the sections.
Sections = dict[str, list[list[Klass]]]


@dataclass(frozen=True, slots=True)
class Timetable:
    """All courses and classes of a district; `sections` by the school's index, `summer` too."""

    courses: dict[str, Course]
    sections: list[Sections]
    summer: dict[int, Klass]

    @property
    def classes(self) -> Iterator[Klass]:
        for sections in self.sections:
            for blocks in sections.values():
                for block in blocks:
                    yield from block
        yield from self.summer.values()

    def seats(
        self, school: School, cohort: Cohort, student: int, *, other_section: bool = False
    ) -> list[Klass]:
        """Gives the classes of a student at the home school, one for each block.

        `other_section`: not those of the plan, but where a section stays together the next one,
        else the next one in one block.
        """
        together = courses.stage_of(cohort.grade).together
        place = abs(student - cohort.first)
        blocks = self.sections[school.index][cohort.grade]
        seats = []
        for turn, sections in enumerate(blocks):
            count = len(sections)
            shift = 0 if together else turn * (place // count)
            if other_section and (together or turn == student % len(blocks)):
                shift += 1
            seats.append(sections[(place + shift) % count])
        return seats

    def guest_seat(self, host: School, grade: str, student: int) -> Klass | None:
        """Gives the class that a guest takes at a host school: the nearest grade's second block."""
        near = host.nearest(grade)
        return self.seat(host, near.grade, 1, student) if near else None

    def seat(self, school: School, grade: str, turn: int, student: int) -> Klass:
        """Gives a section of one block of a grade, by the student's number."""
        sections = self.sections[school.index][grade][turn]
        return sections[student % len(sections)]


def belongs_to_two_schools(student: int) -> bool:
    return hits(student, _TWO_SCHOOLS)


def takes_a_class_elsewhere(student: int) -> bool:
    return hits(student, _CLASS_ELSEWHERE)


def comes_in_summer(student: int) -> bool:
    return hits(student, _SUMMER)
