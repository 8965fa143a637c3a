"""The gradebook and assessments."""

from __future__ import annotations

from roster.deciding.conditions import Condition, in_v11, lacks, marked, parent
from roster.deciding.given import Given
from roster.map.arrays import Flags

GRADING_TASK = (marked("grading_task"), lacks("grading_task"))
SCORE_SCALE = (marked("score_scale"), parent("section", "section"), lacks("score_scale"))


def has_period(d: Given) -> Flags:
    flags: Flags = d.ok("session")[d.map.line_item.period]
    return flags


LINE_ITEM = (
    marked("line_item"),
    parent("section", "section"),
    parent("category", "grading_task"),
    in_v11("line_item", "gradingPeriod", has_period),
    lacks("line_item"),
)


# Results


def unmarked_at_school(d: Given) -> Flags:
    return ~d.marked("school_enrollment")


RESULT = (
    marked("result"),
    parent("line_item", "line_item"),
    parent("student", "person"),
    parent("enrollments", "past_enrollment"),
    parent("as_student", "school_enrollment", needed=False, visible=unmarked_at_school),
    in_v11("result", "scoreStatus", lambda d: ~d.map.result.ext),
    lacks("result"),
)
PAST_ENROLLMENT = (marked("past_enrollment"),)
"""The student was in the class this year by an enrollment that is unmarked, ended or not."""


# Assessments


def all_schools_or_class(d: Given) -> Flags:
    """What names no class is for whoever gets all schools."""
    item = d.map.assessment_line_item
    flags: Flags = ~item.classless | d.rules.schools.is_all
    return flags


ASSESSMENT_LINE_ITEM = (
    marked("assessment_line_item"),
    parent("section", "section", unless=lambda d: d.map.assessment_line_item.classless),
    Condition("school_not_shared", all_schools_or_class),
    lacks("assessment_line_item"),
)
ASSESSMENT_RESULT = (
    marked("assessment_result"),
    parent("line_item", "assessment_line_item"),
    parent("student", "person"),
    lacks("assessment_result"),
)
