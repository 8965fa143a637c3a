"""Withdrawing: what an act takes leaves everything that can still be read, in one flip.

What is read of a feed now gets a next publication, with tombstones and new stamps. Publications
that a run may still be reading are rewritten in place: a record's document becomes its tombstone,
or what is left of it, so that no offset moves under a reader. Documents are pruned, never
rendered: the rows may be an import's that nobody has refreshed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from roster.kinds import COLLECTIONS
from roster.marks import Marks
from roster.models import Organization, Publication
from roster.parts import in_parts
from roster.publishing import lists
from roster.publishing.acts import Act, Ground
from roster.publishing.cases import Affected, Case, cases
from roster.publishing.comparing import Difference, Flags, compare, places
from roster.publishing.flipping import Next, Plan, Rewritten
from roster.publishing.inputs import united
from roster.publishing.lists import NEW, List, Numbers
from roster.publishing.making import NOTHING, keep, lists_of
from roster.publishing.shelf import Finished, Shelf, Swept
from roster.publishing.splicing import spliced

BATCH = 2_000
"""Documents that are in memory at once."""

UNCHANGED = {"added": 0, "changed": 0, "removed": 0}


def withdrawn(organization: Organization, act: Act, *, heads: bool = True) -> Plan:
    """Return a plan that takes what an act takes from all publications that are listed.

    Without `heads` what feeds read now is only rewritten, for whoever makes the next ones.
    """
    rows = Publication.objects.filter(feed__organization=organization, listed=True)
    if act.feed is not None:
        rows = rows.filter(feed=act.feed)
    ground = Ground(organization, act)
    withdrawal = _Withdrawal(organization, act, heads)
    for case in cases(ground, rows.select_related("feed").order_by("pk")):
        withdrawal.take(case)
    return withdrawal.plan


class _Withdrawal:
    def __init__(self, organization: Organization, act: Act, heads: bool) -> None:
        self.organization = organization
        self.act = act
        self.heads = heads
        self.plan = Plan()
        self.shelves: dict[tuple[str, str], Shelf] = {}

    def shelf(self, version: str, collection: str) -> Shelf:
        name = version, collection
        if name not in self.shelves:
            self.shelves[name] = Shelf(self.organization.pk, *name)
        return self.shelves[name]

    def take(self, case: Case) -> None:
        """Take from the publications of a case."""
        while unfit := self._prune(case):
            case.force(unfit)
        for publication in case.publications:
            self._withdraw(case, publication)

    # What documents become.

    def _prune(self, case: Case) -> Marks:
        """Prune what says too much; return the rows of which nothing is left to be shown.

        Whoever names those has to be looked at again.
        """
        unfit: Marks = {}
        for collection, affected in _affected(case):
            said: dict[int, int] = {}
            shelf = self.shelf(case.version, collection)
            for publication in case.publications:
                listed = _Listed(case, publication, collection, affected, shelf)
                said.update(zip(*listed.saying_too_much(), strict=True))
            gone = self._pruned(case, collection, said)
            if gone:
                unfit = united(unfit, case.mark(collection, gone))
        return unfit

    def _pruned(self, case: Case, collection: str, said: dict[int, int]) -> list[int]:
        """Prune documents (number and position of their row); return the rows that are unfit."""
        wanted = [number for number in said if (collection, number) not in case.pruned]
        return [
            position
            for some in in_parts(sorted(wanted), BATCH)
            for position in self._pruned_batch(case, collection, said, some)
        ]

    def _pruned_batch(
        self, case: Case, collection: str, said: dict[int, int], wanted: Sequence[int]
    ) -> list[int]:
        shelf = self.shelf(case.version, collection)
        rows = list(shelf.docs(wanted))
        left = case.prune(collection, [(said[number], doc) for number, _, doc in rows])
        unfit, numbers, finished = [], [], []
        for (number, record, _), (position, doc) in zip(rows, left, strict=True):
            if doc is None:
                unfit.append(position)
            else:
                numbers.append(number)
                finished.append(Finished(record, None, doc))
        for number, (_, document) in zip(numbers, shelf.put(finished), strict=True):
            case.pruned[collection, number] = document
        return unfit

    # What lists become.

    def _withdraw(self, case: Case, publication: Publication) -> None:
        follows = self.heads and publication.pk == publication.feed.publication_id
        found = _Result(self.organization, case, publication)
        for collection, affected in _affected(case):
            shelf = self.shelf(case.version, collection)
            listed = _Listed(case, publication, collection, affected, shelf)
            documents = listed.documents(case)
            if follows:
                found.follow(listed, documents)
            found.replace(listed, documents)
        self.plan.rewritten += found.rewritten()
        if follows and found.differs:
            self.plan.nexts.append(found.next)


def _affected(case: Case) -> Iterator[tuple[str, Affected]]:
    published = {name for each in case.publications for name in each.lists}
    for collection in COLLECTIONS:
        if collection in published and (affected := case.affected(collection)):
            yield collection, affected


class _Listed:
    """What a publication lists of a collection, and what of that an act leaves."""

    def __init__(
        self,
        case: Case,
        publication: Publication,
        collection: str,
        affected: Affected,
        shelf: Shelf,
    ) -> None:
        self.publication = publication
        self.cut = {*publication.cut.get(collection, ())}
        self.cut.update(case.cut(publication).get(collection, ()))
        self.collection = collection
        self.shelf = shelf
        self.lists = lists_of(publication, collection)
        live = self.lists.live
        self.at = places(live.records, affected.records)
        dead = self._dead()
        self.stay = affected.stay[self.at] & ~dead
        self.gone = ~affected.stay[self.at] & ~dead
        self.less = affected.less[self.at] & self.stay

    def _dead(self) -> Flags:
        """Return the entries that an earlier act replaced by tombstones, among the live ones."""
        live = self.lists.live
        replaced = lists.former(self.publication, self.collection)
        records = np.unique(np.concatenate([NOTHING, *(each.records for _, each in replaced)]))
        some = live.documents[places(live.records, records) >= 0]
        return places(live.documents, self.shelf.retired(some)) >= 0

    def saying_too_much(self) -> tuple[list[int], list[int]]:
        """Return the documents that may say too much, and the positions of their rows."""
        return self.lists.live.documents[self.less].tolist(), self.at[self.less].tolist()

    def documents(self, case: Case) -> Numbers:
        """Return what is listed when documents are pruned; what is gone is as it was."""
        found = self.lists.live.documents.copy()
        found[self.less] = [
            case.pruned[self.collection, each] for each in found[self.less].tolist()
        ]
        return found

    def next(self, documents: Numbers) -> Difference:
        """Return the lists that follow these: without what is gone, with its tombstones."""
        return compare(
            self.lists,
            self.lists.live.records[self.stay],
            documents[self.stay],
            expired=0,
            entomb=self._entomb,
            ids_of=self.shelf.ids_of,
        )

    def _entomb(self, gone: List) -> Numbers:
        return self.shelf.entomb(gone, self.cut)

    def in_place(self, documents: Numbers) -> tuple[List, List]:
        """Return the live list with tombstones in it, and the entries that were replaced."""
        live = self.lists.live
        documents = documents.copy()
        documents[self.gone] = self._entomb(live.take(self.gone))
        other = documents != live.documents
        return List(live.records, documents, np.where(other, NEW, live.stamps)), live.take(other)


class _Result:
    """What becomes of one publication: another in place of it, and it with other lists."""

    def __init__(self, organization: Organization, case: Case, publication: Publication) -> None:
        self.organization = organization
        self.publication = publication
        self.lists = deepcopy(publication.lists)
        self.counts = deepcopy(publication.counts)
        self.cut = {name: dict(fields) for name, fields in publication.cut.items()}
        for name, fields in case.cut(publication).items():
            self.cut.setdefault(name, {}).update(dict.fromkeys(fields, NEW))
        self.is_rewritten = self.cut != publication.cut
        self.next = Next(
            publication.feed_id,
            publication.pk,
            case.inputs,
            case.ground.act.rules_json(publication),
            {name: _without_former(kept) for name, kept in publication.lists.items()},
            {name: each | UNCHANGED for name, each in publication.counts.items()},
            self.cut,
        )
        self.differs = False

    def follow(self, listed: _Listed, documents: Numbers) -> None:
        """Give the next publication its lists of a collection."""
        difference = listed.next(documents)
        self.differs |= not difference.is_none
        keep(self.next, listed.collection, self.publication, difference, self.organization)

    def replace(self, listed: _Listed, documents: Numbers) -> None:
        """Rewrite the lists of a collection in place."""
        live, replaced = listed.in_place(documents)
        if not len(replaced):
            return
        self.is_rewritten = True
        kept, pk = self.lists[listed.collection], self.organization.pk
        kept["live"] = spliced(pk, kept["live"], listed.lists.live, live)
        kept["former"] = [*kept.get("former", []), *lists.store(pk, replaced)]
        counts, gone = self.counts[listed.collection], int(listed.gone.sum())
        counts["records"] -= gone
        counts["tombstones"] += gone

    def rewritten(self) -> list[Rewritten]:
        if not self.is_rewritten:
            return []
        return [Rewritten(self.publication.pk, self.lists, self.counts, self.cut)]


def pruned_of(case: Case, collection: str, number: int) -> int:
    """Return the document that another was pruned to; a sweep may have taken that one."""
    try:
        return case.pruned[collection, number]
    except KeyError:
        raise Swept from None


def _without_former(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: parts for name, parts in kept.items() if name != "former"}
