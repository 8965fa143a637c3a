"""Random small districts with words that are hard to compare, and a gradebook beside them.

Rows come from the model tests' pools; dice put words into them that differ in case, accents,
quotes and commas only, and grades that sort otherwise as numbers than as text.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from roster.clock import clock
from roster.models import (
    AssessmentLineItem,
    AssessmentResult,
    Category,
    Klass,
    LineItem,
    Organization,
    Result,
    ScoreScale,
    User,
)
from tests.model.districts import CLASSES, USERS, Rows

NAMES = [
    "Ann", "ann", "ANN", "Anna", "O'Brien", "o'brien", "O''Brien", "Straße", "STRASSE", "Ünal",
    "ünal", "Zoë", "zoe", "a, b", "b,a", "x AND y='1'", "' OR status='active", "%", "_", "\\", "😀",
    "﹏", "İ", "ſ", "K",
]  # fmt: skip
CODES = ["9", "10", "09", "a1", "A1", "", "1,2", "1"]
NUMBERS = [0.0, 9.0, 10.0, 9.5, 100.0, -1.0, 0.1, 1000.0, 87.0, -0.5]
PEOPLE = ("given_name", "family_name", "middle_name", "email", "preferred_first_name")
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def worded(rows: Rows, dice: Random) -> Rows:
    """Return the rows with hard words in some of their cells."""
    for (model, _), fields in rows.items():
        if model is User:
            for name in PEOPLE:
                if dice.random() < 0.6:
                    fields[name] = dice.choice(NAMES)
            fields["identifier"] = dice.choice(CODES)
            fields["metadata"] = {"locker": dice.choice(["5", "17", "x'y"])}
        elif model is Klass:
            fields["title"] = dice.choice(NAMES)
            fields["grades"] = dice.sample(["9", "10", "09", "KG"], dice.randrange(4))
            fields["class_code"] = dice.choice(CODES)
    return rows


def change(organization: Organization, drawn: Rows) -> None:
    """Give rows these fields, making those that aren't there."""
    for (model, sourced_id), fields in drawn.items():
        model.objects.update_or_create(
            organization=organization,
            sourced_id=sourced_id,
            defaults={"status": "active", **fields, "last_modified": clock()},
        )


def grade(organization: Organization, dice: Random) -> None:
    """Write a gradebook and assessments; what was there before has left."""
    for model in (Result, LineItem, ScoreScale, Category, AssessmentResult, AssessmentLineItem):
        rows: Any = model.objects.filter(organization=organization)
        rows.update(status="tobedeleted", last_modified=clock())

    def make(model: Any, sourced_id: str, **fields: Any) -> None:
        if dice.random() < 0.85:
            change(organization, {(model, sourced_id): fields})

    def maybe(value: Any) -> Any:
        return value if dice.random() < 0.7 else None

    for name in ("g1", "g2", "G/3"):
        make(Category, name, title=dice.choice(NAMES), weight=maybe(dice.choice(NUMBERS)))
    for name in ("s1", "s2"):
        make(
            ScoreScale,
            name,
            title=dice.choice(NAMES),
            type="letter",
            klass=dice.choice(CLASSES),
            course="c1",
            values=[{"itemValueLHS": "A", "itemValueRHS": dice.choice(["9-10", "50"])}],
        )
    # A line item stays in its class: in 1.1 its results say theirs through it alone.
    for name, klass in zip(("i1", "i2", "i/3@x", "i4"), ["k1", "k3", "k2", "k1"], strict=True):
        task = {
            "title": dice.choice(NAMES),
            "klass": klass,
            "score_scale": dice.choice(["", "s1"]),
            "result_value_min": maybe(dice.choice(NUMBERS)),
            "result_value_max": dice.choice(NUMBERS),
        }
        make(
            LineItem,
            name,
            **task,
            assign_date=NOON + timedelta(hours=dice.randrange(48)),
            due_date=NOON + timedelta(days=dice.randrange(9)),
            category=dice.choice(["g1", "g2", "G/3"]),
            grading_period=dice.choice(["", "quarter"]),
            academic_session=dice.choice(["", "fall"]),
        )
        make(AssessmentLineItem, name, **task, parent=dice.choice(["", "i1"]))
    for number in range(8):
        score = {
            "student": dice.choice(USERS[:4]),
            "score": maybe(dice.choice(NUMBERS)),
            "text_score": dice.choice(["", "A", "a"]),
            "score_status": dice.choice(["fully graded", "submitted"]),
            "score_date": date(2026, 9, 1) + timedelta(days=dice.randrange(5)),
            "comment": dice.choice(["", *NAMES]),
            "late": dice.choice([None, True, False]),
        }
        item = dice.choice(["i1", "i2", "i/3@x", "i4"])
        make(Result, f"m{number}", **score, line_item=item)
        make(
            AssessmentResult,
            f"m{number}",
            **score,
            assessment_line_item=item,
            score_percentile=maybe(dice.choice(NUMBERS)),
        )
