"""Acts: what somebody takes from vendors at once, and with which marks and rules it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import orjson

from roster.deciding import Decision, Rules
from roster.kinds import ROWS_OF
from roster.map import Map
from roster.map.arrays import Flags
from roster.marks import MarkRow, Marks, marks_of
from roster.models import Mark, Organization, Publication
from roster.publishing.comparing import places
from roster.publishing.inputs import Inputs, flags, own, shown_marks, todays


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
        self._inputs: dict[Any, Inputs] = {}
        self._forced: tuple[bytes, Inputs] | None = None
        self._taken: dict[bytes, dict[str, Any]] = {}

    def inputs_after(self, publication: Publication, forced: Marks) -> Inputs:
        """Return what a publication is decided with after the act, where these rows go too."""
        inputs = self.inputs(publication, after=True)
        if not forced:
            return inputs
        name = b"".join(kind.encode() + forced[kind].tobytes() for kind in sorted(forced))
        if self._forced is None or self._forced[0] != name:
            self._forced = name, inputs.marked(forced)
        return self._forced[1]

    def inputs(self, publication: Publication, *, after: bool) -> Inputs:
        """Return what a publication was surely decided with, and `after` the act is with.

        Publications of one map are asked about together, and have them in common.
        """
        settings = orjson.dumps(publication.settings, option=orjson.OPT_SORT_KEYS)
        name = publication.map_id, publication.day, settings
        if (name, after) not in self._inputs:
            if not any(known == name for known, _ in self._inputs):
                self._inputs.clear()
                self._forced = None
            mine = own(self.organization, publication)
            marks = self._published(publication, mine.map)
            self._inputs[name, after] = mine.with_marks(
                [*marks, *self.act.marks] if after else marks
            )
        return self._inputs[name, after]

    @cached_property
    def _today(self) -> tuple[Inputs, Inputs]:
        """Return what a refresh would decide with today, before and after the act."""
        today = todays(self.organization)
        return today.with_marks(self.before), today.with_marks(self.after)

    def _published(self, publication: Publication, m: Map) -> list[MarkRow]:
        """Return the marks that a publication was surely decided with.

        A bundle's may have come with an import since; a person's are always withdrawn at once.
        """
        if m.revision == self.organization.revision:
            return self.before
        if publication.map_id == self.organization.shown_map_id:
            return shown_marks(self.organization, self.before)
        return [row for row in self.before if row.source == Mark.Source.PERSON]

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
