"""Acts: what somebody takes from vendors at once, and with which marks and rules it is decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import orjson

from roster.deciding import Decision, Rules
from roster.kinds import ROWS_OF
from roster.map import Map
from roster.map.arrays import Flags
from roster.marks import MarkRow, Marks, marks_of, pack, resolve
from roster.models import Organization, Publication
from roster.publishing.comparing import places
from roster.publishing.inputs import Inputs, flags, own, todays, united


@dataclass(frozen=True, slots=True)
class Act:
    """Marked records and withheld fields are taken from everybody, or what a feed shares no longer.

    `marks` are all that the act names, those too that are set already. `rules` are what `feed`
    shares from now on, as JSON; `policy` the fields that no feed may have.
    """

    marks: tuple[MarkRow, ...] = ()
    feed: int | None = None
    rules: Mapping[str, Any] | None = None
    policy: tuple[str, ...] = ()

    @property
    def takes_fields_only(self) -> bool:
        """Whether the act bears on what documents say, not on which of them are listed."""
        return not self.marks and self.rules is None

    def rules_json(self, publication: Publication) -> dict[str, Any]:
        """Return by which rules the act judges what was published: its reader's of now."""
        return dict(publication.feed.rules if self.rules is None else self.rules)

    def rules_for(self, publication: Publication, policy: tuple[str, ...]) -> Rules:
        """Return them as they are under a field policy, and the act's own."""
        return Rules.of(self.rules_json(publication), sorted({*policy, *self.policy}))


class Ground:
    """An organization's marks and today's map, before and after an act."""

    def __init__(self, organization: Organization, act: Act) -> None:
        self.organization = organization
        self.act = act
        named = {(mark.kind, mark.sourced_id) for mark in act.marks}
        rows = marks_of(organization)
        self.before = [row for row in rows if (row.kind, row.sourced_id) not in named]
        self.after = [*rows, *act.marks]
        self._basis: Any = None
        self._inputs: dict[bytes, Inputs] = {}
        self._taken: dict[bytes, dict[str, Any]] = {}

    def inputs(self, publication: Publication) -> Inputs:
        """Return what a publication was decided with.

        Publications of one map are asked about together, and have them in common.
        """
        settings = orjson.dumps(publication.settings, option=orjson.OPT_SORT_KEYS)
        basis = publication.map_id, publication.day, settings
        if basis != self._basis:
            self._basis = basis
            self._inputs.clear()
        return self._known(
            bytes(publication.marks or b""), lambda: own(self.organization, publication)
        )

    def inputs_after(self, publication: Publication, forced: Marks) -> Inputs:
        """Return what a publication is decided with after the act, where these rows go too."""
        before = self.inputs(publication)
        marks = united(united(before.marks, resolve(self.act.marks, before.map)), forced)
        return self._known(pack(marks), lambda: replace(before, marks=marks))

    def _known(self, marks: bytes, make: Callable[[], Inputs]) -> Inputs:
        if marks not in self._inputs:
            self._inputs[marks] = make()
        return self._inputs[marks]

    @cached_property
    def _today(self) -> tuple[Inputs, Inputs]:
        """Return what a refresh would decide with today, before and after the act."""
        today = todays(self.organization)
        return today.with_marks(self.before), today.with_marks(self.after)

    def taken_today(self, publication: Publication, m: Map) -> Marks:
        """Return, as marks on an older map, what the act takes from what is visible today."""
        if m.revision == self._today[0].map.revision:
            return {}
        name = orjson.dumps(
            [publication.feed.version, publication.feed.rules], option=orjson.OPT_SORT_KEYS
        )
        if name not in self._taken:
            self._taken[name] = self._records_taken(publication)
        found = {}
        for collection, records in self._taken[name].items():
            kind = ROWS_OF[collection]
            at = places(records, getattr(m, kind).record[:-1])
            if (at >= 0).any():
                found[kind] = flags(len(m.ids[kind]), at)
        return found

    def _records_taken(self, publication: Publication) -> dict[str, Any]:
        before_act, after_act = self._today
        feed, policy = publication.feed, before_act.settings.field_policy
        before = before_act.decide(feed.version, Rules.of(feed.rules, list(policy)))
        after = after_act.decide(feed.version, self.act.rules_for(publication, policy))
        found = {}
        for collection in before.collections():
            if collection == "orgs" and not self.act.marks:
                # Where a school isn't shared, what lies elsewhere and names it is seen all the
                # same, unlike where it is marked; and its id says it, on any map.
                continue
            left = set_of(before, collection) & ~visible_through_others(after, collection)
            left[after.visible(collection)] = False
            if left.any():
                found[collection] = getattr(before.map, ROWS_OF[collection]).record[left]
        return found


def visible_through_others(decision: Any, collection: str) -> Any:
    """Return which rows of a collection's kind are visible only for what is below them, if at all.

    Sessions of classes, orgs above schools, courses that a class shows: where an import has taken
    those away, an act that takes the last of them would take all that is published below.
    """
    m = decision.map
    if collection == "academicSessions":
        return np.ones(len(m.ids["session"]) + 1, bool)
    if collection == "orgs":
        return ~m.org.is_school
    if collection == "courses":
        return m.course_row.levels.any(decision.ok("valid_course"))
    return np.zeros(len(m.ids[ROWS_OF[collection]]) + 1, bool)


def set_of(decision: Decision, collection: str) -> Flags:
    """Return which rows of a collection's kind are listed by a decision, nothing not."""
    kind = ROWS_OF[collection]
    return decision.ok(kind) if decision.shares(collection) else decision.none(kind)
