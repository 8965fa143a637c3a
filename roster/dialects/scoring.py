"""The fields of the gradebook and of assessments in 1.2 (specification page, 2.3)."""

from __future__ import annotations

from roster.dialects import vocabularies
from roster.dialects.elements import (
    BASE,
    Field,
    Type,
    date,
    flag,
    number,
    objects,
    ref,
    strings,
    text,
    word,
)

LEARNING_OBJECTIVES = objects(
    "learningObjectiveSet",
    "LearningObjectiveSet",
    word("source", vocabularies.SOURCES, True),
    strings("learningObjectiveIds", True),
)
LEARNING_OBJECTIVE_SCORES = objects(
    "learningObjectiveSet",
    "LearningObjectiveScoreSet",
    word("source", vocabularies.SOURCES, True),
    objects(
        "learningObjectiveResults",
        "LearningObjectiveResults",
        text("learningObjectiveId", True),
        number("score"),
        text("textScore"),
        required=True,
    ),
)
SCORE_FLAGS = (flag("inProgress"), flag("incomplete"), flag("late"), flag("missing"))

SCORING: dict[str, tuple[Field, ...]] = {
    "categories": (*BASE, text("title", True), number("weight")),
    "lineItems": (
        *BASE,
        text("title", True),
        text("description"),
        Field("assignDate", Type.INSTANT, True),
        Field("dueDate", Type.INSTANT, True),
        ref("class", "class", True),
        ref("school", "org", True),
        ref("category", "category", True),
        ref("gradingPeriod", "academicSession"),
        ref("academicSession", "academicSession"),
        ref("scoreScale", "scoreScale"),
        number("resultValueMin"),
        number("resultValueMax"),
        LEARNING_OBJECTIVES,
    ),
    "results": (
        *BASE,
        ref("lineItem", "lineItem", True),
        ref("student", "user", True),
        ref("class", "class"),
        ref("scoreScale", "scoreScale"),
        word("scoreStatus", vocabularies.SCORE_STATUSES, True),
        number("score"),
        text("textScore"),
        date("scoreDate", True),
        text("comment"),
        LEARNING_OBJECTIVE_SCORES,
        *SCORE_FLAGS,
    ),
    "scoreScales": (
        *BASE,
        text("title", True),
        text("type", True),
        ref("course", "course"),
        ref("class", "class", True),
        objects(
            "scoreScaleValue",
            "ScoreScaleValue",
            text("itemValueLHS", True),
            text("itemValueRHS", True),
            required=True,
        ),
    ),
    "assessmentLineItems": (
        *BASE,
        text("title", True),
        text("description"),
        ref("class", "class"),
        ref("parentAssessmentLineItem", "assessmentLineItem"),
        ref("scoreScale", "scoreScale"),
        number("resultValueMin"),
        number("resultValueMax"),
        LEARNING_OBJECTIVES,
    ),
    "assessmentResults": (
        *BASE,
        ref("assessmentLineItem", "assessmentLineItem", True),
        ref("student", "user", True),
        number("score"),
        text("textScore"),
        date("scoreDate", True),
        ref("scoreScale", "scoreScale"),
        number("scorePercentile"),
        word("scoreStatus", vocabularies.SCORE_STATUSES, True),
        text("comment"),
        LEARNING_OBJECTIVE_SCORES,
        *SCORE_FLAGS,
    ),
}
