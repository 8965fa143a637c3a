"""Resources and the gradebook: what documents of them ask beyond persons and classes."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from roster.models import (
    AssessmentLineItem,
    Category,
    ClassResource,
    CourseResource,
    Enrollment,
    LineItem,
    Resource,
)
from roster.visibility.causes import MARKED
from roster.visibility.ledger import BATCH, Ledger
from roster.visibility.people import People


class Library:
    """The last step of the walk; what a line doesn't share is not loaded.

    `published` holds the ids of gradebook records as they are told, so that those after
    them name no record that wasn't.
    """

    def __init__(self, ledger: Ledger, people: People) -> None:
        self.ledger = ledger
        self.people = people
        self.published: dict[str, set[str]] = defaultdict(set)
        self.categories = frozenset(ledger.live(Category).values_list("sourced_id", flat=True))
        for category in self.categories & ledger.marks["grading_task"]:
            ledger.fell["grading_task"][category] = MARKED
        self.resources: frozenset[str] = frozenset()
        self.of_course: dict[str, list[str]] = {}
        self.of_class: dict[str, list[str]] = {}
        if ledger.rules.shares_collection("resources", ()):
            self.resources = frozenset(ledger.live(Resource).values_list("sourced_id", flat=True))
            self.of_course = self._links(CourseResource, "course")
            self.of_class = self._links(ClassResource, "klass")

    def sees_category(self, category: str) -> bool:
        return category in self.categories and category not in self.ledger.fell["grading_task"]

    def _links(self, model: Any, column: str) -> dict[str, list[str]]:
        links: dict[str, list[str]] = defaultdict(list)
        rows = self.ledger.live(model).order_by("resource").values_list(column, "resource")
        for owner, resource in rows.distinct().iterator(BATCH):
            links[owner].append(resource)
        return links

    @cached_property
    def ever_enrolled(self) -> set[tuple[str, str]]:
        """Student and class of every class enrollment of the year, ended ones too."""
        rows = Enrollment.objects.filter(organization=self.ledger.organization, role="student")
        return set(self.people.among(rows).values_list("user", "klass").iterator(BATCH))

    @cached_property
    def line_item_classes(self) -> dict[str, str]:
        return dict(self.ledger.live(LineItem).values_list("sourced_id", "klass"))

    @cached_property
    def assessments(self) -> frozenset[str]:
        return frozenset(self.ledger.live(AssessmentLineItem).values_list("sourced_id", flat=True))
