"""Marks that carry over: to the next year's levels, and with a student to another school.

What: right after levels are derived, those that are new are compared with what people have
marked. Why then, and only then: who clears a carried mark has decided, and the level isn't
new a second time. Bundles' marks stay where they are: the next bundle says again what it
wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from roster.carrying.setting import Key, set_marks
from roster.hierarchy.timetable import Timetable
from roster.models import Klass, Level, Mark, Org, Organization

BY_YEAR = ("calendar", "schedule_structure", "grade_level", "course")
YEARS_BACK = 5
WHY = "Marks carry over to the next year, and with a student to another school."


class New(NamedTuple):
    """A level that this derivation made, with what its id is built of."""

    kind: str
    sourced_id: str
    year: str
    school: str
    course: str
    person: str


def carry_over(organization: Organization, known: set[Key]) -> int:
    """Mark new levels whose counterpart is marked; return how many.

    `known` are the levels that there were before this derivation. The counterpart of a level
    is the one of the latest year before at the same place of the same school; of a student at
    a school, that student at any other.
    """
    marks = {
        (mark.kind, mark.sourced_id): mark
        for mark in Mark.objects.filter(
            organization=organization,
            kind__in=(*BY_YEAR, "school_enrollment"),
            source__in=(Mark.Source.PERSON, Mark.Source.CARRIED),
        ).order_by("source")  # A person's own comes after the carried one, and wins.
    }
    if not marks:
        return 0
    carried = {
        (level.kind, level.sourced_id): mark
        for level, mark in _counterparts(organization, known, marks)
        if (level.kind, level.sourced_id) not in marks
    }
    set_marks(organization, carried, WHY)
    return len(carried)


class Prospect(NamedTuple):
    """What becomes of a mark in a year: it stands on `becomes` too, or why it doesn't.

    `outcome` is `carried`, `cleared` (the new level is there, and somebody has taken its mark
    away), `gone` (there is no such level in that year), or `ended` (a class of another year).
    """

    kind: str
    sourced_id: str
    becomes: str
    outcome: str


def prospects(organization: Organization, year: str) -> list[Prospect]:
    """Return what becomes, in an active school year, of people's marks on rows of other years.

    Marks on what has no year (schools, people, students at a school…) go on, and aren't here.
    """
    by_people = Mark.objects.filter(
        organization=organization,
        kind__in=(*BY_YEAR, "section"),
        source__in=(Mark.Source.PERSON, Mark.Source.CARRIED),
    )
    marks = list(by_people.values_list("kind", "sourced_id"))
    levels = list(_new_levels(organization, set()))
    years = {(level.kind, level.sourced_id): level.year for level in levels}
    later: dict[Key, str] = {}
    for level in levels:
        if level.kind in BY_YEAR and level.year == year:
            for key in _earlier(level):
                later.setdefault(key, level.sourced_id)
    timetable = Timetable.of(organization)
    sections = [sourced_id for kind, sourced_id in marks if kind == "section"]
    classes = Klass.objects.filter(organization=organization, sourced_id__in=sections)
    terms = dict(classes.values_list("sourced_id", "terms"))
    found = []
    for kind, sourced_id in sorted(set(marks)):
        if kind == "section":
            if not timetable.has_term_of_the_year(terms.get(sourced_id, [])):
                found.append(Prospect(kind, sourced_id, "", "ended"))
        elif years.get((kind, sourced_id)) != year:
            becomes = later.get((kind, sourced_id), "")
            carried = "carried" if (kind, becomes) in marks else "cleared"
            found.append(Prospect(kind, sourced_id, becomes, carried if becomes else "gone"))
    return found


def _counterparts(
    organization: Organization, known: set[Key], marks: dict[Key, Mark]
) -> Iterator[tuple[New, Mark]]:
    elsewhere = _students(organization, marks)
    # A year's levels may come and go at once: what was decided there is known all the same.
    before = known | marks.keys()
    for level in _new_levels(organization, known):
        if level.kind == "school_enrollment":
            mark = elsewhere.get(level.person)
        else:
            earlier = next((key for key in _earlier(level) if key in before), None)
            mark = marks.get(earlier) if earlier else None
        if mark is not None:
            yield level, mark


def _new_levels(organization: Organization, known: set[Key]) -> Iterator[New]:
    rows = Level.objects.filter(organization=organization, kind__in=(*BY_YEAR, "school_enrollment"))
    for row in rows.values_list(*New._fields).iterator(2000):
        if row[:2] not in known:
            yield New._make(row)


def _earlier(level: New) -> Iterator[Key]:
    """Yield the same place in the years before, latest first; nothing without a year in the id."""
    prefix = f"{level.course}~{level.school}~" if level.kind == "course" else f"{level.school}~"
    path, year, rest = level.sourced_id.partition(f"{prefix}{level.year}")
    if path or not year or not level.year or (rest and not rest.startswith("~")):
        return
    for back in range(1, YEARS_BACK + 1):
        yield level.kind, f"{prefix}{int(level.year) - back}{rest}"


def _students(organization: Organization, marks: dict[Key, Mark]) -> dict[str, Mark]:
    """Return the marked students, each with one mark; ids may hold `~` on either side of it."""
    orgs = set(Org.objects.filter(organization=organization).values_list("sourced_id", flat=True))
    found: dict[str, Mark] = {}
    for (kind, sourced_id), mark in marks.items():
        if kind == "school_enrollment":
            for person, org in _splits(sourced_id):
                if org in orgs:
                    found.setdefault(person, mark)
    return found


def _splits(sourced_id: str) -> Iterator[tuple[str, str]]:
    parts = sourced_id.split("~")
    for at in range(1, len(parts)):
        yield "~".join(parts[:at]), "~".join(parts[at:])
