"""Makes a whole bundle of a made-up district for a number of students.

Deterministic: the same arguments give the same bytes. Guardians, gradebook, resources and the
following night come later, as further streams beside or over those of `sources`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from roster.generator.bundles import write_bundle
from roster.generator.district import District, plan_district
from roster.generator.sources import sources_of
from roster.generator.timetable import Timetable, plan_timetable


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: rows by file name, how many of each oddity; in a demo, what was planted."""

    files: dict[str, int]
    oddities: dict[str, int]
    planted: dict[str, str] = field(default_factory=dict)


def make_bundle(
    path: Path,
    students: int,
    *,
    oneroster: str,
    school_year: int,
    seed: int = 1,
    report: Callable[[int], None] | None = None,
) -> Made:
    """Writes the bundle; `report` hears the percentage done. Raises `Refused` with the reason."""
    plan = plan_district(students, school_year, seed)
    table = plan_timetable(plan)
    expected = _expected_rows(plan, table, oneroster)
    oddities: Counter[str] = Counter()
    files = write_bundle(
        path,
        oneroster,
        sources_of(plan, table, oneroster, oddities),
        report=(lambda rows: report(min(99, rows * 100 // expected))) if report else None,
    )
    return Made(files, dict(sorted(oddities.items())))


def _expected_rows(plan: District, table: Timetable, version: str) -> int:
    """Gives the number of rows to come, nearly."""
    staff = sum(1 for _employee in plan.employees)
    people = (plan.students + staff) * (1 if version == "1.1" else 2)
    return people + plan.students * 7 + len(table.courses) + 2 * sum(1 for _ in table.classes)
