"""Marks at imports: what bundles ask for, what carries over, what no import may open.

`before` is asked before an import changes anything, `carry` when the levels are derived and the
new revision is counted, all in the import's transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from roster.carrying.opening import Closed, Opened, close_again
from roster.carrying.setting import Key
from roster.carrying.years import Prospect, carry_over, prospects
from roster.map import Map, build, current
from roster.marks import MarkRow, marks_of
from roster.marks.bundled import mark_from_bundles
from roster.models import Level, Organization

__all__ = ["Before", "Opened", "Prospect", "before", "carry", "prospects"]


@dataclass(frozen=True, slots=True)
class Before:
    """Marks, levels and, if it is needed, the map of the rows before an import."""

    marks: list[MarkRow]
    levels: set[Key]
    map: Map | None


def before(organization: Organization, *, with_map: bool = False) -> Before:
    """Return what is to be known of the rows as they are; the map at least if there are marks."""
    marks = marks_of(organization)
    levels = Level.objects.filter(organization=organization).values_list("kind", "sourced_id")
    return Before(
        marks, set(levels.iterator(2000)), current(organization)[1] if marks or with_map else None
    )


def carry(
    organization: Organization, known: Before, after: Callable[[], Map] | None = None
) -> Opened:
    """Set and clear bundles' marks, carry people's over, and close what would be opened.

    `after` returns the map of the rows as they are now; without it, it is built here.
    """
    mark_from_bundles(organization)
    carry_over(organization, known.levels)
    if known.map is None or not known.marks:
        return Opened()
    return close_again(
        Closed(organization, known.map, known.marks), after() if after else build(organization)
    )
