"""Makes up categories, and the line items of every fourth class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from roster.generator import marks
from roster.generator.dice import hits
from roster.generator.nights import Night
from roster.generator.shapes import Groups, Row
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


def categories(version: str, oddities: Counter[str]) -> Groups:
    for sourced_id, title, weight, kind, marked in _CATEGORIES:
        oddities["marked_categories"] += marked
        own = marks.of_category(kind, marked=marked)
        weighed = {} if version == "1.1" else {"weight": weight}
        yield [{"sourcedId": sourced_id, "title": title, **weighed, **own}]


def for_classes(night: Night, tell: Callable[[Item], list[Row]]) -> Groups:
    """Yields for each class what is told of its line items."""
    for klass in night.table.classes:
        yield [row for item in items_of(night, klass) for row in tell(item)]


def line_items(night: Night, version: str) -> Groups:
    return for_classes(night, lambda item: [_line_item(item, version)])


def items_of(night: Night, klass: Klass) -> Iterator[Item]:
    """Yields the line items of a class, none where it has no gradebook."""
    calendar = night.plan.calendar
    taught_in = [term for term in calendar.terms if term.sourced_id in klass.terms]
    if not taught_in or not hits(klass.number, _GRADED):
        return
    start = taught_in[0].start
    period = next(one for one in calendar.grading_periods if one.start == start).sourced_id
    name = f"lin-{calendar.year}-{klass.number:05d}"

    def after(weeks: int) -> date:
        return start + timedelta(weeks=weeks)

    yield Item(f"{name}-1", klass, "Homework, week 2", "cat-homework", after(2), period, 20)
    yield Item(f"{name}-2", klass, "First test", "cat-tests", after(5), period, 100, "letters")
    if hits(klass.number, _BY_STANDARD):
        yield Item(f"{name}-3", klass, "Essay", "cat-writing", after(6), period, 4, "levels")


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
