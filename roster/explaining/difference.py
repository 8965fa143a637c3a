"""What a change of sharing would do to what a vendor reads, counted, without writing anything.

Decided as the change itself would be: with the map, day and settings that were last shown. It is
compared with what is published by record, and by the key of each record's document.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from roster.deciding import Decision
from roster.deciding.answers import keys
from roster.kinds import ROWS_OF
from roster.marks import marks_of
from roster.models import Feed, Organization, Publication
from roster.publishing import lists
from roster.publishing.inputs import last_shown, own

Difference = dict[str, dict[str, int]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]


def difference(
    feed: Feed | None, organization: Organization, version: str, rules: dict[str, Any]
) -> Difference:
    """Return how what these rules share differs from what the feed's publication lists.

    `{"users": {"now": live records, "then": records, "added": …, "removed": …, "changed": …}}`,
    for every collection of either. `changed` are records of both whose document differs.
    """
    then = last_shown(organization).decide(version, rules)
    publication = feed.publication if feed else None
    now = _decided(organization, version, publication) if publication else None
    names = [*then.collections(), *(publication.lists if publication else ())]
    found = {}
    for name in dict.fromkeys(names):
        listed = lists.read(publication, name).records if publication else _nothing()
        counts = _compare(listed, _keyed(then, name), _keyed(now, name) if now else None)
        if counts["now"] or counts["then"]:
            found[name] = counts
    return found


def _decided(organization: Organization, version: str, publication: Publication) -> Decision:
    """Return the decision of what is published, with the marks of now."""
    inputs = own(organization, publication).with_marks(marks_of(organization))
    return inputs.decide(version, publication.rules)


def _keyed(decision: Decision, collection: str) -> tuple[Numbers, Numbers]:
    """Return the records that a decision lists, in order, and the keys of their documents."""
    rows = decision.visible(collection)
    records = getattr(decision.map, ROWS_OF[collection]).record[rows]
    order = np.argsort(records)
    return records[order], keys(decision, collection)[rows][order]


def _compare(
    listed: Numbers, then: tuple[Numbers, Numbers], now: tuple[Numbers, Numbers] | None
) -> dict[str, int]:
    records, wanted = then
    both = np.intersect1d(listed, records, assume_unique=True)
    changed = 0
    if now is not None and both.size:
        known, held = now
        # A record that is listed and isn't decided any more differs in any case.
        there = both[np.isin(both, known, assume_unique=True)]
        before = held[np.searchsorted(known, there)]
        changed = both.size - there.size
        changed += int((before != wanted[np.searchsorted(records, there)]).sum())
    return {
        "now": listed.size,
        "then": records.size,
        "added": records.size - both.size,
        "removed": listed.size - both.size,
        "changed": changed,
    }


def _nothing() -> Numbers:
    return np.empty(0, np.int64)
