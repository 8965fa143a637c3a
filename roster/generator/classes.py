"""Plans the courses and classes of a district: each school's by grade and block, one in summer."""

from __future__ import annotations

from dataclasses import dataclass

from roster.generator import courses
from roster.generator.calendars import Session
from roster.generator.courses import Block, Course, Stage
from roster.generator.district import Cohort, District, School
from roster.generator.rota import Rota
from roster.generator.timetable import Klass, Sections, Timetable, comes_in_summer


def plan_timetable(plan: District) -> Timetable:
    """Gives the courses and classes of a planned district."""
    table = Timetable({}, [], {})
    number = 0
    for school in plan.schools:
        slots = _slots(school)
        rota = Rota(plan, school, len(slots))
        sections: Sections = {
            cohort.grade: [[] for _block in _blocks_of(cohort)] for cohort in school.cohorts
        }
        for nth, slot in enumerate(slots):
            number += 1
            course = _course(table, plan, school, slot)
            staff = rota.staff_of(nth, number)
            klass = _klass(plan, school, slot, course, number, staff)
            sections[slot.cohort.grade][slot.turn].append(klass)
        table.sections.append(sections)
    _plan_summer(table, plan, number)
    for code, title in courses.UNTAUGHT:
        sourced_id = f"crs-{code.lower()}"
        table.courses[sourced_id] = Course(
            sourced_id, title, f"{code}00", plan.org.sourced_id, (), dated=False
        )
    return table


def _plan_summer(table: Timetable, plan: District, number: int) -> None:
    """Adds a class in the summer session to each school of which a student comes to it."""
    session = plan.calendar.summer
    for school in plan.schools:
        if not any(comes_in_summer(one) for cohort in school.cohorts for one in cohort.students):
            continue
        number += 1
        course = table.courses.setdefault(
            "crs-sum", Course("crs-sum", "Summer School", "SUM00", plan.org.sourced_id, ())
        )
        table.summer[school.index] = Klass(
            sourced_id=_class_id(plan.calendar.year, number),
            number=number,
            school=school.org.sourced_id,
            course=course,
            title=course.title,
            code=f"{course.code}-01",
            grade="",
            homeroom=False,
            periods=("1",),
            terms=(session.sourced_id,),
            dates=_dates((session,)),
            staff=((school.holders("teacher")[0].number, "teacher", True),),
        )


@dataclass(frozen=True, slots=True)
class _Slot:
    """A class to be: section `nth` of a cohort's block number `turn`."""

    cohort: Cohort
    stage: Stage
    turn: int
    block: Block
    nth: int


def _blocks_of(cohort: Cohort) -> tuple[Block, ...]:
    return courses.stage_of(cohort.grade).blocks_of(cohort.grade) if cohort.size else ()


def _slots(school: School) -> list[_Slot]:
    """Gives a school's classes so that neighbours in the list suit the same teacher.

    Where sections stay together that is a section's day; else a subject through the grades.
    """
    slots = [
        _Slot(cohort, courses.stage_of(cohort.grade), turn, block, nth)
        for cohort in school.cohorts
        for turn, block in enumerate(_blocks_of(cohort))
        for nth in range(cohort.sections)
    ]

    def suits(slot: _Slot) -> tuple[int, str, int, int]:
        if slot.stage.together:
            return (-1, slot.cohort.grade.replace("KG", "00"), slot.nth, slot.turn)
        return (slot.turn, slot.cohort.grade, slot.nth, 0)

    return sorted(slots, key=suits)


def _klass(
    plan: District,
    school: School,
    slot: _Slot,
    course: Course,
    number: int,
    staff: tuple[tuple[int, str, bool], ...],
) -> Klass:
    taught_in = {
        courses.YEAR: plan.calendar.terms,
        courses.FALL: plan.calendar.terms[:1],
        courses.SPRING: plan.calendar.terms[1:],
    }[slot.block.when]
    period = str((slot.turn + slot.nth) % 7 + 1)
    return Klass(
        sourced_id=_class_id(plan.calendar.year, number),
        number=number,
        school=school.org.sourced_id,
        course=course,
        title=f"{course.title} - {slot.cohort.grade}{chr(65 + slot.nth % 26)}",
        code=f"{course.code}-{slot.nth + 1:02d}",
        grade=slot.cohort.grade,
        homeroom=slot.block.homeroom,
        periods=(period, f"{period}L") if slot.block.double else (period,),
        terms=tuple(term.sourced_id for term in taught_in),
        dates=("", "") if slot.stage.together else _dates(taught_in),
        staff=staff,
    )


def _dates(terms: tuple[Session, ...]) -> tuple[str, str]:
    return terms[0].start.isoformat(), terms[-1].end.isoformat()


def _class_id(year: int, number: int) -> str:
    """Gives the id; some carry the other characters that ids may hold."""
    if number % 150 == 11:
        return f"cls_{year}.{number:05d}"
    return f"cls-{year}-{number:05d}"


def _course(table: Timetable, plan: District, school: School, slot: _Slot) -> Course:
    """Gives the course of a section, made when the first section needs it."""
    grade, block = slot.cohort.grade, slot.block
    if block.owner == courses.SCHOOL:
        turn = courses.GRADES.index(grade) + slot.turn + slot.nth
        at = (school.index + turn % slot.stage.variety) % len(block.offers)
        subject, org = block.offers[at], school.org.sourced_id
        code = f"{slot.stage.title[0]}{subject.code}"
        # Every other elective has the same code at all schools, the rest one of their own.
        code += f"{school.index + 1:03d}" if at % 2 else ""
        title, sourced_id = subject.title, f"crs-{school.index + 1:03d}-{code}".lower()
    else:
        subject = block.offers[slot.nth % len(block.offers)]
        owned = block.owner == courses.DEPARTMENT and plan.departments
        org = (plan.departments[0] if owned else plan.org).sourced_id
        code = f"{subject.code}{courses.GRADES.index(grade):02d}"
        title = f"{subject.title}, {courses.grade_title(grade)}"
        sourced_id = f"crs-{code}".lower()
    course = table.courses.setdefault(
        sourced_id, Course(sourced_id, title, code, org, subject.areas)
    )
    if grade not in course.grades:
        course.grades.append(grade)
    return course
