"""Makes the demo district's bundle: three schools, every role, and something for each screen.

A sound district of 240 students, over which guardians, a gradebook, marks and faults are laid.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from roster.generator import demo_additions, demo_faults
from roster.generator.bundles import write_bundle
from roster.generator.calendars import school_year_of
from roster.generator.classes import plan_timetable
from roster.generator.district import plan_district
from roster.generator.making import Made
from roster.generator.nights import Night
from roster.generator.shapes import Row, flat
from roster.generator.streams import Extras, sources_of

STUDENTS = 240
NAME = "Riverside"
VERSION = "1.2"
_SEED = 2

#: Columns beyond the binding's.
METADATA = {
    "classes": ("metadata.externalLmsExclude",),
    "courses": ("metadata.externalLmsExclude",),
    "users": ("metadata.externalLmsExclude",),
    "roles": ("metadata.externalLmsExclude",),
    "categories": ("metadata.type",),
}


def write_demo_bundle(path: Path, today: date) -> Made:
    """Writes the 1.2 bundle for the school year that holds `today`.

    All days of a month give the same bytes. `planted` names each mark and fault and the
    sourcedId of the record that carries it. Raises `Refused` with the reason.
    """
    plan = plan_district(STUDENTS, school_year_of(today), _SEED, NAME)
    oddities: Counter[str] = Counter()
    streams = sources_of(Night(plan, plan_timetable(plan)), VERSION, Extras(), oddities)
    rows: dict[str, list[Row]] = {name: list(flat(parts)) for name, parts in streams.items()}
    demo_additions.add_guardians(rows, plan)
    demo_additions.add_gradebook(rows, plan)
    planted = demo_faults.mark(rows) | demo_faults.spoil(rows, plan, today)
    files = write_bundle(path, VERSION, rows, metadata=METADATA)
    found = {name: count for name, count in sorted(oddities.items()) if count}
    return Made(files, found, planted=planted)
