"""Makes up the results of students: those of a class left behind too, none of one to come.

1.1 knows results with a score only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from roster.generator.dice import Dice
from roster.generator.enrollments import seats_of
from roster.generator.line_items import Item, items_of
from roster.generator.nights import Night, Pupil
from roster.generator.population import student_id
from roster.generator.shapes import Groups, Row

_WORDS = ("Begins", "Nears", "Meets", "Exceeds")

_STATUSES = (
    *("fully graded",) * 16, "partially graded", "submitted", "not submitted", "exempt",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    sourced_id: str
    item: Item
    student: str
    throw: int
    status: str
    has_left: bool

    @property
    def score(self) -> int:
        """Gives the score, 0 to the highest: between 50 and 100 percent."""
        return (50 + self.throw % 51) * self.item.highest // 100

    @property
    def word(self) -> str:
        """Gives the level of a score from 1 to 4."""
        return _WORDS[max(0, self.score - 1)]


def results(night: Night, version: str, oddities: Counter[str]) -> Groups:
    for pupil in night.pupils():
        found = list(results_of(night, pupil)) if pupil else []
        oddities["results_of_ended_enrollments"] += sum(one.has_left for one in found)
        if version != "1.1":
            oddities["results_without_score"] += sum("graded" not in one.status for one in found)
        yield [_result(one, version) for one in found]


def results_of(night: Night, pupil: Pupil) -> Iterator[Result]:
    """Yields the results of a student."""
    for seat in seats_of(night, pupil):
        if seat.tag.startswith("f"):
            continue
        for item in items_of(night, seat.klass):
            dice = Dice(night.plan.seed, "score", item.sourced_id, pupil.number)
            name = item.sourced_id.replace("lin-", "res-")
            yield Result(
                f"{name}-{pupil.number:06d}",
                item,
                student_id(pupil.number),
                dice.below(1000),
                dice.pick(_STATUSES),
                seat.tag.startswith("e"),
            )


def _result(result: Result, version: str) -> Row:
    item, graded = result.item, "graded" in result.status
    row = {
        "sourcedId": result.sourced_id,
        "lineItemSourcedId": item.sourced_id,
        "studentSourcedId": result.student,
        "scoreStatus": result.status,
        "score": str(result.score) if graded else "",
        "scoreDate": (item.assigned + timedelta(days=6)).isoformat(),
        "comment": "Shows all work, well done" if graded and result.throw % 51 > 47 else "",
    }
    if version == "1.1":
        return row | {"score": row["score"] or "0"}
    by_level = graded and item.scale == "levels"
    return row | {
        "textScore": result.word if by_level else "",
        "classSourcedId": item.klass.sourced_id,
        "inProgress": "true" if result.status == "partially graded" else "",
        "incomplete": "true" if result.status == "partially graded" else "",
        "late": "true" if graded and result.throw % 20 == 0 else "",
        "missing": "true" if result.status == "not submitted" else "",
    }
