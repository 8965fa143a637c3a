"""No import opens what a mark closed: what would be visible again is marked again, or reported.

Closed is what is hidden by a mark before the import. If the import leaves it visible, though no
mark of its was cleared, then either the marked level has gone (a district's course gets its first
class, a course master its last, a school another id): the mark passes to what took its place, else
to the records themselves. Or the record has moved to where nothing is marked: it stays visible,
and a finding says so (product: What is visible, 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from roster.carrying.setting import Key, carried
from roster.carrying.succession import above, heirs, left_behind, level_of
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
    """What an import did to marks and to what they hid.

    `passed`: what is to be marked in its turn, with the row whose mark it comes from; `marks`: the
    same with that mark. `moved`: the records that have left a marked level, of themselves;
    `visible`: all that are visible again, with them.
    """

    passed: dict[Key, Key] = field(default_factory=dict)
    marks: dict[Key, Mark] = field(default_factory=dict)
    moved: list[tuple[Record, Key]] = field(default_factory=list)
    visible: dict[Record, Key] = field(default_factory=dict)


class Heirs(NamedTuple):
    """What a mark passes to: the levels in its level's place, else the record itself."""

    levels: dict[Key, Key]
    itself: dict[Key, Key]


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
        return list(dict.fromkeys(_marked(why)))


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


def close_again(closed: Closed, new: Map, marks: Sequence[MarkRow]) -> Opened:
    """Find what the marks whose levels are gone pass to, until nothing that was closed is open.

    `new` is the map after the import, `marks` are those on it, carried over otherwise already.
    Records are marked themselves only where no level is left that could be.
    """
    organization, found = closed.organization, Opened()
    settled: set[Record] = set()
    left: dict[Record, Key] = {}
    now = decide(organization, new, marks)
    while todo := _some(each for each in closed.opened(now) if each not in settled):
        levels: dict[Key, Key] = {}
        records: dict[Key, Key] = {}
        for record in todo:
            keys = closed.marks_on(record)
            inherited = [_heirs(closed.map, new, record, key) for key in keys]
            for each in inherited:
                levels |= each.levels
                records |= each.itself
            if keys:
                left[record] = keys[0]
        passed = {key: of for key, of in levels.items() if key not in found.passed}
        if not passed:
            passed = records
            settled.update(todo)
        if passed:
            found.passed |= passed
            found.marks |= _marks_of(organization, passed)
            now = decide(organization, new, [*marks, *carried(found.marks)])
    found.visible = {each: left[each] for each in closed.opened(now) if each in left}
    found.moved = _topmost(new, found.visible)
    return found


def _topmost(m: Map, moved: dict[Record, Key]) -> list[tuple[Record, Key]]:
    """Return the records that have moved of themselves, not with another one above them."""
    rows = {(each.kind, m.ids[each.kind].position(each.sourced_id)): each for each in moved}
    found = []
    for (kind, row), record in rows.items():
        near = {(of, at) for of, positions in above(m, kind, row).items() for at in positions}
        if not (near - {(kind, row)}) & rows.keys():
            found.append((record, moved[record]))
    # Two who are each other's guardians are above each other.
    return found or list(moved.items())


def _some(records: Iterator[Record]) -> list[Record]:
    """Return some of each kind, highest in the hierarchy first."""
    found: list[Record] = []
    counts: dict[str, int] = {}
    for record in records:
        counts[record.kind] = counts.get(record.kind, 0) + 1
        if counts[record.kind] <= AT_ONCE:
            found.append(record)
    return found


def _heirs(old: Map, new: Map, record: Record, key: Key) -> Heirs:
    """Return what a mark on a record passes to; nothing if the record has moved."""
    level = level_of(old, key)
    if level is None:
        return Heirs({}, {})
    row = new.ids[record.kind].position(record.sourced_id)
    fresh, itself = heirs(old, level, new, record.kind, row)
    kind = "course" if level.kind == "course_master" else level.kind
    if itself:
        own = _keys(new, record.kind, {row})
    else:
        own = _keys(new, "course", left_behind(level, new, record.kind, row))
    return Heirs(dict.fromkeys(_keys(new, kind, fresh), key), dict.fromkeys(own, key))


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


def _marks_of(organization: Organization, passed: dict[Key, Key]) -> dict[Key, Mark]:
    """Return for each row that is passed a mark the one that it comes from."""
    marks = {
        (mark.kind, mark.sourced_id): mark
        for mark in Mark.objects.filter(
            organization=organization, sourced_id__in={key[1] for key in passed.values()}
        ).order_by("source")  # A person's own comes after the others, and wins.
    }
    found = {}
    for to, key in passed.items():
        mark = marks.get(key) or next(
            (each for (_, sourced_id), each in marks.items() if sourced_id == key[1]), None
        )
        if mark is not None:
            found[to] = mark
    return found
