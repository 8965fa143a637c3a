"""Writes down who is in which class on a night as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from roster.generator import population
from roster.generator.dice import hits
from roster.generator.nights import Night, Pupil
from roster.generator.shapes import Groups
from roster.generator.timetable import (
    Klass,
    belongs_to_two_schools,
    comes_in_summer,
    takes_a_class_elsewhere,
)

#: Of so many students in a district that has lived one has left a class, one will join one.
_ENDED, _FUTURE = (120, 55), (120, 85)
#: So long after the term began the one ended; so long before it ends the other begins.
_ENDED_AFTER, _FUTURE_BEFORE = timedelta(weeks=3), timedelta(weeks=3)


class Seat(NamedTuple):
    """A student in a class; `tag` tells the enrollment's id from that of another night."""

    klass: Klass
    tag: str
    begin: str
    end: str


def of_staff(night: Night) -> Groups:
    year = night.plan.calendar.year
    for klass in night.table.classes:
        rows = []
        for nth, (number, role, primary) in enumerate(klass.staff, 1):
            holder = night.holder(number)
            replaced = "" if holder == number else "r"
            rows.append(
                {
                    "sourcedId": f"enr-{year}-c{klass.number:05d}-{nth}{replaced}",
                    "classSourcedId": klass.sourced_id,
                    "schoolSourcedId": klass.school,
                    "userSourcedId": population.employee_id(holder),
                    "role": role,
                    "primary": "true" if primary and not (night.strict and nth > 1) else "false",
                    "beginDate": klass.dates[0],
                    "endDate": klass.dates[1],
                }
            )
        yield rows


def of_students(night: Night, oddities: Counter[str]) -> Groups:
    year = night.plan.calendar.year
    for pupil in night.pupils():
        if pupil is None:
            yield []
            continue
        _count(night, pupil, oddities)
        user = population.student_id(pupil.number)
        yield [
            {
                "sourcedId": f"enr-{year}-s{pupil.number:06d}-{seat.tag}",
                "classSourcedId": seat.klass.sourced_id,
                "schoolSourcedId": seat.klass.school,
                "userSourcedId": user,
                "role": "student",
                "beginDate": seat.begin,
                "endDate": seat.end,
            }
            for seat in seats_of(night, pupil)
        ]


def seats_of(night: Night, pupil: Pupil) -> Iterator[Seat]:
    """Yields the classes of a student: at school, as a guest, in summer, before and after."""
    nth = 0
    planned = night.table.seats(pupil.school, pupil.cohort, pupil.number)
    taken = night.table.seats(
        pupil.school, pupil.cohort, pupil.number, other_section=pupil.other_section
    )
    for nth, (before, klass) in enumerate(zip(planned, taken, strict=True), 1):
        changed = "m" * pupil.moved + "w" * (klass is not before)
        yield Seat(klass, f"{nth}{changed}", *klass.dates)
    if not pupil.moved:
        for klass in _further(night, pupil):
            nth += 1
            yield Seat(klass, str(nth), *klass.dates)
    if night.lived:
        yield from _other_times(night, pupil)


def is_guest(night: Night, pupil: Pupil) -> bool:
    """Says whether a student takes a class at a school without belonging to it."""
    host = night.plan.host_of(pupil.school)
    if host is None or pupil.moved or not takes_a_class_elsewhere(pupil.number):
        return False
    return host.nearest(pupil.cohort.grade) is not None


def _further(night: Night, pupil: Pupil) -> Iterator[Klass]:
    host = night.plan.host_of(pupil.school)
    number = pupil.number
    if host and (takes_a_class_elsewhere(number) or belongs_to_two_schools(number)):
        guest = night.table.guest_seat(host, pupil.cohort.grade, number)
        if guest:
            yield guest
    summer = night.table.summer.get(pupil.school.index)
    if summer and comes_in_summer(number):
        yield summer


def _other_times(night: Night, pupil: Pupil) -> Iterator[Seat]:
    """Yields a class that was left, or that is yet to be joined, of another grade here."""
    ended, future = hits(pupil.number, _ENDED), hits(pupil.number, _FUTURE)
    other = _other_grade(pupil) if ended or future else None
    if other is None:
        return
    tag = "m" * pupil.moved
    first, last = night.plan.calendar.terms
    if ended:
        klass = night.table.seat(pupil.school, other, 1, pupil.number)
        end = (first.start + _ENDED_AFTER).isoformat()
        yield Seat(klass, f"e{tag}", first.start.isoformat(), end)
    else:
        klass = night.table.seat(pupil.school, other, 2, pupil.number)
        begin = (last.end - _FUTURE_BEFORE).isoformat()
        yield Seat(klass, f"f{tag}", begin, last.end.isoformat())


def _other_grade(pupil: Pupil) -> str | None:
    others = [cohort.grade for cohort in pupil.school.cohorts if cohort.size]
    others.remove(pupil.cohort.grade)
    return others[pupil.number % len(others)] if others else None


def _count(night: Night, pupil: Pupil, oddities: Counter[str]) -> None:
    oddities["classes_taken_at_another_school"] += is_guest(night, pupil)
    oddities["summer_enrollments"] += (
        not pupil.moved
        and comes_in_summer(pupil.number)
        and pupil.school.index in night.table.summer
    )
    if night.lived and _other_grade(pupil):
        oddities["ended_enrollments"] += hits(pupil.number, _ENDED)
        oddities["future_enrollments"] += hits(pupil.number, _FUTURE)
