"""Marks that carry over: to the next year's levels, and with a student to another school.

What: right after levels are derived, those that are new are compared with what people have
marked. Why then, and only then: who clears a carried mark has decided, and the level isn't
new a second time. Bundles' marks stay where they are: the next bundle says again what it
wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from roster.carrying.setting import Key, set_marks
from roster.hierarchy import Derived
from roster.hierarchy.timetable import Timetable
from roster.marks import MarkRow
from roster.models import Klass, Level, Mark, Org, Organization

BY_YEAR = ("calendar", "schedule_structure", "grade_level", "course")
CARRIED_TO = (*BY_YEAR, "school_enrollment")
YEARS_BACK = 5
WHY = "Marks carry over to the next year, and with a student to another school."


class Placed(NamedTuple):
    """A level that marks carry over to, with what its id is built of."""

    kind: str
    sourced_id: str
    year: str
    school: str
    course: str
    person: str


def carry_over(organization: Organization, known: set[Key]) -> None:
    """Mark new levels whose counterpart is marked; `known` are those before this derivation."""
    set_marks(organization, carried_over(organization, known, levels_of(organization)), WHY)


def carried_over(
    organization: Organization, known: set[Key], levels: Iterable[Placed]
) -> dict[Key, Mark]:
    """Return those of the levels that are new and whose counterpart is marked, with its mark.

    The counterpart of a level is the one of the latest year before at the same place of the same
    school; of a student at a school, that student at any other.
    """
    marks = {
        (mark.kind, mark.sourced_id): mark
        for mark in Mark.objects.filter(
            organization=organization,
            kind__in=CARRIED_TO,
            source__in=(Mark.Source.PERSON, Mark.Source.CARRIED),
        ).order_by("source")  # A person's own comes after the carried one, and wins.
    }
    if not marks:
        return {}
    new = (level for level in levels if level[:2] not in known)
    return {
        level[:2]: mark
        for level, mark in _counterparts(organization, known, marks, new)
        if level[:2] not in marks
    }


def levels_of(organization: Organization) -> Iterator[Placed]:
    """Yield the levels of the database that marks carry over to."""
    rows = Level.objects.filter(organization=organization, kind__in=CARRIED_TO)
    yield from map(Placed._make, rows.values_list(*Placed._fields).iterator(2000))


def placed(levels: Mapping[Key, Derived]) -> list[Placed]:
    """Return the same of levels that were derived and not stored."""
    return [
        Placed(*key, each.year, each.school, each.course, each.person)
        for key, each in levels.items()
        if key[0] in CARRIED_TO
    ]


class Prospect(NamedTuple):
    """What becomes of a mark in a year: it stands on `becomes` too, or why it doesn't.

    `outcome` is `carried`, `cleared` (the new level is there, and somebody has taken its mark
    away), `gone` (there is no such level in that year), or `ended` (a class of another year).
    """

    kind: str
    sourced_id: str
    becomes: str
    outcome: str


def prospects(
    organization: Organization, levels: Sequence[Placed], every: Iterable[MarkRow]
) -> list[Prospect]:
    """Return what becomes, in the organization's school year, of people's marks on other years.

    `levels` and `every` mark are those of that year. Marks on what has no year (schools, people,
    students at a school…) go on, and aren't here.
    """
    year = organization.school_year
    marks = {
        (mark.kind, mark.sourced_id)
        for mark in every
        if mark.kind in (*BY_YEAR, "section") and mark.source != Mark.Source.BUNDLE
    }
    years = {level[:2]: level.year for level in levels}
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
    for kind, sourced_id in sorted(marks):
        if kind == "section":
            if not timetable.has_term_of_the_year(terms.get(sourced_id, [])):
                found.append(Prospect(kind, sourced_id, "", "ended"))
        elif years.get((kind, sourced_id)) != year:
            becomes = later.get((kind, sourced_id), "")
            carried = "carried" if (kind, becomes) in marks else "cleared"
            found.append(Prospect(kind, sourced_id, becomes, carried if becomes else "gone"))
    return found


def _counterparts(
    organization: Organization, known: set[Key], marks: dict[Key, Mark], new: Iterable[Placed]
) -> Iterator[tuple[Placed, Mark]]:
    elsewhere = _students(organization, marks)
    # A year's levels may come and go at once: what was decided there is known all the same.
    before = known | marks.keys()
    for level in new:
        if level.kind == "school_enrollment":
            mark = elsewhere.get(level.person)
        else:
            earlier = next((key for key in _earlier(level) if key in before), None)
            mark = marks.get(earlier) if earlier else None
        if mark is not None:
            yield level, mark


def _earlier(level: Placed) -> Iterator[Key]:
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
