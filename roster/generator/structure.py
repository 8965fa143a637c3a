"""Writes down the orgs, sessions, courses and classes of a night as rows."""

from __future__ import annotations

from collections import Counter

from roster.generator import marks
from roster.generator.courses import GRADES
from roster.generator.nights import Night
from roster.generator.shapes import Groups
from roster.generator.timetable import Klass


def orgs(night: Night, oddities: Counter[str]) -> Groups:
    for org in night.plan.orgs:
        own = marks.of_org(org) if night.lived else {}
        oddities["marked_orgs"] += marks.EXCLUDED in own
        yield [
            {
                "sourcedId": org.sourced_id,
                "name": org.name,
                "type": org.type,
                "identifier": org.identifier,
                "parentSourcedId": org.parent,
                **own,
            }
        ]


def sessions(night: Night) -> Groups:
    for session in night.plan.calendar.sessions:
        yield [
            {
                "sourcedId": session.sourced_id,
                "title": session.title,
                "type": session.type,
                "startDate": session.start.isoformat(),
                "endDate": session.end.isoformat(),
                "parentSourcedId": session.parent,
                "schoolYear": str(night.plan.calendar.year),
            }
        ]


def courses(night: Night, oddities: Counter[str]) -> Groups:
    for course in night.table.courses.values():
        own = marks.of_course(course) if night.lived else {}
        oddities["marked_courses"] += marks.EXCLUDED in own
        oddities["courses_without_classes_or_year"] += not course.dated
        yield [
            {
                "sourcedId": course.sourced_id,
                "schoolYearSourcedId": (
                    night.plan.calendar.whole.sourced_id if course.dated else ""
                ),
                "title": course.title,
                "courseCode": course.code,
                "grades": ",".join(sorted(course.grades, key=GRADES.index)),
                "orgSourcedId": course.org,
                "subjects": ",".join(subject for subject, _code in course.areas),
                "subjectCodes": ",".join(code for _subject, code in course.areas),
                **own,
            }
        ]


def classes(night: Night, oddities: Counter[str]) -> Groups:
    """Yields the classes; one that was renamed went to another room, too."""
    for klass in night.table.classes:
        own = marks.of_class(klass) if night.lived else {}
        oddities["marked_classes"] += marks.EXCLUDED in own
        _count_teachers(klass, oddities)
        oddities["summer_classes"] += klass.terms == (night.plan.calendar.summer.sourced_id,)
        renamed = night.has_renamed_class(klass)
        yield [
            {
                "sourcedId": klass.sourced_id,
                "title": f"{klass.title} (new room)" if renamed else klass.title,
                "grades": klass.grade,
                "courseSourcedId": klass.course.sourced_id,
                "classCode": klass.code,
                "classType": "homeroom" if klass.homeroom else "scheduled",
                "location": f"Room {(klass.number + 150 * renamed) % 300 + 1}",
                "schoolSourcedId": klass.school,
                "termSourcedIds": ",".join(klass.terms),
                "subjects": ",".join(subject for subject, _code in klass.course.areas),
                "subjectCodes": ",".join(code for _subject, code in klass.course.areas),
                "periods": ",".join(klass.periods),
                **own,
            }
        ]


def _count_teachers(klass: Klass, oddities: Counter[str]) -> None:
    primaries = [primary for _number, role, primary in klass.staff if role == "teacher"]
    oddities["co_taught_classes"] += len(primaries) > 1
    oddities["classes_without_primary_teacher"] += not any(primaries)
    oddities["classes_with_several_primary_teachers"] += sum(primaries) > 1
