"""Making the next publications of feeds: their documents found or rendered, their lists compared.

Feeds of the same version and rules share one decision, and what one of them has rendered the
others find. One decision and one collection at a time, so that memory doesn't grow with feeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import orjson

from roster.clock import clock, milliseconds
from roster.deciding import Decision, Rules
from roster.deciding.answers import keys
from roster.kinds import COLLECTIONS, ROWS_OF
from roster.map.arrays import Positions
from roster.models import Feed, Organization, Publication
from roster.publishing import lists
from roster.publishing.comparing import Difference, Lists, compare, places
from roster.publishing.inputs import Inputs
from roster.publishing.lists import List, Numbers, Parts, Reference
from roster.publishing.plans import Cut, Next, Plan, Settled
from roster.publishing.rendering import rendered
from roster.publishing.shelf import Finished, Shelf, Shelves
from roster.publishing.splicing import spliced

Weigh = Callable[["Wanted", str, Difference], None]
"""Called with what becomes of each collection for each feed."""

Note = Callable[[float, str], None]
"""Called with the share that is done and the stage in words, again and again."""

AT_ONCE = 50_000
"""Rows of which the decision's answers are in memory at once."""

OFTEN = 500
"""Documents between two notes of progress."""

NOTHING = np.empty(0, np.int64)


@dataclass(slots=True)
class Wanted:
    """What a feed is to list: by which decision, after which publication.

    `rules` is the JSON that the feed has; `cut` are fields that the decision still has and the
    feed's readers must not see. Of the records `heard` of meanwhile readers must hear again.
    """

    feed: Feed
    inputs: Inputs
    decision: Decision
    rules: dict[str, Any]
    before: Publication | None
    cut: Cut = field(default_factory=dict)
    heard: dict[str, Numbers] = field(default_factory=dict)
    found: Next = field(init=False)
    differs: bool = False

    def __post_init__(self) -> None:
        last = self.before.pk if self.before else None
        self.found = Next(self.feed.pk, last, self.inputs.basis, self.rules, cut=self.cut)

    def was_cut(self, collection: str) -> set[str]:
        """Return the fields that are taken out of what the feed lists until now."""
        return set(self.before.cut.get(collection, ())) if self.before else set()

    def uncovered(self, collection: str) -> set[str]:
        """Return the fields that are seen again, of those that were cut."""
        hidden = self.decision.rules.hidden(collection) | self.cut.get(collection, {}).keys()
        return self.was_cut(collection) - hidden

    def settle(self, collection: str, difference: Difference, writer: Parts) -> None:
        """Take over the lists of a collection, and count them."""
        self.differs |= not difference.is_none
        keep(self.found, collection, self.before, difference, writer)


def decided(
    inputs: Inputs, feeds: Iterable[Feed], before: Callable[[Feed], Publication | None]
) -> Iterator[list[Wanted]]:
    """Yield what feeds are to list by their own rules, those together that have equal ones.

    Readers who see the same rows, if other fields of them, come one after the other.
    """
    found: dict[Any, dict[bytes, list[Feed]]] = {}
    for feed in feeds:
        who = Rules.of(feed.rules, []).who(feed.version, inputs.settings)
        name = orjson.dumps(feed.rules, option=orjson.OPT_SORT_KEYS)
        found.setdefault((feed.version, who), {}).setdefault(name, []).append(feed)
    for alike in chain.from_iterable(each.values() for each in found.values()):
        decision = inputs.decide(alike[0].version, alike[0].rules)
        yield [Wanted(feed, inputs, decision, feed.rules, before(feed)) for feed in alike]


