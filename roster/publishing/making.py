"""Making the next publications of feeds: their documents found or rendered, their lists compared.

Feeds of the same version and rules share one decision. Collection by collection, so that no more
than one is in memory; each document is rendered once for all that list it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import orjson

from roster.clock import clock, milliseconds
from roster.deciding import Decision
from roster.deciding.answers import keys
from roster.kinds import COLLECTIONS, ROWS_OF
from roster.models import Feed, Organization, Publication
from roster.publishing import lists
from roster.publishing.comparing import Difference, Lists, compare
from roster.publishing.flipping import Cut, Next, Plan, Settled
from roster.publishing.inputs import Inputs
from roster.publishing.lists import Numbers
from roster.publishing.rendering import rendered
from roster.publishing.shelf import Finished, Shelf
from roster.publishing.splicing import spliced

Note = Callable[[float, str], None]
"""Called with the share that is done, and the stage in words."""

NOTHING = np.empty(0, np.int64)


@dataclass(slots=True)
class Wanted:
    """What a feed is to list: by which decision, after which publication.

    `rules` is the JSON that the feed has; `cut` are fields that the decision still has and the
    feed's readers must not see.
    """

    feed: Feed
    inputs: Inputs
    decision: Decision
    rules: dict[str, Any]
    before: Publication | None
    cut: Cut = field(default_factory=dict)
    found: Next = field(init=False)
    differs: bool = False

    def __post_init__(self) -> None:
        last = self.before.pk if self.before else None
        self.found = Next(self.feed.pk, last, self.inputs, self.rules, cut=self.cut)

    def _lists(publication: Publication, collection: str) -> Lists:
    live = lists.read(publication, collection)
    return Lists(live, lists.read(publication, collection, tombstones=True))


def put(
    found: Next,
    organization: Organization,
    collection: str,
    last: Publication | None,
    before: Lists,
    difference: Difference,
) -> None:
    """Write the lists of a collection, and count them."""
    after = difference.lists
    if len(after.live) or len(after.tombstones):
        found.lists[collection] = {
            name: spliced(
                organization.pk, lists.references(last, collection, name) if last else [], old, new
            )
            for name, old, new in (
                ("live", before.live, after.live),
                ("tombstones", before.tombstones, after.tombstones),
            )
        }
    found.counts[collection] = {
        "records": len(after.live),
        "tombstones": len(after.tombstones),
        "added": difference.added,
        "changed": difference.changed,
        "removed": difference.removed,
    }


def _plan(wanted: Sequence[Wanted]) -> Plan:
    plan = Plan()
    for each in wanted:
        if each.before is None or each.differs:
            plan.nexts.append(each.found)
        else:
            plan.settled.append(Settled(each.before.pk, each.inputs, each.rules, each.cut))
    return plan
