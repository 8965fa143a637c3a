"""One label for each school year, where schools of a district label the same dates differently.

Some call 2026–27 by the year in which it begins, and OneRoster by the one in which it ends. Two
sessions of type schoolYear whose dates are nearly the same are one year, whatever each is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

ALIKE = 0.8
"""The share of the longer one's days that two sessions of one year have in common at least."""

Span = tuple[date, date]


@dataclass(slots=True)
class Year:
    """A school year: the dates of its sessions, the labels that these have, and the one it gets."""

    spans: list[Span] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    label: str = ""


def years(sessions: Iterable[tuple[Span, str]], active: str) -> dict[Span, Year]:
    """Return the school year of each pair of dates, by the labels of the sessions that have them.

    A year is labelled by the year in which it ends, if any of its sessions is; else by the latest
    label. The active year keeps its label, as long as no other year has it by right.
    """
    labels: dict[Span, set[str]] = {}
    for span, label in sessions:
        labels.setdefault(span, set()).add(label)
    found: list[Year] = []
    for span in sorted(labels):
        known = next((each for each in found if any(is_alike(span, o) for o in each.spans)), None)
        if known is None:
            found.append(known := Year())
        known.spans.append(span)
        known.labels |= labels[span]
    for year in found:
        year.label = max(year.labels & {str(end.year) for _, end in year.spans} or year.labels)
    if active not in {year.label for year in found}:
        for year in reversed(found):
            if active in year.labels:
                year.label = active
                break
    return {span: year for year in found for span in year.spans}


def is_alike(one: Span, other: Span) -> bool:
    """Whether two pairs of dates are nearly the same."""
    common = (min(one[1], other[1]) - max(one[0], other[0])).days
    longer = max((end - start).days for start, end in (one, other))
    return one == other or common >= ALIKE * longer > 0
