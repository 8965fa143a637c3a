"""What a decision is made of, and how its questions are asked: each once, as arrays.

A question is a function of what is given; it returns one array with an entry for every row of a
kind, and one more, False or -1, for what isn't there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from roster.deciding.rules import Rules
from roster.deciding.settings import Settings
from roster.map import Map, Rows
from roster.map.arrays import Flags, Positions
from roster.marks import Marks

T = TypeVar("T")


class Given(ABC):
    """One reader's rules, and the map, settings, day and marks that they are applied to."""

    def __init__(
        self,
        m: Map,
        version: str,
        rules: Rules,
        settings: Settings,
        day: date,
        marks: Marks,
    ) -> None:
        self.map = m
        self.version = version
        self.rules = rules
        self.settings = settings
        self.day = day
        self.marks = marks
        self.today = day.toordinal()
        self.early = self.today + settings.early_access_days
        self.answers: dict[Any, Any] = {}

    @property
    @abstractmethod
    def visibility(self) -> Given:
        """What decides who is seen, which readers of other fields have in common."""

    @abstractmethod
    def ok(self, step: str) -> Flags:
        """Return which rows of a step of the table of conditions are visible."""

    def rows(self, kind: str) -> Any:
        """Return the arrays of a kind."""
        return getattr(self.map, kind)

    def none(self, kind: str) -> Flags:
        return np.zeros(len(self.map.ids[kind]) + 1, bool)

    def every(self, kind: str) -> Flags:
        return np.ones(len(self.map.ids[kind]) + 1, bool)

    def marked(self, kind: str) -> Flags:
        """Return which rows of a kind have a mark of their own."""
        marks = self.marks.get(kind)
        return self.none(kind) if marks is None else marks

    def scattered(self, kind: str, at: Positions, mask: Flags) -> Flags:
        """Return which rows of a kind are named, by `at`, by any row that the mask holds for."""
        found = self.none(kind)
        found[at[np.flatnonzero(mask)]] = True
        found[-1] = False
        return found

    def current(self, rows: Rows) -> Flags:
        """Return which rows with dates are shared today (product: What is visible, 4)."""
        flags: Flags = (rows.since <= self.early) & (rows.until > self.today)
        return flags


def once(question: Callable[[Given], T]) -> Callable[[Given], T]:
    """Ask who is seen only once, whatever is shown of them: see `visibility`."""

    @wraps(question)
    def answer(d: Given) -> T:
        return _remembered(d.visibility, question)

    return answer


def once_shown(question: Callable[[Given], T]) -> Callable[[Given], T]:
    """Ask only once what is shown of those who are seen."""

    @wraps(question)
    def answer(d: Given) -> T:
        return _remembered(d, question)

    return answer


def _remembered(d: Given, question: Callable[[Given], T]) -> T:
    if question not in d.answers:
        d.answers[question] = question(d)
    found: T = d.answers[question]
    return found