class Maker:
    """Makes publications of an organization, those of one decision after those of another."""

    def __init__(
        self,
        organization: Organization,
        shelves: Shelves,
        note: Note,
        weigh: Weigh | None = None,
    ) -> None:
        self.organization = organization
        self.note = note
        self.weigh = weigh
        self.share = 0.0
        self.shelves = shelves
        self.parts = Parts(organization.pk)
        self.expired = milliseconds(clock() - timedelta(days=organization.tombstone_days))

    def make(self, wanted: Sequence[Wanted], plan: Plan) -> None:
        """Add to a plan what is wanted of feeds that share a decision, and settle who has it."""
        decision, version = wanted[0].decision, wanted[0].feed.version
        names = set(decision.collections())
        for each in wanted:
            names.update(each.before.lists if each.before else ())
        for at, collection in enumerate(COLLECTIONS):
            if collection in names:
                self.share = at / len(COLLECTIONS)
                self.note(self.share, f"OneRoster {version}: {collection}")
                self._list(wanted, collection, self.shelves.of(version, collection))
        self.parts.flush()
        for each in wanted:
            if each.before is None or each.differs:
                plan.nexts.append(each.found)
            else:
                plan.settled.append(Settled(each.before.pk, each.found.basis, each.rules, each.cut))

    def _list(self, wanted: Sequence[Wanted], collection: str, shelf: Shelf) -> None:
        """Give the next publications their lists of a collection."""
        records, documents = self._documents(wanted[0].decision, collection, shelf)
        for each in wanted:
            before = lists_of(each.before, collection)
            difference = compare(
                before,
                records,
                documents,
                expired=self.expired,
                entomb=partial(shelf.entomb, cut=each.was_cut(collection)),
                ids_of=shelf.ids_of,
                anew=self._anew(each, collection, before.live, shelf),
            )
            each.settle(collection, difference, self.parts)
            if self.weigh:
                self.weigh(each, collection, difference)

    def _anew(self, each: Wanted, collection: str, live: List, shelf: Shelf) -> Numbers:
        """Return the records that readers must hear of again, whatever they had of them."""
        heard = each.heard.get(collection, NOTHING)
        if fields := each.uncovered(collection):
            having = shelf.having(live.documents, fields)
            heard = np.concatenate([heard, live.records[places(live.documents, having) >= 0]])
        return heard

    def _documents(
        self, decision: Decision, collection: str, shelf: Shelf
    ) -> tuple[Numbers, Numbers]:
        """Return the records that are listed by a decision, and their documents."""
        if not decision.shares(collection):
            return NOTHING, NOTHING
        positions = decision.visible(collection)
        records = getattr(decision.map, ROWS_OF[collection]).record[positions]
        wanted = keys(decision, collection)[positions]
        found = shelf.find(records, wanted)
        missing = np.flatnonzero(found == 0)
        if len(missing):
            asked, of = records[missing], wanted[missing]
            shelf.learn(self._rendered(decision, collection, positions[missing], asked, of))
            found[missing] = shelf.find(asked, of)
            if not found.all():
                raise AssertionError(f"Not every visible record of {collection} was rendered.")
        return records, found

    def _rendered(
        self,
        decision: Decision,
        collection: str,
        positions: Positions,
        records: Numbers,
        wanted: Numbers,
    ) -> Iterator[Finished]:
        stage = f"OneRoster {decision.version}: rendering {collection}"
        for start in range(0, len(positions), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            rows = zip(records[some].tolist(), wanted[some].tolist(), strict=True)
            docs = rendered(self.organization, decision, collection, positions[some].tolist())
            for nth, ((record, key), (_, doc)) in enumerate(zip(rows, docs, strict=True)):
                if nth % OFTEN == 0:
                    share = (start + nth) / len(positions) / len(COLLECTIONS)
                    self.note(self.share + share, stage)
                yield Finished.of(record, doc, key)


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
    writer: Parts,
) -> None:
    """Write the lists of a collection as parts, and count them."""
    old, new = difference.before, difference.lists

    def parts(name: str, was: List, now: List) -> list[Reference]:
        former = lists.references(before, collection, name) if before else []
        return spliced(writer, former, was, now)

    if len(new.live) or len(new.tombstones):
        found.lists[collection] = {
            "live": parts("live", old.live, new.live),
            "tombstones": parts("tombstones", old.tombstones, new.tombstones),
        }
    found.counts[collection] = {
        "records": len(new.live),
        "tombstones": len(new.tombstones),
        "added": difference.added,
        "changed": difference.changed,
        "removed": difference.removed,
    }
