"""Withdrawing: what an act takes leaves everything that can still be read, in one flip.

What is read of a feed now gets a next publication, with tombstones and new stamps. Publications
that a run may still be reading are rewritten in place: a record's document becomes its tombstone,
or what is left of it, so that no offset moves under a reader. Documents are pruned, never
rendered: the rows may be an import's that nobody has refreshed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from roster.database import bulk
from roster.database.parts import in_parts
from roster.kinds import COLLECTIONS
from roster.map import outdated
from roster.marks import Marks
from roster.models import Organization, Publication
from roster.publishing import lists
from roster.publishing.acts import Act, Ground
from roster.publishing.alike import cases
from roster.publishing.cases import Case
from roster.publishing.comparing import Flags
from roster.publishing.flipping import no_longer_read
from roster.publishing.inputs import united
from roster.publishing.lists import List, Numbers, Parts
from roster.publishing.plans import Plan
from roster.publishing.remaining import Listed, Remaining
from roster.publishing.shelf import Finished, Shelf, Shelves
from roster.publishing.unlisted import replaced

Replaced = dict[int, dict[str, Numbers]]
"""By feed and collection, the records of which documents were replaced in place."""

BATCH = 2_000
"""Documents that are in memory at once."""

Ready = Callable[[int, int], None]
"""Called with the number of feeds for which all is prepared, and of all of them."""


def withdrawn(
    organization: Organization,
    act: Act,
    shelves: Shelves,
    *,
    heads: bool = True,
    progress: Ready | None = None,
) -> tuple[Plan, Replaced]:
    """Return a plan that takes what an act takes from all publications that can be read.

    Without `heads` what feeds read now is only rewritten, for whoever makes the next ones. The
    records that were replaced in place must be stamped in these: a run that goes on reading has
    heard of them with the act's stamp, and must hear again of what stayed. What was made with a map
    that can't be read any more can't be judged: nobody reads it on.
    """
    rows = Publication.objects.filter(feed__organization=organization, listed=True)
    if act.feed is not None:
        rows = rows.filter(feed=act.feed)
    plan = Plan(dropped=list(no_longer_read(organization).values_list("pk", flat=True)))
    plan.lost += rows.filter(map__in=outdated(organization)).values_list("pk", flat=True)
    found = rows.exclude(pk__in=plan.dropped + plan.lost).select_related("feed").order_by("pk")
    withdrawal = _Withdrawal(shelves, plan)
    left = Counter(each.feed_id for each in found)
    feeds = len(left)
    for case in cases(Ground(organization, act), found, shelves):
        withdrawal.take(case, heads=heads)
        left -= Counter(each.feed_id for each in case.publications)
        if progress:
            progress(feeds - len(left), feeds)
        del case  # Its map goes before the next one is read.
    withdrawal.stamp()
    return plan, withdrawal.replaced


class _Withdrawal:
    def __init__(self, shelves: Shelves, plan: Plan) -> None:
        self.shelves = shelves
        self.plan = plan
        self.replaced: Replaced = {}
        self.parts = Parts(shelves.organization)
        self.followed: list[Remaining] = []
        self.live: dict[tuple[int, str], tuple[List, Flags]] = {}

    def take(self, case: Case, *, heads: bool) -> None:
        """Take from the publications of a case; others follow those that are read now."""
        while unfit := self._prune(case):
            case.force(unfit)
        staying, following = case.basis(follows=False), case.basis(follows=True)
        says_marks = case.is_known and not case.takes_no_rows
        for publication in case.publications:
            follows = heads and publication.pk == publication.feed.publication_id
            if says_marks:
                self.plan.marked[publication.pk] = staying.marks
            found = Remaining(case, publication, following, self.parts)
            for listed in self._listed(case, publication):
                found.take(listed, case.pruned[listed.collection], follows=follows)
            self.plan.rewritten += found.rewritten()
            if follows:
                self.followed.append(found)
                continue
            replaced = self.replaced.setdefault(publication.feed_id, {})
            for collection, records in found.replaced.items():
                known = replaced.get(collection, records)
                replaced[collection] = bulk.distinct(np.append(known, records))
        self.live.clear()

    def stamp(self) -> None:
        """Stamp what was replaced in older publications anew in those that follow."""
        for found in self.followed:
            feed = found.publication.feed_id
            for collection, records in self.replaced.get(feed, {}).items():
                found.stamp(collection, records)
            if found.differs:
                self.plan.nexts.append(found.next)
        self.parts.flush()

    def _listed(self, case: Case, publication: Publication) -> Iterator[Listed]:
        """Yield what a publication lists of the collections that the act bears on."""
        for collection in COLLECTIONS:
            affected = collection in publication.lists and case.affected(collection)
            if affected:
                shelf = self.shelves.of(case.version, collection)
                yield Listed(collection, *self._read(publication, shelf), affected, shelf)

    def _read(self, publication: Publication, shelf: Shelf) -> tuple[List, Flags]:
        """Return what a publication lists, and what of that is dead; read once for a case."""
        name = publication.pk, shelf.collection
        if name not in self.live:
            live = lists.read(publication, shelf.collection)
            self.live[name] = live, replaced(publication, shelf.collection, live, shelf)
        return self.live[name]

    def _prune(self, case: Case) -> Marks:
        """Prune what says too much; return the rows of which nothing is left to be shown.

        Whoever names those has to be looked at again.
        """
        unfit: Marks = {}
        for publication in case.publications:
            for listed in self._listed(case, publication):
                said = listed.saying_too_much()
                wanted = sorted(said.keys() - case.pruned[listed.collection].keys())
                for some in in_parts(wanted, BATCH):
                    if gone := self._pruned(case, listed, said, some):
                        unfit = united(unfit, case.mark(listed.collection, gone))
        return unfit

    def _pruned(
        self, case: Case, listed: Listed, said: dict[int, int], wanted: Sequence[int]
    ) -> list[int]:
        """Prune documents, by number and position of their row; return the rows that are unfit."""
        collection, shelf = listed.collection, listed.shelf
        rows = list(shelf.docs(wanted))
        left = case.prune(collection, [(said[number], doc) for number, _, doc in rows])
        unfit, numbers, finished = [], [], []
        for (number, record, _), (position, doc) in zip(rows, left, strict=True):
            if doc is None:
                unfit.append(position)
            else:
                numbers.append(number)
                finished.append(Finished.of(record, doc))
        case.pruned[collection].update(zip(numbers, shelf.put_once(finished), strict=True))
        return unfit
