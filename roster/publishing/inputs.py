"""What publications are decided with: a map, a day, settings and marks.

A refresh decides with today's. What is published between refreshes (a new, changed or resumed
feed) is decided with those of the last refresh shown, never with an import that nobody has
refreshed; what is withdrawn, with the publication's own. Marks are today's, found in the map at
hand by what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from roster.deciding import Decision, Rules, Settings
from roster.deciding.decision import Visibility
from roster.map import Map, current, load
from roster.marks import MarkRow, Marks, marks_of, pack, resolve, unpack
from roster.models import FormerRow, Organization, Publication, StoredMap


class Basis(NamedTuple):
    """What a publication says that it was decided with, as its columns: the key of a map, a day,
    settings, and marks as they are packed.
    """

    map_id: int
    day: date
    settings: dict[str, Any]
    marks: bytes


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a feed's publication is decided with, but for its version and rules.

    `stored` is the key of the map.
    """

    stored: int
    map: Map
    day: date
    settings: Settings
    marks: Marks
    last: list[Visibility] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def basis(self) -> Basis:
        return Basis(self.stored, self.day, self.settings.as_json(), pack(self.marks))

    def decide(self, version: str, rules: dict[str, Any] | Rules) -> Decision:
        """Return who sees what by these rules, a feed's as JSON or made of it already.

        Those who see the same rows as the last one did share what was found out about that.
        """
        if isinstance(rules, dict):
            rules = Rules.of(rules, list(self.settings.field_policy))
        who = rules.who(version, self.settings)
        known = [each for each in self.last if (each.version, each.rules) == (version, who)]
        given = self.map, version, rules, self.settings, self.day, self.marks
        decision = Decision(*given, *known[:1])
        self.last[:] = [decision.visibility]
        return decision

    def marked(self, more: Marks) -> Inputs:
        """Return these inputs with further marks on this map."""
        return replace(self, marks=united(self.marks, more)) if more else self

    def with_marks(self, rows: Iterable[MarkRow]) -> Inputs:
        """Return these inputs with other marks instead of their own."""
        return replace(self, marks=resolve(rows, self.map))


def todays(organization: Organization) -> Inputs:
    """Return what a refresh decides with now."""
    stored, m = current(organization)
    return inputs_of(organization, m, stored.pk)


def inputs_of(organization: Organization, m: Map, stored: int = 0) -> Inputs:
    """Return today's inputs with a map; without its key nothing can be published with them."""
    marks = resolve(marks_of(organization), m)
    return Inputs(stored, m, organization.today(), Settings.of(organization), marks)


def last_shown(organization: Organization) -> Inputs:
    """Return what the last refresh was decided with, and people's marks since.

    Before the first one, today's.
    """
    if organization.shown_map_id is None or organization.shown_day is None:
        return todays(organization)
    try:
        m = load(organization.shown_map_id)
    except StoredMap.DoesNotExist:  # Swept, since another one was shown.
        organization.refresh_from_db()
        return last_shown(organization)
    marks = resolve(shown_marks(organization, marks_of(organization)), m)
    settings = Settings.from_json(organization.shown_settings)
    return Inputs(organization.shown_map_id, m, organization.shown_day, settings, marks)


def own(organization: Organization, publication: Publication) -> Inputs:
    """Return what a publication was decided with, and what acts have taken from it since as marks.

    What isn't known of one that an upgrade brought along, today's stand in for.
    """
    if publication.map_id is None or not publication.settings:
        inputs = todays(organization)
    else:
        m = load(publication.map_id)
        settings = settings_of(organization, publication)
        inputs = Inputs(publication.map_id, m, publication.day, settings, marks={})
    if publication.marks is None:
        return inputs.with_marks(marks_of(organization))
    return replace(inputs, marks=unpack(bytes(publication.marks), inputs.map))


def settings_of(organization: Organization, publication: Publication) -> Settings:
    """Return the settings that a publication was decided with, today's where it isn't known."""
    if publication.map_id is None or not publication.settings:
        return Settings.of(organization)
    return Settings.from_json(publication.settings)


def shown_marks(organization: Organization, marks: Iterable[MarkRow]) -> list[MarkRow]:
    """Return marks of an organization without what imports have set since the last refresh.

    What they have cleared since stays marked, until a refresh has shown that.
    """
    return marks_at(organization, marks, revision=0)


def marks_at(organization: Organization, marks: Iterable[MarkRow], revision: int) -> list[MarkRow]:
    """Return marks without what imports have set and cleared since a revision."""
    kept = FormerRow.objects.filter(
        organization=organization, table__in=("mark", "new mark"), revision__gte=revision
    )
    first: dict[tuple[str, ...], tuple[str, MarkRow]] = {}
    for table, columns in kept.order_by("revision", "pk").values_list("table", "columns"):
        row = MarkRow(**columns)
        first.setdefault(row[:3], (table, row))
    before = [row for table, row in first.values() if table == "mark"]
    return [*(row for row in marks if row[:3] not in first), *before]


def united(one: Marks, other: Marks) -> Marks:
    """Return the marks of both, of one map."""
    found = dict(one)
    for kind, flags in other.items():
        found[kind] = found[kind] | flags if kind in found else flags
    return found


def flags(size: int, positions: Iterable[int] | np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a mark on each of these positions of a kind with `size` rows, none on nothing."""
    marked = np.zeros(size + 1, bool)
    at = np.asarray(positions, np.int64)
    marked[at[at >= 0]] = True
    return marked
