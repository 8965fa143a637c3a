"""Deciding: which rows of a map one reader sees on a day. No query, no clock."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np

from roster.deciding.given import Given
from roster.deciding.rules import Rules
from roster.deciding.settings import Settings
from roster.deciding.table import conditions, rows_of
from roster.deciding.why import Asking, Cause, Chain, Step
from roster.dialects.fields import FIELDS
from roster.kinds import COLLECTIONS, KINDS, ROWS_OF
from roster.map import Map
from roster.map.arrays import Flags, Positions
from roster.marks import Marks


class Visibility(Given):
    """Who is seen and who isn't, by the table of conditions; each array is made when asked for.

    Its rules are those of `Rules.who`: what is shown of a row isn't known here.
    """

    @property
    def visibility(self) -> Visibility:
        return self

    def ok(self, step: str) -> Flags:
        """Return which rows of a kind, or of another step of the table, are visible."""
        if step not in self.answers:
            found = self.every(rows_of(step))
            for each in conditions(step):
                found &= self.ok(each) if isinstance(each, str) else each.met(self)
            found[-1] = False
            self.answers[step] = found
        flags: Flags = self.answers[step]
        return flags


class Decision(Given):
    """Who sees what and why not, and what is shown of it.

    `Decision(map, version, rules, settings, day, marks)`; those who see the same rows may share
    the `visibility`.
    """

    def __init__(
        self,
        m: Map,
        version: str,
        rules: Rules,
        settings: Settings,
        day: date,
        marks: Marks,
        visibility: Visibility | None = None,
    ) -> None:
        super().__init__(m, version, rules, settings, day, marks)
        who = rules.who(version, settings)
        self._visibility = visibility or Visibility(m, version, who, settings, day, marks)

    @property
    def visibility(self) -> Visibility:
        return self._visibility

    def ok(self, step: str) -> Flags:
        return self.visibility.ok(step)

    def collections(self) -> list[str]:
        """Return the collections that the reader has, those first that others name."""
        return [name for name in ROWS_OF if self.shares(name)]

    def shares(self, collection: str) -> bool:
        """Return whether the reader has a collection; its rows may be parents all the same."""
        types = COLLECTIONS[collection].types
        known = collection in FIELDS[self.version]
        return known and self.rules.shares_collection(collection, types)

    def hidden(self, collection: str) -> frozenset[str]:
        """Return the fields of a collection that the reader doesn't get."""
        return self.rules.hidden(collection)

    def visible(self, collection: str) -> Positions:
        """Return the positions of the rows that a collection lists for the reader."""
        if not self.shares(collection):
            return np.empty(0, np.int32)
        return np.flatnonzero(self.ok(ROWS_OF[collection])).astype(np.int32)

    def why(self, kind: str, sourced_id: str) -> Chain:
        """Return why a record isn't visible: an empty chain if it is."""
        found = self._asking.why(kind, sourced_id)
        collection = KINDS[kind].collection if kind in KINDS else None
        if collection is None or self.shares(collection):
            return found
        unshared = Cause("not_shared", collection)
        if not found:
            return (Step(kind, sourced_id, unshared),)
        head, *rest = found
        if head.cause.code == "missing" and not rest and head.cause.about == kind:
            return found
        return (head._replace(cause=unshared, also=(head.cause, *head.also), branches=()),)

    @cached_property
    def _asking(self) -> Asking:
        return Asking(self)
