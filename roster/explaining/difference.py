"""What a change of sharing would do to what a vendor reads, counted, without writing anything.

Decided as the change itself would be: with the map, day and settings that were last shown. It is
compared with what is published by record, and by the key of each record's document.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from roster.database.parts import named as found_by
from roster.deciding import Decision
from roster.deciding.answers import keys
from roster.kinds import ROWS_OF
from roster.models import Document, Feed, Organization, StoredMap
from roster.publishing import lists
from roster.publishing.inputs import Inputs, last_shown, own
from roster.publishing.lists import Swept

Difference = dict[str, dict[str, Any]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]


def difference(
    feed: Feed | None,
    organization: Organization,
    version: str,
    rules: dict[str, Any],
    named: int = 0,
    inputs: Inputs | None = None,
) -> Difference:
    """Return how what these rules share differs from what the feed's publication lists.

    They are decided with `inputs`, or with what the last refresh was decided with.

    `{"users": {"now": live records, "then": records, "added": …, "removed": …, "changed": …}}`,
    for every collection of either. `changed` are records of both whose document differs. With
    `named`, so many ids of those that come and go stand beside them, as `ids`: `{"added": […],
    "removed": […]}`.
    """
    try:
        return _difference(feed, organization, version, rules, named, inputs)
    except (Swept, StoredMap.DoesNotExist):
        # Something else was published meanwhile, and what was read here is gone.
        organization.refresh_from_db()
        if feed:
            feed.refresh_from_db()
        return _difference(feed, organization, version, rules, named, inputs)


def _difference(
    feed: Feed | None,
    organization: Organization,
    version: str,
    rules: dict[str, Any],
    named: int,
    inputs: Inputs | None,
) -> Difference:
    then = (inputs or last_shown(organization)).decide(version, rules)
    publication = feed.head if feed else None
    if publication is None:
        return {
            name: _counts(0, then.visible(name).size, 0, 0) | _ids(then, name, lists.EMPTY, named)
            for name in then.collections()
            if then.visible(name).size
        }
    now = own(organization, publication).decide(version, publication.rules)
    found = {}
    for name in dict.fromkeys([*then.collections(), *publication.lists]):
        listed = lists.read(publication, name)
        counts = _of_one_map(listed, now, then, name)
        if counts is None:
            counts = _compare(listed.records, _records(now, name), _records(then, name))
        if counts["now"] or counts["then"]:
            found[name] = counts | _ids(then, name, listed, named)
    return found


def _of_one_map(
    listed: lists.List, now: Decision, then: Decision, collection: str
) -> dict[str, int] | None:
    """Return the counts where both are decided of one map, and what is listed is what is decided:
    then rows needn't be looked for."""
    rows = now.visible(collection)
    same = now.map is then.map and np.array_equal(
        listed.records, getattr(now.map, ROWS_OF[collection]).record[rows]
    )
    if not same:
        return None
    after, before = then.visible(collection), now.none(ROWS_OF[collection])
    before[rows] = True
    both = after[before[after]]
    differ = keys(now, collection)[both] != keys(then, collection)[both]
    return _counts(rows.size, after.size, both.size, int(differ.sum()))


class _Records(NamedTuple):
    """Records that are visible, in order, and the key of each one's document."""

    numbers: Numbers
    keys: Numbers


def _records(decision: Decision, collection: str) -> _Records:
    rows = decision.visible(collection)
    numbers = getattr(decision.map, ROWS_OF[collection]).record[rows]
    order = np.argsort(numbers)
    return _Records(numbers[order], keys(decision, collection)[rows][order])


def _compare(listed: Numbers, now: _Records, then: _Records) -> dict[str, int]:
    both = np.intersect1d(listed, then.numbers, assume_unique=True)
    # A record that is listed and isn't decided any more differs in any case.
    there = both[np.isin(both, now.numbers, assume_unique=True)]
    before, after = np.searchsorted(now.numbers, there), np.searchsorted(then.numbers, there)
    changed = both.size - there.size + int((now.keys[before] != then.keys[after]).sum())
    return _counts(listed.size, then.numbers.size, both.size, changed)


def _ids(then: Decision, collection: str, listed: lists.List, most: int) -> dict[str, Any]:
    """Return the first ids of records that aren't listed and will be, and of those that go."""
    if not most:
        return {}
    rows, kind = then.visible(collection), ROWS_OF[collection]
    numbers = getattr(then.map, kind).record[rows]
    came = rows[~np.isin(numbers, listed.records)][:most]
    gone = listed.documents[~np.isin(listed.records, numbers)][:most]
    removed = found_by(Document.objects, "pk", gone.tolist(), "sourced_id")
    ids = then.map.ids[kind]
    return {
        "ids": {"added": [ids[row] for row in came.tolist()], "removed": sorted(removed)},
    }


def _counts(now: int, then: int, both: int, changed: int) -> dict[str, int]:
    return {
        "now": now,
        "then": then,
        "added": then - both,
        "removed": now - both,
        "changed": changed,
    }
