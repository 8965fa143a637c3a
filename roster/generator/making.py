"""Makes a whole bundle of a made-up district for a number of students, of any of its nights.

Deterministic: the same arguments give the same bytes. With extras, a bundle is of a district that
has lived: only then does it hold marks, and enrollments that have ended or are yet to begin, so
that everything in a plain one is visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from roster.generator.bundles import SYSTEM, write_bundle
from roster.generator.classes import plan_timetable
from roster.generator.deltas import between, stamp_of
from roster.generator.district import plan_district
from roster.generator.marks import METADATA
from roster.generator.nights import Night, changes
from roster.generator.shapes import Row, flat
from roster.generator.streams import Extras, sources_of

NONE = Extras()


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: rows by file name, how many of each oddity, what the night changed.

    In a demo, `planted` says what was planted.
    """

    files: dict[str, int]
    oddities: dict[str, int]
    changes: dict[str, int] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)


def make_bundle(
    path: Path,
    students: int,
    *,
    oneroster: str,
    school_year: int,
    seed: int = 1,
    extras: Extras = NONE,
    strict: bool = False,
    night: int = 0,
    delta: bool = False,
    system: str = SYSTEM,
    report: Callable[[int], None] | None = None,
) -> Made:
    """Writes the bundle of the district as it is so many nights after the first.

    `strict` leaves out whoever has no username, and second primary teachers; `delta` tells only
    what the last night changed. `report` hears the percentage done. Raises `Refused` with the
    reason.
    """
    plan = plan_district(students, school_year, seed)
    table = plan_timetable(plan)
    tonight = Night(plan, table, night, strict=strict, lived=bool(extras))
    oddities: Counter[str] = Counter()
    streams = sources_of(tonight, oneroster, extras, oddities)
    files: Mapping[str, Iterator[Row]] = {name: flat(parts) for name, parts in streams.items()}
    changed = {}
    if night:
        before = Night(plan, table, night - 1, strict=strict, lived=bool(extras))
        changed = changes(before, tonight)
        if delta:
            stamp = stamp_of(plan.calendar, night)
            former = sources_of(before, oneroster, extras, Counter())
            files = {name: between(former[name], streams[name], stamp) for name in streams}
    expected = _expected_rows(tonight, oneroster, extras)
    counts = write_bundle(
        path,
        oneroster,
        files,
        metadata=METADATA if extras else None,
        mode="delta" if delta else "bulk",
        system=system,
        report=(lambda rows: report(min(99, rows * 100 // expected))) if report else None,
    )
    if extras:
        own = (len(METADATA.get(name.removesuffix(".csv"), ())) for name in counts)
        oddities["metadata_columns"] = sum(own)
    found = {name: count for name, count in sorted(oddities.items()) if count}
    return Made(counts, found, changed)


def _expected_rows(night: Night, version: str, extras: Extras) -> int:
    """Gives the number of rows to come, nearly."""
    students = len(night.numbers)
    people = students + sum(1 for _employee in night.plan.employees)
    people += students * 5 // 4 if extras.guardians else 0
    rows = people * (1 if version == "1.1" else 2) + students * 7
    rows += len(night.table.courses) + 2 * sum(1 for _ in night.table.classes)
    return rows + (students * 3 if extras.gradebook else 0)
