"""What another school year would be with the rows that are here now: nothing is written or held."""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

from roster import carrying, hierarchy
from roster.map import Map, current, with_levels
from roster.marks import MarkRow
from roster.models import Organization
from roster.refusal import Refused

TRIES = 3


class Foreseen(NamedTuple):
    """Another school year: its map, the marks in it, and what becomes of those of this year."""

    map: Map
    marks: list[MarkRow]
    prospects: list[carrying.Prospect]


def foresee(organization: Organization, year: str) -> Foreseen:
    """Return what `year` would be as the active school year, by the verbs that make it so.

    Refused: the active one; and where imports come in one after the other meanwhile.
    """
    if year == organization.school_year:
        raise Refused("%(year)s is the active school year already.", year=year)
    then = copy(organization)
    then.school_year = year
    for _ in range(TRIES):
        now = current(then)[1]
        levels = hierarchy.derived(then)
        m = with_levels(now, year, levels)
        found = Foreseen(m, *carrying.foresee(then, levels, m))
        then.refresh_from_db(fields=["revision"])
        if then.revision == now.revision:
            return found
    raise Refused("Imports came in meanwhile. Look again when they are done.")
