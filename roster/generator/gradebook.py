"""Makes up the gradebooks of every fourth class: categories, line items, results; in 1.2 scales.

1.1 knows results with a score only, and neither score scales nor learning objectives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from uuid import UUID

from roster.generator import marks
from roster.generator.dice import Dice, hits
from roster.generator.enrollments import seats_of
from roster.generator.nights import Night, Pupil
from roster.generator.people import student_id
from roster.generator.rows import Groups, Row, Sources
from roster.generator.timetable import Klass

#: Of so many classes one has a gradebook, and one assesses by a standard, too.
_GRADED, _BY_STANDARD = (4, 1), (12, 5)

#: id, title, weight, `metadata.type`, marked.
_CATEGORIES = (
    ("cat-homework", "Homework", "30", "", False),
    ("cat-tests", "Tests", "70", "", False),
    ("cat-writing", "Writes clear arguments", "", "standard", False),
    ("cat-notes", "Notes for the teacher", "0", "", True),
)

_LETTERS = "{A:90-100},{B:80-89},{C:70-79},{D:60-69},{F:0-59}"
_LEVELS = "{Exceeds:4},{Meets:3},{Nears:2},{Begins:1}"
_WORDS = ("Begins", "Nears", "Meets", "Exceeds")


@dataclass(frozen=True, slots=True)
class Item:
    """A line item of a class, and the kind of scale it is scored by: none, letters, levels."""

    sourced_id: str
    klass: Klass
    title: str
    category: str
    assigned: date
    period: str
    highest: int
    scale: str = ""


def add_gradebook(streams: Sources, night: Night, version: str, oddities: Counter[str]) -> None:
    """Adds the files of a gradebook to the streams of a bundle."""
    streams["categories"] = (_categories(version, oddities),)
    streams["lineItems"] = (_for_classes(night, lambda item: _line_item(item, version)),)
    streams["results"] = (_results(night, version, oddities),)
    if version == "1.1":
        return
    streams["scoreScales"] = (_score_scales(night),)
    streams["lineItemScoreScales"] = (_for_classes(night, _scale_link),)
    streams["resultScoreScales"] = (_for_results(night, _result_scale_link),)
    streams["lineItemLearningObjectiveIds"] = (_for_classes(night, _objectives),)
    streams["resultLearningObjectiveIds"] = (_for_results(night, _result_objectives),)


def _categories(version: str, oddities: Counter[str]) -> Groups:
    for sourced_id, title, weight, kind, marked in _CATEGORIES:
        oddities["marked_categories"] += marked
        own = marks.of_category(kind, marked=marked)
        weighed = {} if version == "1.1" else {"weight": weight}
        yield [{"sourcedId": sourced_id, "title": title, **weighed, **own}]


def _items(night: Night, klass: Klass) -> Iterator[Item]:
    """Yields the line items of a class, none where it has no gradebook."""
    calendar = night.plan.calendar
    held = [term for term in calendar.terms if term.sourced_id in klass.terms]
    if not held or not hits(klass.number, _GRADED):
        return
    start = held[0].start
    period = next(one for one in calendar.grading_periods if one.start == start).sourced_id
    name = f"lin-{calendar.year}-{klass.number:05d}"

    def after(weeks: int) -> date:
        return start + timedelta(weeks=weeks)

    yield Item(f"{name}-1", klass, "Homework, week 2", "cat-homework", after(2), period, 20)
    yield Item(f"{name}-2", klass, "First test", "cat-tests", after(5), period, 100, "letters")
    if hits(klass.number, _BY_STANDARD):
        yield Item(f"{name}-3", klass, "Essay", "cat-writing", after(6), period, 4, "levels")


def _for_classes(night: Night, tell: Callable[[Item], Row | list[Row]]) -> Groups:
    for klass in night.table.classes:
        rows: list[Row] = []
        for item in _items(night, klass):
            told = tell(item)
            rows += [told] if isinstance(told, dict) else told
        yield rows


def _line_item(item: Item, version: str) -> Row:
    row = {
        "sourcedId": item.sourced_id,
        "title": item.title,
        "description": f"{item.klass.title}: {item.title}",
        "assignDate": item.assigned.isoformat(),
        "dueDate": (item.assigned + timedelta(days=4)).isoformat(),
        "classSourcedId": item.klass.sourced_id,
        "categorySourcedId": item.category,
        "resultValueMin": "0",
        "resultValueMax": str(item.highest),
    }
    if version == "1.1":
        return row | {"gradingPeriodSourcedId": item.period}
    return row | {"academicSessionSourcedId": item.period, "schoolSourcedId": item.klass.school}


def _scale_id(item: Item) -> str:
    return f"scl-{item.sourced_id.removeprefix('lin-')}"


def _score_scales(night: Night) -> Groups:
    def tell(item: Item) -> list[Row]:
        if not item.scale:
            return []
        letters = item.scale == "letters"
        return [
            {
                "sourcedId": _scale_id(item),
                "title": "Letters" if letters else "Levels",
                "type": "letter" if letters else "standard",
                "orgSourcedId": item.klass.school,
                "courseSourcedId": item.klass.course.sourced_id,
                "classSourcedId": item.klass.sourced_id,
                "scoreScaleValue": _LETTERS if letters else _LEVELS,
            }
        ]

    return _for_classes(night, tell)


def _scale_link(item: Item) -> list[Row]:
    if not item.scale:
        return []
    return [
        {
            "sourcedId": item.sourced_id.replace("lin-", "lsc-"),
            "lineItemSourcedId": item.sourced_id,
            "scoreScaleSourcedId": _scale_id(item),
        }
    ]


def _objectives(item: Item) -> list[Row]:
    """Gives what an essay is about: an objective of a published framework, one of our own."""
    if item.scale != "levels":
        return []
    name = item.sourced_id.replace("lin-", "lob-")
    named = (("case", _objective(item)), ("unknown", "WRITE-7"))
    return [
        {
            "sourcedId": f"{name}-{nth}",
            "lineItemSourcedId": item.sourced_id,
            "source": source,
            "learningObjectiveId": objective,
        }
        for nth, (source, objective) in enumerate(named, 1)
    ]


def _objective(item: Item) -> str:
    """Gives the URN of the objective of a course."""
    digest = blake2b(item.klass.course.sourced_id.encode(), digest_size=16).digest()
    return UUID(bytes=digest, version=4).urn


@dataclass(frozen=True, slots=True)
class _Result:
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


def _of_pupil(night: Night, pupil: Pupil) -> Iterator[_Result]:
    """Yields the results of a student, those of a class left behind too, none of one to come."""
    for seat in seats_of(night, pupil):
        if seat.tag.startswith("f"):
            continue
        for item in _items(night, seat.klass):
            dice = Dice(night.plan.seed, "score", item.sourced_id, pupil.number)
            name = item.sourced_id.replace("lin-", "res-")
            yield _Result(
                f"{name}-{pupil.number:06d}",
                item,
                student_id(pupil.number),
                dice.below(1000),
                dice.pick(_STATUSES),
                seat.tag.startswith("e"),
            )


_STATUSES = (
    *("fully graded",) * 16, "partially graded", "submitted", "not submitted", "exempt",
)  # fmt: skip


def _results(night: Night, version: str, oddities: Counter[str]) -> Groups:
    for pupil in night.pupils():
        found = list(_of_pupil(night, pupil)) if pupil else []
        oddities["results_of_ended_enrollments"] += sum(one.has_left for one in found)
        if version != "1.1":
            oddities["results_without_score"] += sum("graded" not in one.status for one in found)
        yield [_result(one, version) for one in found]


def _result(result: _Result, version: str) -> Row:
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
        "textScore": _WORDS[max(0, result.score - 1)] if by_level else "",
        "classSourcedId": item.klass.sourced_id,
        "inProgress": "true" if result.status == "partially graded" else "",
        "incomplete": "true" if result.status == "partially graded" else "",
        "late": "true" if graded and result.throw % 20 == 0 else "",
        "missing": "true" if result.status == "not submitted" else "",
    }


def _for_results(night: Night, tell: Callable[[_Result], Row]) -> Groups:
    """Tells something more about each graded result that goes by levels."""
    for pupil in night.pupils():
        yield [
            tell(result)
            for result in (_of_pupil(night, pupil) if pupil else ())
            if result.item.scale == "levels" and "graded" in result.status
        ]


def _result_scale_link(result: _Result) -> Row:
    return {
        "sourcedId": result.sourced_id.replace("res-", "rss-"),
        "resultSourcedId": result.sourced_id,
        "scoreScaleSourcedId": _scale_id(result.item),
    }


def _result_objectives(result: _Result) -> Row:
    return {
        "sourcedId": result.sourced_id.replace("res-", "rob-"),
        "resultSourcedId": result.sourced_id,
        "source": "case",
        "learningObjectiveId": _objective(result.item),
        "score": str(result.score),
        "textScore": _WORDS[max(0, result.score - 1)],
    }
