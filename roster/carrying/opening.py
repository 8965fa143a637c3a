"""No import opens what a mark closed: what would be seen again is marked again, or told.

Closed is what is hidden by a mark before the import. If the import leaves it visible, though no
mark of its was cleared, then either the marked level has gone (a district's course gets its first
class, a course master its last, a school another id): the mark passes to what took its place, else
to the records themselves. Or the record has moved to where nothing is marked: it stays visible,
and somebody is told (product: What is visible, 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from roster.carrying.setting import Key, set_marks
from roster.carrying.succession import heirs, is_gone, level_of
from roster.deciding import Decision, Rules, Settings, Step
from roster.deciding.rules import EVERYTHING
from roster.kinds import KINDS, ROWS_OF
from roster.map import Map
from roster.marks import MarkRow, marks_of, resolve
from roster.models import Mark, Organization

WHY = "The import took away what was marked; its mark passes to what took its place."

AT_ONCE = 200
"""So many opened records of a kind are looked at before it is decided anew: one passed mark may
close thousands."""

COLLECTION_OF = {
    ROWS_OF[kind.collection]: kind.collection
    for kind in KINDS.values()
    if kind.collection and kind.markable
}
"""The collections of records that can be marked; the others are visible only through them."""


class Record(NamedTuple):
    """A record under the map's kind, by its database key, with its id in the new map."""

    kind: str
    key: int
    sourced_id: str

    @property
    def collection(self) -> str:
        return COLLECTION_OF[self.kind]


@dataclass(slots=True)
class Opened:
    """What was passed on, with the mark that it comes from; and the records that have moved."""

    passed: dict[Key, Key] = field(default_factory=dict)
    moved: list[tuple[Record, Key]] = field(default_factory=list)


class Closed:
    """What marks hid before an import, of those marks that are still set."""

    def __init__(self, organization: Organization, m: Map, marks: Sequence[MarkRow]) -> None:
        self.map = m
        self.organization = organization
        kept = {(row.kind, row.sourced_id, row.source) for row in marks_of(organization)}
        left = [row for row in marks if row[:3] in kept]
        bare, self.decision = decide(organization, m, []), decide(organization, m, left)
        self.records = {
            kind: getattr(m, kind).record[bare.ok(kind) & ~self.decision.ok(kind)]
            for kind in COLLECTION_OF
        }

    def opened(self, now: Decision) -> Iterator[Record]:
        """Yield the closed records that are visible now."""
        for kind, records in self.records.items():
            rows = getattr(now.map, kind)
            visible = now.ok(kind) & np.isin(rows.record, records)
            for row in np.flatnonzero(visible).tolist():
                yield Record(kind, int(rows.record[row]), now.map.ids[kind][row])

    def marks_on(self, record: Record) -> list[Key]:
        """Return the marked rows that hid a record."""
        at = np.flatnonzero(getattr(self.map, record.kind).record == record.key)
        kind = "course" if record.kind == "course_row" else record.kind
        why = self.decision.why(kind, self.map.ids[record.kind][int(at[0])])
        return list(dict.fromkeys(_marked(why.chain)))


def decide(organization: Organization, m: Map, marks: Sequence[MarkRow]) -> Decision:
    settings, day = Settings.of(organization), organization.today()
    rules = Rules.of(EVERYTHING, [])
    return Decision(m, "1.2", rules, settings, day, resolve(marks, m))


def _marked(chain: Sequence[Step]) -> Iterator[Key]:
    """Yield the marks at the ends of a chain and of its branches."""
    if not chain:
        return
    end = chain[-1]
    if end.cause.code == "marked":
        yield end.kind, end.sourced_id
    for step in chain:
        for branch in step.branches:
            yield from _marked(branch)


def close_again(closed: Closed, new: Map) -> Opened:
    """Pass on the marks whose levels are gone, until nothing that was closed is open.

    `new` is the map after the import; marks that it carries over otherwise are set already.
    """
    organization, found = closed.organization, Opened()
    seen: set[Record] = set()
    settled: set[Record] = set()
    left: dict[Record, Key] = {}
    now = decide(organization, new, marks_of(organization))
    while todo := _some(each for each in closed.opened(now) if each not in settled):
        passed: dict[Key, Key] = {}
        for record in todo:
            keys = closed.marks_on(record)
            to = _heirs(closed.map, new, record, keys, itself=record in seen)
            passed |= to
            if record in seen or not to:
                settled.add(record)
            seen.add(record)
            if keys and not to:
                left[record] = keys[0]
        if passed:
            _set(organization, passed)
            found.passed |= passed
            now = decide(organization, new, marks_of(organization))
    found.moved = [(each, left[each]) for each in closed.opened(now) if each in left]
    return found


def _some(records: Iterator[Record]) -> list[Record]:
    """Return some of each kind, highest in the hierarchy first."""
    found: list[Record] = []
    counts: dict[str, int] = {}
    for record in records:
        counts[record.kind] = counts.get(record.kind, 0) + 1
        if counts[record.kind] <= AT_ONCE:
            found.append(record)
    return found


def _heirs(old: Map, new: Map, record: Record, keys: list[Key], *, itself: bool) -> dict[Key, Key]:
    """Return what the marks on a record pass to, each with the mark; nothing if it has moved.

    `itself`: nothing that took the levels' place hides it, so it is the record.
    """
    found: dict[Key, Key] = {}
    row = new.ids[record.kind].position(record.sourced_id)
    for key in keys:
        level = level_of(old, key)
        if level is None:
            continue
        fresh, is_like = heirs(old, level, new, record.kind, row)
        if fresh and not itself:
            kind = "course" if level.kind == "course_master" else level.kind
            found |= dict.fromkeys(_keys(new, kind, fresh), key)
        elif fresh or (is_like and is_gone(level, new)):
            found |= dict.fromkeys(_keys(new, record.kind, {row}), key)
    return found


def _keys(m: Map, kind: str, rows: set[int]) -> Iterator[Key]:
    """Yield rows of a map as marks name them."""
    for row in sorted(rows):
        if kind == "course_row":
            for level in m.course_row.levels[row]:
                yield "course", m.ids["course"][level]
        elif kind == "org":
            yield ("school" if m.org.is_school[row] else "org"), m.ids["org"][row]
        else:
            yield {"past_enrollment": "enrollment"}.get(kind, kind), m.ids[kind][row]


def _set(organization: Organization, passed: dict[Key, Key]) -> None:
    """Set the passed marks, each as the one that it comes from says."""
    marks = {
        (mark.kind, mark.sourced_id): mark
        for mark in Mark.objects.filter(
            organization=organization, sourced_id__in={key[1] for key in passed.values()}
        ).order_by("source")  # A person's own comes after the others, and wins.
    }
    carried = {}
    for to, key in passed.items():
        mark = marks.get(key) or next(
            (each for (_, sourced_id), each in marks.items() if sourced_id == key[1]), None
        )
        if mark is not None:
            carried[to] = mark
    if carried:
        set_marks(organization, carried, WHY)
