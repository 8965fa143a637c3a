"""What a change of sharing would do to what a vendor reads, counted, without writing anything.

Decided as the change itself would be: with the map, day and settings that were last shown. It is
compared with what is published by record, and by the key of each record's document. Keys cover
all hidden fields, so they are compared as if both readers had the same, and then it is asked who
has something in a field that only one of them gets.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from roster.deciding import Decision, Rules
from roster.deciding.answers import keys
from roster.explaining.fields import having
from roster.kinds import ROWS_OF
from roster.marks import marks_of
from roster.models import Feed, Organization, Publication
from roster.publishing import lists
from roster.publishing.inputs import Inputs, last_shown, own

Difference = dict[str, dict[str, int]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]


def difference(
    feed: Feed | None, organization: Organization, version: str, rules: dict[str, Any]
) -> Difference:
    """Return how what these rules share differs from what the feed's publication lists.

    `{"users": {"now": live records, "then": records, "added": …, "removed": …, "changed": …}}`,
    for every collection of either. `changed` are records of both whose document differs.
    """
    then = _Reader(last_shown(organization), version, rules)
    publication = feed.publication if feed else None
    if publication is None:
        return {
            name: _counts(0, then.decision.visible(name).size, 0, 0)
            for name in then.decision.collections()
            if then.decision.visible(name).size
        }
    now = _Reader(_inputs(organization, publication), version, publication.rules)
    found = {}
    for name in dict.fromkeys([*then.decision.collections(), *publication.lists]):
        listed = lists.read(publication, name).records
        counts = _compare(listed, now.records(name, then), then.records(name, now))
        if counts["now"] or counts["then"]:
            found[name] = counts
    return found


def _inputs(organization: Organization, publication: Publication) -> Inputs:
    """Return what is published was decided with, and the marks of now."""
    return own(organization, publication).with_marks(marks_of(organization))


class _Records(NamedTuple):
    """Records that are visible, in order; the key of each one's document, hidden fields apart.

    `other` says which have something in a field that only one of two readers gets.
    """

    numbers: Numbers
    keys: Numbers
    other: np.ndarray[Any, np.dtype[np.bool_]]


class _Reader:
    """What a reader with these rules sees, to be compared with what another one does."""

    def __init__(self, inputs: Inputs, version: str, rules: dict[str, Any]) -> None:
        self.inputs = inputs
        self.version = version
        self.rules = Rules.of(rules, list(inputs.settings.field_policy))
        self.decision: Decision = inputs.decide(version, self.rules)

    def records(self, collection: str, other: _Reader) -> _Records:
        rows, m = self.decision.visible(collection), self.decision.map
        numbers = getattr(m, ROWS_OF[collection]).record[rows]
        order = np.argsort(numbers)
        fields = self.decision.hidden(collection) ^ other.decision.hidden(collection)
        alike = self._with_fields_of(other) if fields else self.decision
        return _Records(
            numbers[order],
            keys(alike, collection)[rows][order],
            having(m, self.version, collection, fields)[rows][order],
        )

    def _with_fields_of(self, other: _Reader) -> Decision:
        if not hasattr(self, "_alike"):
            rules = self.rules.with_fields_of(other.rules)
            self._alike: Decision = self.inputs.decide(self.version, rules)
        return self._alike


def _compare(listed: Numbers, now: _Records, then: _Records) -> dict[str, int]:
    both = np.intersect1d(listed, then.numbers, assume_unique=True)
    # A record that is listed and isn't decided any more differs in any case.
    there = both[np.isin(both, now.numbers, assume_unique=True)]
    before, after = np.searchsorted(now.numbers, there), np.searchsorted(then.numbers, there)
    differs = (now.keys[before] != then.keys[after]) | then.other[after]
    changed = both.size - there.size + int(differs.sum())
    return _counts(listed.size, then.numbers.size, both.size, changed)


def _counts(now: int, then: int, both: int, changed: int) -> dict[str, int]:
    return {
        "now": now,
        "then": then,
        "added": then - both,
        "removed": now - both,
        "changed": changed,
    }
