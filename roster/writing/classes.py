"""What classes that were written ask of the rows that name them (specification 5.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

FIRST, LAST = "0000", "9999"  # Before and after every date.


class Span(NamedTuple):
    """From a day to another, as text; the last isn't part of it."""

    begin: str = FIRST
    end: str = LAST


class Taught(NamedTuple):
    """What a class stands for in what names it, and when its terms are."""

    course: str
    school: str
    term: str
    span: Span


class Classes(dict[str, Taught]):
    """The classes of a bundle by their ids."""

    def __init__(self) -> None:
        self._sessions: dict[str, Span] = {}
        self._primary: dict[str, list[Span]] = defaultdict(list)

    def add_session(self, sourced_id: str, values: Mapping[str, Any]) -> None:
        self._sessions[sourced_id] = _span(values, "startDate")

    def add(self, sourced_id: str, values: Mapping[str, Any]) -> None:
        spans = [self._sessions[term] for term in values["termSourcedIds"]]
        self[sourced_id] = Taught(
            values["courseSourcedId"],
            values["schoolSourcedId"],
            values["termSourcedIds"][0],
            Span(min(span.begin for span in spans), max(span.end for span in spans)),
        )

    def fit(self, enrollment: dict[str, Any]) -> None:
        """Keep an enrollment's dates within its class's terms, and one primary teacher at a time.

        Another one of the same days stays as a teacher who isn't primary.
        """
        klass = enrollment["classSourcedId"]
        for name in ("beginDate", "endDate"):
            if enrollment.get(name):
                begin, end = self[klass].span
                enrollment[name] = min(max(str(enrollment[name]), begin), end)
        if enrollment["role"] == "teacher" and enrollment.get("primary") in (True, "true"):
            begin, end = _span(enrollment, "beginDate")
            if any(begin < other.end and other.begin < end for other in self._primary[klass]):
                enrollment["primary"] = False
            else:
                self._primary[klass].append(Span(begin, end))


def _span(values: Mapping[str, Any], begin: str) -> Span:
    return Span(str(values.get(begin) or FIRST), str(values.get("endDate") or LAST))
