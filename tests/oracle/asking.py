"""How the oracle asks: one question at a time, each answered once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any

from tests.oracle.district import District
from tests.oracle.rules import Rules


def asked_once(question: Callable[..., Any]) -> Callable[..., Any]:
    """Remember the answer; a question that needs its own answer is a mistake of the rules."""

    @wraps(question)
    def answer(self: Any, *arguments: str) -> Any:
        key = (question.__name__, *arguments)
        if key not in self.answers:
            assert key not in self.asking, f"{key} depends on itself"
            self.asking.add(key)
            self.answers[key] = question(self, *arguments)
            self.asking.discard(key)
        return self.answers[key]

    return answer


class Asking:
    """One connection's view of a district on a day, in one version."""

    def __init__(self, district: District, version: str, rules: Rules, day: date) -> None:
        self.district = district
        self.version = version
        self.rules = rules
        self.day = day
        self.answers: dict[Any, Any] = {}
        self.asking: set[Any] = set()

    def has_word(self, word: str) -> bool:
        """Extended vocabulary is 1.2's; 1.1 knows its own words only."""
        return self.version == "1.2" or not word.startswith("ext:")

    def is_current(self, begin: date | None, end: date | None) -> bool:
        early = timedelta(days=self.district.early_access_days)
        return (begin is None or self.day >= begin - early) and (end is None or self.day < end)
