"""Turns a plan into the rows of every OneRoster file, one stream for each.

A further file or a further column is one more entry here; what a night changes or a demo spoils
is laid over these streams.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain

from roster.generator import people
from roster.generator.courses import GRADES
from roster.generator.demographics import demographics
from roster.generator.district import District
from roster.generator.people import Person
from roster.generator.timetable import Timetable, belongs_to_two_schools, takes_a_class_elsewhere

Row = dict[str, str]
"""Column to cell; a column left out is a blank cell."""

Sources = dict[str, Iterator[Row]]
"""File name without `.csv` to its rows, to be read once."""

_ROLE_1_1 = {
    "aide": "aide",
    "counselor": "aide",
    "districtAdministrator": "administrator",
    "principal": "administrator",
    "proctor": "proctor",
    "siteAdministrator": "administrator",
    "student": "student",
    "systemAdministrator": "administrator",
    "teacher": "teacher",
}


def sources_of(plan: District, table: Timetable, version: str, oddities: Counter[str]) -> Sources:
    """Gives the streams; what is odd is counted in `oddities` while they are read."""
    streams: Sources = {
        "orgs": _orgs(plan),
        "academicSessions": _sessions(plan),
        "courses": _courses(plan, table, oddities),
        "classes": _classes(table, oddities),
        "users": _users(plan, version, oddities),
        "demographics": demographics(plan, version),
        "enrollments": _enrollments(plan, table, oddities),
    }
    if version != "1.1":
        streams["roles"] = _roles(plan)
    return streams


def _orgs(plan: District) -> Iterator[Row]:
    for org in plan.orgs:
        yield {
            "sourcedId": org.sourced_id,
            "name": org.name,
            "type": org.type,
            "identifier": org.identifier,
            "parentSourcedId": org.parent,
        }


def _sessions(plan: District) -> Iterator[Row]:
    for session in plan.calendar.sessions:
        yield {
            "sourcedId": session.sourced_id,
            "title": session.title,
            "type": session.type,
            "startDate": session.start.isoformat(),
            "endDate": session.end.isoformat(),
            "parentSourcedId": session.parent,
            "schoolYear": str(plan.calendar.year),
        }


def _courses(plan: District, table: Timetable, oddities: Counter[str]) -> Iterator[Row]:
    for course in table.courses.values():
        if not course.dated:
            oddities["courses_without_classes_or_year"] += 1
        yield {
            "sourcedId": course.sourced_id,
            "schoolYearSourcedId": plan.calendar.whole.sourced_id if course.dated else "",
            "title": course.title,
            "courseCode": course.code,
            "grades": ",".join(sorted(course.grades, key=GRADES.index)),
            "orgSourcedId": course.org,
            "subjects": ",".join(subject for subject, _code in course.areas),
            "subjectCodes": ",".join(code for _subject, code in course.areas),
        }


def _classes(table: Timetable, oddities: Counter[str]) -> Iterator[Row]:
    for klass in table.classes:
        primaries = [primary for _number, role, primary in klass.staff if role == "teacher"]
        if len(primaries) > 1:
            oddities["co_taught_classes"] += 1
        if not any(primaries):
            oddities["classes_without_primary_teacher"] += 1
        yield {
            "sourcedId": klass.sourced_id,
            "title": klass.title,
            "grades": klass.grade,
            "courseSourcedId": klass.course.sourced_id,
            "classCode": klass.code,
            "classType": "homeroom" if klass.homeroom else "scheduled",
            "location": f"Room {klass.number % 300 + 1}",
            "schoolSourcedId": klass.school,
            "termSourcedIds": ",".join(klass.terms),
            "subjects": ",".join(subject for subject, _code in klass.course.areas),
            "subjectCodes": ",".join(code for _subject, code in klass.course.areas),
            "periods": ",".join(klass.periods),
        }


def _people(plan: District) -> Iterator[Person]:
    return chain(people.employees(plan), people.students(plan))


def _users(plan: District, version: str, oddities: Counter[str]) -> Iterator[Row]:
    own: Callable[[Person], Row] = _user_1_1 if version == "1.1" else _user_1_2
    for person in _people(plan):
        oddities.update(people.oddities_of(person))
        yield {
            "sourcedId": person.sourced_id,
            "enabledUser": "true",
            "username": person.username,
            "userIds": ",".join(f"{{{kind}:{value}}}" for kind, value in person.user_ids),
            "givenName": person.given,
            "familyName": person.family,
            "middleName": person.middle,
            "identifier": person.identifier,
            "email": person.email,
            "sms": person.sms,
            "phone": person.phone,
            "grades": person.grade,
            **own(person),
        }


def _user_1_1(person: Person) -> Row:
    return {
        "orgSourcedIds": ",".join(person.orgs),
        "role": _ROLE_1_1[person.posts[0].role],
    }


def _user_1_2(person: Person) -> Row:
    return {
        "userMasterIdentifier": person.master_identifier,
        "preferredGivenName": person.preferred,
        "primaryOrgSourcedId": person.posts[0].org,
        "pronouns": person.pronouns,
    }


def _roles(plan: District) -> Iterator[Row]:
    for person in _people(plan):
        for number, post in enumerate(person.posts, 1):
            yield {
                "sourcedId": f"rol-{person.sourced_id}-{number}",
                "userSourcedId": person.sourced_id,
                "roleType": "primary" if post.primary else "secondary",
                "role": post.role,
                "beginDate": post.begin,
                "orgSourcedId": post.org,
            }


def _enrollments(plan: District, table: Timetable, oddities: Counter[str]) -> Iterator[Row]:
    yield from _staff_enrollments(plan, table)
    yield from _student_enrollments(plan, table, oddities)


def _staff_enrollments(plan: District, table: Timetable) -> Iterator[Row]:
    for klass in table.classes:
        for nth, (number, role, primary) in enumerate(klass.staff, 1):
            yield {
                "sourcedId": f"enr-{plan.calendar.year}-c{klass.number:05d}-{nth}",
                "classSourcedId": klass.sourced_id,
                "schoolSourcedId": klass.school,
                "userSourcedId": people.employee_id(number),
                "role": role,
                "primary": "true" if primary else "false",
                "beginDate": klass.dates[0],
                "endDate": klass.dates[1],
            }


def _student_enrollments(plan: District, table: Timetable, oddities: Counter[str]) -> Iterator[Row]:
    for school in plan.schools:
        host = plan.host_of(school)
        for cohort in school.cohorts:
            for number in cohort.students:
                seats = table.seats(school, cohort, number)
                elsewhere = takes_a_class_elsewhere(number)
                if host and (elsewhere or belongs_to_two_schools(number)):
                    guest = table.guest_seat(host, cohort.grade, number)
                    if guest:
                        seats.append(guest)
                        oddities["classes_taken_at_another_school"] += elsewhere
                user = people.student_id(number)
                for nth, klass in enumerate(seats, 1):
                    yield {
                        "sourcedId": f"enr-{plan.calendar.year}-s{number:06d}-{nth}",
                        "classSourcedId": klass.sourced_id,
                        "schoolSourcedId": klass.school,
                        "userSourcedId": user,
                        "role": "student",
                        "beginDate": klass.dates[0],
                        "endDate": klass.dates[1],
                    }
