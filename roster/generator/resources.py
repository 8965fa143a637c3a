"""Makes up digital resources, and links them with courses and classes; in 1.2 with people too."""

from __future__ import annotations

from collections import Counter

from roster.generator.dice import hits
from roster.generator.enrollments import seats_of
from roster.generator.nights import Night
from roster.generator.population import student_id
from roster.generator.shapes import Groups, Row, Sources

#: Of so many courses, classes and students one is linked with a resource.
_COURSES, _CLASSES, _STUDENTS = (3, 0), (10, 2), (50, 7)

#: Resources of the whole district; the last one is linked with nothing.
_COMMON = (
    ("rsc-lib-1", "Brightpath Library", "student,teacher", "primary"),
    ("rsc-lib-2", "Atlas of Everything", "student,teacher", "secondary"),
    ("rsc-lib-3", "Read Aloud Tool", "student,parent", ""),
    ("rsc-lib-4", "Handbook for Staff", "administrator,aide,teacher", "secondary"),
)
_LINKED = _COMMON[:-1]


def add_resources(streams: Sources, night: Night, version: str, oddities: Counter[str]) -> None:
    """Adds the files of resources to the streams of a bundle."""
    oddities["resources_linked_with_nothing"] = len(_COMMON) - len(_LINKED)
    streams["resources"] = (_resources(night),)
    streams["courseResources"] = (_of_courses(night, oddities),)
    streams["classResources"] = (_of_classes(night, oddities),)
    if version != "1.1":
        streams["userResources"] = (_of_users(night, oddities),)


def _resources(night: Night) -> Groups:
    for sourced_id, title, roles, importance in _COMMON:
        yield [_resource(sourced_id, title, roles, importance)]
    for nth, course in enumerate(night.table.courses.values()):
        taught = hits(nth, _COURSES)
        title = f"{course.title}: the textbook"
        yield [_resource(f"rsc-{course.sourced_id}", title, "", "primary")] if taught else []


def _resource(sourced_id: str, title: str, roles: str, importance: str) -> Row:
    return {
        "sourcedId": sourced_id,
        "vendorResourceId": f"v-{sourced_id}",
        "title": title,
        "roles": roles,
        "importance": importance,
        "vendorId": "brightpath",
        "applicationId": "" if roles else "reader",
    }


def _of_courses(night: Night, oddities: Counter[str]) -> Groups:
    for nth, course in enumerate(night.table.courses.values()):
        linked = hits(nth, _COURSES)
        oddities["resources_linked_with_courses"] += linked
        row = {
            "sourcedId": f"crr-{course.sourced_id}",
            "courseSourcedId": course.sourced_id,
            "resourceSourcedId": f"rsc-{course.sourced_id}",
        }
        yield [row] if linked else []


def _of_classes(night: Night, oddities: Counter[str]) -> Groups:
    """Yields links: one in five has a title of its own."""
    for klass in night.table.classes:
        linked = hits(klass.number, _CLASSES)
        oddities["resources_linked_with_classes"] += linked
        row = {
            "sourcedId": f"clr-{klass.number:05d}",
            "title": f"For {klass.title}" if klass.number % 50 == 2 else "",
            "classSourcedId": klass.sourced_id,
            "resourceSourcedId": _LINKED[klass.number % len(_LINKED)][0],
        }
        yield [row] if linked else []


def _of_users(night: Night, oddities: Counter[str]) -> Groups:
    """Yields what some students have: every other one in a certain class at a certain school."""
    for pupil in night.pupils():
        if pupil is None or not hits(pupil.number, _STUDENTS):
            yield []
            continue
        oddities["resources_linked_with_users"] += 1
        row = {
            "sourcedId": f"usr-{pupil.number:06d}",
            "userSourcedId": student_id(pupil.number),
            "resourceSourcedId": _LINKED[pupil.number % len(_LINKED)][0],
        }
        if pupil.number % 2:
            seat = next(seats_of(night, pupil))
            row |= {"orgSourcedId": seat.klass.school, "classSourcedId": seat.klass.sourced_id}
        yield [row]
