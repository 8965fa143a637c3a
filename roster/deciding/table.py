"""The table of conditions: for each kind, and each step on the way, what must hold, in order.

The order is the one in which people hear of them. A step that isn't a kind of the table of kinds is
part of one: `place` is an org as the parent of classes and people, `account` a person apart from
where they are seen, `at_school` and `at_org` a place before “only enrolled people”,
`valid_course` a course before sharing, `row` and `course_row` a row of courses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from roster.deciding import attendance, classes, orgs, persons, scores
from roster.deciding.conditions import Condition, Edge, each_of, one_of
from roster.kinds import KINDS, Kind

Entry = Condition | Edge | str
"""A condition, one of parents, or all of another step."""

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
    return tuple(_made(TABLE[step], rows_of(step), kind))


def _made(entries: tuple[Entry, ...], rows: str, kind: Kind) -> Iterator[Condition | str]:
    """Yield the conditions of entries; an edge that the table of kinds doesn't have has none.

    Those of `any_of` together are one condition, where the first of them stands. Where one
    relation has two edges there, each is a condition with the edges of the other relations.
    """
    edges = [entry for entry in entries if isinstance(entry, Edge)]
    any_of = [[edge for edge in edges if edge.is_of(each)] for each in kind.any_of]
    alternatives = [*product(*filter(None, any_of))] if any(any_of) else []
    for entry in entries:
        if not isinstance(entry, Edge):
            yield entry
            continue
        for parent in filter(entry.is_of, kind.all_of):
            yield from each_of(entry, rows, parent.kind)
        if any(map(entry.is_of, kind.any_of)):
            yield from (one_of(each, rows) for each in alternatives)
            alternatives = []
