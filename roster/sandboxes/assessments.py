"""Made-up assessments, which no bundle can bring: OneRoster has them in its API alone.

Each student is tested once a month, on the day of the student's number; so every day brings some
results, and a student who leaves takes theirs along. They are rows of the organization's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db import transaction

from roster.generator.dice import Dice
from roster.models import AssessmentLineItem, AssessmentResult, Organization, Row, User

TESTS = {"asm-reading": "Reading screener", "asm-maths": "Mathematics screener"}
PART = "asm-reading-fluency"
HIGHEST = 100
EVERY = 28
"""Days from a student's test to the next: on each day of a month's first 28 another group."""


def assess(sandbox: Organization, today: date) -> int:
    """Write the day's results of the students who are there; return how many are new."""
    with transaction.atomic():
        _write(AssessmentLineItem, _items(sandbox), sandbox)
        new = _write(AssessmentResult, _results(sandbox, today), sandbox)
        if new:
            Organization.objects.filter(pk=sandbox.pk).touch()  # type: ignore[attr-defined]
    sandbox.refresh_from_db(fields=["revision"])
    return new


def _items(sandbox: Organization) -> Iterator[Row]:
    bounds = {"result_value_min": 0, "result_value_max": HIGHEST}
    for sourced_id, title in TESTS.items():
        yield AssessmentLineItem(organization=sandbox, sourced_id=sourced_id, title=title, **bounds)
    yield AssessmentLineItem(
        organization=sandbox,
        sourced_id=PART,
        title="Reading screener: fluency",
        parent="asm-reading",
        **bounds,
    )


def _results(sandbox: Organization, today: date) -> Iterator[Row]:
    """Yield everybody's last results; the days that nobody wrote are made up for."""
    students = User.objects.of(sandbox).active().filter(sourced_id__startswith="stu-")
    for student in students.order_by("sourced_id").values_list("sourced_id", flat=True):
        turn = Dice(sandbox.pk, "tested", student).below(EVERY)
        day = today - timedelta(days=(today.toordinal() - turn) % EVERY)
        for test in (*TESTS, PART):
            yield _result(sandbox, test, student, day)


def _result(sandbox: Organization, test: str, student: str, day: date) -> Row:
    dice = Dice(sandbox.pk, test, student, day)
    absent = dice.one_in(20)
    score = 40 + dice.below(HIGHEST - 39)
    return AssessmentResult(
        organization=sandbox,
        sourced_id=f"{test}-{student}-{day:%Y%m%d}",
        assessment_line_item=test,
        student=student,
        score_status="not submitted" if absent else "fully graded",
        score=None if absent else score,
        score_percentile=None if absent else min(99, score),
        score_date=day,
        comment="Absent on the day of the test" if absent else "",
        missing=absent or None,
    )


def _write(model: type[Row], rows: Iterable[Row], sandbox: Organization) -> int:
    """Add the rows that aren't there yet; return how many."""
    there = set(model.objects.of(sandbox).values_list("sourced_id", flat=True))
    new = [row for row in rows if row.sourced_id not in there]
    model.objects.bulk_create(new, batch_size=500)
    return len(new)
