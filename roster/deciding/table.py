"""The table of conditions: for each kind, and each step on the way, what must hold, in order.

The order is the one in which people hear of them. A step that isn't a kind of the table of kinds is
part of one: `place` is an org as the parent of classes and people, `account` a person apart from
where they are seen, `at_school` and `at_org` a place before “only enrolled people”,
`valid_course` a course before sharing, `row` and `course_row` a row of courses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from roster.deciding import attendance, classes, orgs, persons, scores
from roster.deciding.conditions import Condition, Edge
from roster.kinds import KINDS, Kind

Entry = Condition | Edge | str
"""A condition, those of parents, or all of another step."""

TABLE: dict[str, tuple[Entry, ...]] = {
    "place": orgs.PLACE,
    "org": orgs.RECORD,
    "school": orgs.RECORD,
    "calendar": orgs.CALENDAR,
    "schedule_structure": orgs.SCHEDULE_STRUCTURE,
    "grade_level": orgs.GRADE_LEVEL,
    "course_master": orgs.COURSE_MASTER,
    "row": classes.ROW,
    "valid_course": classes.VALID_COURSE,
    "course": classes.COURSE,
    "course_row": classes.COURSE_ROW,
    "section": classes.SECTION,
    "session": classes.SESSION,
    "resource": classes.RESOURCE,
    "account": persons.ACCOUNT,
    "at_school": attendance.AT_SCHOOL,
    "at_org": attendance.AT_ORG,
    "school_enrollment": attendance.SCHOOL_ENROLLMENT,
    "district_assignment": attendance.DISTRICT_ASSIGNMENT,
    "guardian_link": attendance.GUARDIAN_LINK,
    "person": persons.PERSON,
    "enrollment": persons.ENROLLMENT,
    "past_enrollment": scores.PAST_ENROLLMENT,
    "demographics": persons.DEMOGRAPHICS,
    "grading_task": scores.GRADING_TASK,
    "score_scale": scores.SCORE_SCALE,
    "line_item": scores.LINE_ITEM,
    "result": scores.RESULT,
    "assessment_line_item": scores.ASSESSMENT_LINE_ITEM,
    "assessment_result": scores.ASSESSMENT_RESULT,
}

KIND_OF = {
    "place": "org",
    "account": "person",
    "at_school": "school_enrollment",
    "at_org": "district_assignment",
    "valid_course": "course",
    "row": "course",
    "course_row": "course",
    "past_enrollment": "enrollment",
}
"""The kind as which people know a step's rows."""

ROWS = {
    "place": "org",
    "school": "org",
    "account": "person",
    "at_school": "school_enrollment",
    "at_org": "district_assignment",
    "valid_course": "course",
    "row": "course_row",
}
"""The map's kind of a step's rows, where it isn't the step's name."""


def rows_of(step: str) -> str:
    return ROWS.get(step, step)


def conditions(step: str) -> tuple[Condition | str, ...]:
    """Return what must hold for a step's rows; a word stands for all of another step."""
    return _conditions(step, KINDS[KIND_OF.get(step, step)])


@lru_cache
def _conditions(step: str, kind: Kind) -> tuple[Condition | str, ...]:
    return tuple(each for entry in TABLE[step] for each in _of(entry, step, kind))


def _of(entry: Entry, step: str, kind: Kind) -> Iterator[Condition | str]:
    if not isinstance(entry, Edge):
        yield entry
    elif parents := tuple(each for each in kind.parents if each.by in entry.relations):
        yield from entry.make(rows_of(step), parents)
