"""Making the next publications of feeds: their documents found or rendered, their lists compared.

Feeds of the same version and rules share one decision. Collection by collection, so that no more
than one is in memory; each document is rendered once for all that list it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
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

    def was_cut(self, collection: str) -> set[str]:
        """Return the fields that are taken out of what the feed lists until now."""
        return set(self.before.cut.get(collection, ())) if self.before else set()

    def uncovers(self, collection: str) -> bool:
        """Return whether fields are seen again that were cut: readers must get them anew."""
        cut = self.was_cut(collection)
        hidden = self.decision.rules.hidden(collection) | self.cut.get(collection, {}).keys()
        return not cut <= hidden

    def settle(self, collection: str, difference: Difference, organization: Organization) -> None:
        """Take over the lists of a collection, and count them."""
        self.differs |= not difference.is_none
        keep(self.found, collection, self.before, difference, organization)


def decided(
    inputs: Inputs, feeds: Iterable[Feed], before: Callable[[Feed], Publication | None]
) -> list[Wanted]:
    """Return what feeds are to list by their own rules; equal ones share the decision."""
    decisions: dict[tuple[str, bytes], Decision] = {}
    found = []
    for feed in feeds:
        name = feed.version, orjson.dumps(feed.rules, option=orjson.OPT_SORT_KEYS)
        if name not in decisions:
            decisions[name] = inputs.decide(feed.version, feed.rules)
        found.append(Wanted(feed, inputs, decisions[name], feed.rules, before(feed)))
    return found


def make(organization: Organization, wanted: Sequence[Wanted], note: Note) -> Plan:
    """Return a plan that shows on each feed what is wanted, and settles those that have it."""
    steps = list(_steps(wanted))
    for at, (version, collection) in enumerate(steps):
        some = [each for each in wanted if each.feed.version == version]
        maker = _Maker(organization, version, collection)
        for nth, (decision, sharing) in enumerate(_by_decision(some)):
            note((at + nth / len(wanted)) / len(steps), f"OneRoster {version}: {collection}")
            records, documents = maker.documents_of(decision)
            for each in sharing:
                maker.list(each, records, documents)
    plan = Plan()
    for each in wanted:
        if each.before is None or each.differs:
            plan.nexts.append(each.found)
        else:
            plan.settled.append(Settled(each.before.pk, each.inputs, each.rules, each.cut))
    return plan


def _steps(wanted: Sequence[Wanted]) -> Iterator[tuple[str, str]]:
    """Yield versions and collections that any feed lists, or has listed."""
    for version in sorted({each.feed.version for each in wanted}):
        names: set[str] = set()
        for each in wanted:
            if each.feed.version == version:
                names.update(each.decision.collections())
                names.update(each.before.lists if each.before else ())
        yield from ((version, name) for name in COLLECTIONS if name in names)


def _by_decision(wanted: Sequence[Wanted]) -> list[tuple[Decision, list[Wanted]]]:
    found: dict[int, tuple[Decision, list[Wanted]]] = {}
    for each in wanted:
        found.setdefault(id(each.decision), (each.decision, []))[1].append(each)
    return list(found.values())


class _Maker:
    """Makes the lists of one collection in one version."""

    def __init__(self, organization: Organization, version: str, collection: str) -> None:
        self.organization = organization
        self.collection = collection
        self.kind = ROWS_OF[collection]
        self.shelf = Shelf(organization.pk, version, collection)
        self.expired = milliseconds(clock() - timedelta(days=organization.tombstone_days))

    def documents_of(self, decision: Decision) -> tuple[Numbers, Numbers]:
        """Return the records that are listed by a decision, and their documents."""
        if self.collection not in decision.collections():
            return NOTHING, NOTHING
        positions = decision.visible(self.collection)
        records = getattr(decision.map, self.kind).record[positions]
        wanted = keys(decision, self.collection)[positions]
        found = self.shelf.find(records, wanted)
        missing = np.flatnonzero(found == 0)
        if len(missing):
            new = positions[missing], records[missing], wanted[missing]
            self.shelf.learn(self._rendered(decision, *new))
            found[missing] = self.shelf.find(*new[1:])
        return records, found

    def _rendered(
        self, decision: Decision, positions: Numbers, records: Numbers, wanted: Numbers
    ) -> Iterator[Finished]:
        at = {position: here for here, position in enumerate(positions.tolist())}
        for position, doc in rendered(self.organization, decision, self.collection, positions):
            here = at[position]
            yield Finished(int(records[here]), int(wanted[here]), doc)

    def list(self, each: Wanted, records: Numbers, documents: Numbers) -> None:
        """Give a feed's next publication its lists of this collection."""
        difference = compare(
            lists_of(each.before, self.collection),
            records,
            documents,
            expired=self.expired,
            entomb=partial(self.shelf.entomb, cut=each.was_cut(self.collection)),
            ids_of=self.shelf.ids_of,
            afresh=each.uncovers(self.collection),
        )
        each.settle(self.collection, difference, self.organization)


def lists_of(publication: Publication | None, collection: str) -> Lists:
    """Return both lists of a collection, empty before there is a publication."""
    if publication is None:
        return Lists()
    live = lists.read(publication, collection)
    return Lists(live, lists.read(publication, collection, tombstones=True))


def keep(
    found: Next,
    collection: str,
    before: Publication | None,
    difference: Difference,
    organization: Organization,
) -> None:
    """Write the lists of a collection as parts, and count them."""
    old, new = difference.before, difference.lists
    if len(new.live) or len(new.tombstones):
        names = Lists._fields
        parts = [lists.references(before, collection, each) if before else [] for each in names]
        found.lists[collection] = {
            name: spliced(organization.pk, *each)
            for name, *each in zip(names, parts, old, new, strict=True)
        }
    found.counts[collection] = {
        "records": len(new.live),
        "tombstones": len(new.tombstones),
        "added": difference.added,
        "changed": difference.changed,
        "removed": difference.removed,
    }
