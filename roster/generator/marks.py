"""Gives a district columns of its own, and marks in them for External LMS Exclude.

Only a district that has `lived` has them: a plain bundle holds nothing that isn't visible.
"""

from __future__ import annotations

from roster.generator.courses import Course
from roster.generator.dice import hits
from roster.generator.district import Org, Post
from roster.generator.shapes import Row
from roster.generator.timetable import Klass

EXCLUDED = "metadata.externalLmsExclude"

#: File → the columns that follow the binding's.
METADATA = {
    "categories": ("metadata.type", EXCLUDED),
    "classes": ("metadata.building", EXCLUDED),
    "courses": ("metadata.fundingCode", EXCLUDED),
    "orgs": ("metadata.region", EXCLUDED),
    "roles": (EXCLUDED,),
    "users": ("metadata.house", EXCLUDED),
}

_HOUSES = ("Acorn", "Badger", "Comet", "Dune")
_REGIONS = ("North", "South")
#: Of so many classes, students, and staff's second schools one is marked.
_CLASS, _STUDENT, _SECOND_SCHOOL = (150, 77), (250, 110), (6, 2)
#: Of so many schools one has these electives marked.
_COURSE, _ELECTIVES = (10, 1), ("DRA", "COD", "JOU")


def of_org(org: Org) -> Row:
    """Gives every org a region, and marks the department of student services."""
    region = _REGIONS[int(org.sourced_id[-1]) % len(_REGIONS)]
    return {"metadata.region": region} | _mark(org.sourced_id == "dep-002")


def of_course(course: Course) -> Row:
    elective = course.org.startswith("sch-") and course.code[1:4] in _ELECTIVES
    marked = elective and hits(int(course.org[-3:]), _COURSE)
    return {"metadata.fundingCode": f"F{len(course.title) % 7}"} | _mark(marked)


def of_class(klass: Klass) -> Row:
    building = "ABC"[klass.number % 3]
    return {"metadata.building": building} | _mark(hits(klass.number, _CLASS))


def of_student(number: int) -> Row:
    house = _HOUSES[number % len(_HOUSES)]
    return {"metadata.house": house} | _mark(hits(number, _STUDENT))


def of_role(post: Post, *, second: bool) -> Row:
    """Marks what some of the staff do at a second school."""
    marked = second and post.role == "teacher" and post.primary
    return _mark(marked and hits(int(post.org[-3:]), _SECOND_SCHOOL))


def of_category(kind: str, *, marked: bool) -> Row:
    return {"metadata.type": kind} | _mark(marked)


def _mark(marked: bool) -> Row:
    return {EXCLUDED: "true"} if marked else {}
