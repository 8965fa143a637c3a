"""What excluding some rows would take from vendors, in numbers, before anybody does it.

Two walks, with and without the marks, say which orgs, sessions, courses, classes and people
fall; of the rest only what names one of those is composed. So the numbers for one student cost
two walks, not two districts. A test holds them to counting every document twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roster.compiling import tell_many
from roster.kinds import COLLECTIONS
from roster.models import (
    AssessmentResult,
    Enrollment,
    LineItem,
    Organization,
    Result,
    ScoreScale,
)
from roster.parts import named
from roster.sides import SEEN, Ids, Sides
from roster.visibility import Beginning, Rules, families, marks_of, touched
from roster.visibility.rules import SHARES

WIDEST = {
    "shares": sorted(SHARES),
    "types": sorted({name for each in COLLECTIONS.values() for name in each.types}),
}
"""Rules under which everything is shared that any connection could have."""


def effect_of_marks(organization: Organization, kind: str, ids: Iterable[str]) -> dict[str, int]:
    """Return how many documents of each collection would go if these rows were excluded.

    For a reader of everything in 1.2, so that no connection loses more.
    """
    chosen = set(ids)
    marks = marks_of(organization)
    rules = Rules.of(WIDEST, organization.field_policy)
    day = organization.today()
    then = {**marks, kind: marks.get(kind, set()) | chosen}
    before = Beginning(organization, "1.2", rules, day, marks)
    after = Beginning(organization, "1.2", rules, day, then)
    sides = Sides(before, after, _whose(before, after, kind, chosen))
    gone = _Effect(sides, kind, chosen).count()
    return {name: number for name, number in gone.items() if number}


def _whose(before: Beginning, after: Beginning, kind: str, chosen: Ids) -> frozenset[str] | None:
    """Return the people whose documents may go, or are asked after; None: anybody."""
    only = touched(before, after)
    if only is None:
        return None
    # Results are asked after whoever they are of, enrolled or not.
    line_items, results = before.ledger.live(LineItem), before.ledger.live(Result)
    classes = set(before.fell["section"]) ^ set(after.fell["section"])
    tasks = chosen if kind == "grading_task" else set()
    items = chosen if kind == "line_item" else set()
    items = items | named(line_items, "klass", classes, "sourced_id")
    items = items | named(line_items, "category", tasks, "sourced_id")
    students = named(results, "line_item", items, "student")
    if kind == "result":
        students |= named(results, "sourced_id", chosen, "student")
    return families(before.ledger.organization, only | students)


class _Effect:
    """The difference of two walks, and of the documents that tell of it."""

    def __init__(self, sides: Sides, kind: str, chosen: Ids) -> None:
        self.sides = sides
        self.before, self.after = sides.before, sides.after
        self.chosen = {kind: chosen}

    def count(self) -> dict[str, int]:
        told = {name: self.sides.lost(name) for name in SEEN}
        classes, users = told["classes"], told["users"]
        found = told | {
            "enrollments": self._enrollments(told["orgs"], classes),
            "demographics": users | self._marked("demographics"),
            "categories": self._marked("grading_task"),
            "scoreScales": self._ids(ScoreScale, "klass", classes),
            "lineItems": self._ids(LineItem, "klass", classes)
            | self._ids(LineItem, "category", self._marked("grading_task"))
            | self._marked("line_item"),
        }
        gone = {name: self._gone(name, ids) for name, ids in found.items()}
        results = self._ids(Result, "student", users) | self._marked("result")
        results |= self._ids(Result, "line_item", gone["lineItems"])
        assessed = self._ids(AssessmentResult, "student", users)
        # A result is told only beside what it is of, so that is told first.
        self._gone("lineItems", self._named(Result, "line_item", results))
        tasks = self._named(AssessmentResult, "assessment_line_item", assessed)
        self._gone("assessmentLineItems", tasks)
        gone["results"] = self._gone("results", results)
        gone["assessmentResults"] = self._gone("assessmentResults", assessed)
        return {name: len(ids) for name, ids in gone.items()}

    def _gone(self, collection: str, ids: Ids) -> Ids:
        """Return which of these records have a document before and none after."""
        told = tell_many(self.before, collection, ids)
        return told.keys() - tell_many(self.after, collection, ids).keys()

    def _enrollments(self, orgs: Ids, classes: Ids) -> Ids:
        """Return the class enrollments that may go: of a class, of an org, of whom moved."""
        found = self._marked("enrollment")
        for column, ids in (("klass", classes), ("school", orgs), ("user", self.sides.moved())):
            found |= self._ids(Enrollment, column, ids)
        return found

    def _marked(self, kind: str) -> Ids:
        return set(self.chosen.get(kind, ()))

    def _ids(self, model: Any, column: str, values: Ids) -> Ids:
        """Return the live rows that name one of the values in a column."""
        return named(self.before.ledger.live(model), column, values, "sourced_id")

    def _named(self, model: Any, column: str, ids: Ids) -> Ids:
        """Return what these rows name in a column."""
        return named(self.before.ledger.live(model), "sourced_id", ids, column)
