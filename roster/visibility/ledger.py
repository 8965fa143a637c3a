"""The notes of a walk: the marks it began with, and what fell for which cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from roster.models import Level, Mark, Organization, Status
from roster.timetable import Timetable
from roster.visibility.causes import MARKED, OTHER_YEAR, Cause, fallen
from roster.visibility.rules import Rules

BATCH = 2000

Marks = dict[str, set[str]]
"""Marked ids by kind."""


def marks_of(organization: Organization, *, withdrawn: bool = False) -> Marks:
    """Return the marks that are set, or only those that all publications obey already."""
    found: Marks = defaultdict(set)
    marks = Mark.objects.filter(organization=organization)
    if withdrawn:
        marks = marks.filter(withdrawn=True)
    for kind, sourced_id in marks.values_list("kind", "sourced_id"):
        found[kind].add(sourced_id)
    return found


class Ledger:
    """What all steps of a walk share. `fell` has the cause of each row that fell, by kind."""

    def __init__(
        self, organization: Organization, version: str, rules: Rules, day: date, marks: Marks
    ) -> None:
        self.organization = organization
        self.version = version
        self.rules = rules
        self.day = day
        self.early = day + timedelta(days=organization.early_access_days)
        self.timetable = Timetable.of(organization)
        self.marks: Marks = defaultdict(set, marks)
        self.fell: dict[str, dict[str, Cause]] = defaultdict(dict)

    def live(self, model: Any) -> Any:
        return model.objects.filter(organization=self.organization, status=Status.ACTIVE)

    def marked(self, kind: str, sourced_id: str) -> Cause | None:
        return MARKED if sourced_id in self.marks[kind] else None

    def footing(self, all_of: Iterable[list[str]], any_of: list[list[str]]) -> Cause | None:
        """Return the first thing fallen of `all_of`, or one of `any_of` if all of them fell.

        Of these, one of the active year says more than one that another year hides anyway.
        """
        for kind, sourced_id in all_of:
            if sourced_id in self.fell[kind]:
                return fallen(kind, sourced_id)
        if any_of and all(sourced_id in self.fell[kind] for kind, sourced_id in any_of):
            of_the_year = (edge for edge in any_of if self.fell[edge[0]][edge[1]] != OTHER_YEAR)
            return fallen(*next(of_the_year, any_of[0]))
        return None

    def levels(
        self, kind: str, *columns: str, among: Callable[[Any, str], Any] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Yield sourced_id, all_of, any_of and `columns` of each derived level of a kind.

        `among` leaves those of some people, by the column that names them.
        """
        rows = Level.objects.filter(organization=self.organization, kind=kind)
        rows = among(rows, "person") if among else rows
        return rows.values_list("sourced_id", "all_of", "any_of", *columns).iterator(BATCH)

    def walk_levels(self, *kinds: str) -> None:
        """Decide the kinds that nothing but marks, the year and their footing bears on."""
        active = ("", self.timetable.active_year)
        for kind in kinds:
            for sourced_id, all_of, any_of, year in self.levels(kind, "year"):
                cause = self.marked(kind, sourced_id)
                cause = cause or (None if year in active else OTHER_YEAR)
                cause = cause or self.footing(all_of, any_of)
                if cause:
                    self.fell[kind][sourced_id] = cause

    def is_current(self, begin: date | None, end: date | None, terms: list[str]) -> bool:
        """Return whether something that lasts from `begin` to before `end` is shared today.

        A begin or end that one of the terms has too counts as blank; sharing begins the
        organization's early-access days before (product: What is visible, 4). Who ended on the
        first day of a term was never there, so a begin is held against begins only.
        """
        if begin or end:
            known = [self.timetable.sessions[t] for t in terms if t in self.timetable.sessions]
            begin = None if begin in [term.start_date for term in known] else begin
            end = None if end in [term.end_date for term in known] else end
        return (begin is None or begin <= self.early) and (end is None or end > self.day)
