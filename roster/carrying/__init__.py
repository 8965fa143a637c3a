"""Marks at imports: what bundles ask for, what carries over, what no import may open.

`before` is asked before an import changes anything, `carry` when the levels are derived and the
new revision is counted, all in the import's transaction. `foresee` says the same of a school year
that isn't the active one, and sets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from roster.carrying import opening, years
from roster.carrying.opening import Closed, Opened, close_again
from roster.carrying.setting import Key, carried, set_marks
from roster.carrying.years import Prospect
from roster.hierarchy import Derived
from roster.map import Map, build, current
from roster.marks import MarkRow, marks_of
from roster.marks.bundled import asked_for, mark_from_bundles
from roster.models import Level, Mark, Organization

__all__ = ["Before", "Opened", "Prospect", "before", "carry", "foresee"]


@dataclass(frozen=True, slots=True)
class Before:
    """Marks before an import; with them levels and, if it is needed, the map of the rows."""

    marks: list[MarkRow]
    levels: set[Key]
    map: Map | None


def before(organization: Organization, *, with_map: bool = False) -> Before:
    """Return what is to be known of the rows as they are; the map at least if there are marks."""
    marks = marks_of(organization)
    levels = Level.objects.filter(organization=organization).values_list("kind", "sourced_id")
    return Before(
        marks,
        set(levels.iterator(2000)) if marks else set(),
        current(organization)[1] if marks or with_map else None,
    )


def carry(
    organization: Organization, known: Before, after: Callable[[], Map] | None = None
) -> Opened:
    """Set and clear bundles' marks, carry people's over, and close what would be opened.

    `after` returns the map of the rows as they are now; without it, it is built here.
    """
    mark_from_bundles(organization)
    years.carry_over(organization, known.levels)
    if known.map is None or not known.marks:
        return Opened()
    closed = Closed(organization, known.map, known.marks)
    new = after() if after else build(organization)
    opened = close_again(closed, new, marks_of(organization))
    set_marks(organization, opened.marks, opening.WHY)
    return opened


def foresee(
    organization: Organization, levels: Mapping[Key, Derived], new: Map
) -> tuple[list[MarkRow], list[Prospect]]:
    """Return the marks that there would be with other levels, and what would become of those of
    other years; sets none.

    `levels` are derived in the organization's school year, which needn't be stored, and `new` is
    their map.
    """
    known, there = before(organization), years.placed(levels)
    courses = {key[1]: each.course for key, each in levels.items() if key[0] == "course"}
    asked = asked_for(organization, lambda: courses)
    marks = [
        *known.marks,
        *(MarkRow(*key, Mark.Source.BUNDLE.value, {}) for key in asked),
        *carried(years.carried_over(organization, known.levels, there)),
    ]
    if known.map and known.marks:
        closed = Closed(organization, known.map, known.marks)
        marks += carried(close_again(closed, new, marks).marks)
    return marks, years.prospects(organization, there, marks)
