"""What an act leaves of one publication: of its lists, of what follows it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from roster.models import Publication
from roster.publishing import lists
from roster.publishing.cases import Affected, Case
from roster.publishing.comparing import Flags, buried, places
from roster.publishing.inputs import Basis
from roster.publishing.lists import NEW, List, Numbers, Parts
from roster.publishing.plans import Next, Rewritten
from roster.publishing.shelf import Shelf
from roster.publishing.splicing import edited, spliced

UNCHANGED = {"added": 0, "changed": 0, "removed": 0}


class Listed:
    """What a publication lists of a collection, and what of that an act leaves.

    `dead` are the entries that earlier acts replaced by tombstones.
    """

    def __init__(
        self, collection: str, live: List, dead: Flags, affected: Affected, shelf: Shelf
    ) -> None:
        self.collection = collection
        self.shelf = shelf
        self.live = live
        self.at = affected.places.of(live.records)
        self.stay = affected.stay[self.at] & ~dead
        self.gone = ~affected.stay[self.at] & ~dead
        self.less = np.empty(0, np.int64)
        if affected.less is not None:
            self.less = np.flatnonzero(affected.less[self.at] & self.stay)

    def saying_too_much(self) -> dict[int, int]:
        """Return the documents that may say too much, with the positions of their rows."""
        documents, at = self.live.documents[self.less], self.at[self.less]
        return dict(zip(documents.tolist(), at.tolist(), strict=True))

    def documents(self, pruned: dict[int, int]) -> Numbers:
        """Return what is listed when documents are pruned; what is gone is as it was."""
        found = self.live.documents.copy()
        found[self.less] = [pruned.get(each, each) for each in found[self.less].tolist()]
        return found


class Remaining:
    """What becomes of a publication: it has other lists, and another may follow it."""

    def __init__(
        self, case: Case, publication: Publication, following: Basis, writer: Parts
    ) -> None:
        self.writer = writer
        self.publication = publication
        self.lists = deepcopy(publication.lists)
        self.counts = deepcopy(publication.counts)
        self.cut = {name: dict(fields) for name, fields in publication.cut.items()}
        for name, fields in case.cut(publication).items():
            self.cut.setdefault(name, {}).update(dict.fromkeys(fields, NEW))
        self.is_rewritten = self.cut != publication.cut
        self.differs = False
        self.replaced: dict[str, Numbers] = {}
        self.next = Next(
            publication.feed_id,
            publication.pk,
            following,
            case.ground.act.rules_json(publication),
            lists={name: _without_former(kept) for name, kept in publication.lists.items()},
            counts={name: each | UNCHANGED for name, each in publication.counts.items()},
            cut=self.cut,
        )

    def take(self, listed: Listed, pruned: dict[int, int], *, follows: bool) -> None:
        """Take from a collection what an act takes, here and in what `follows`."""
        documents = listed.documents(pruned)
        other = documents != listed.live.documents
        if not (listed.gone | other).any():
            return
        cut = self.cut.get(listed.collection, ())
        stones = listed.shelf.entomb(listed.live.take(listed.gone), cut)
        self._replace(listed, documents, stones, other)
        if follows:
            self._follow(listed, documents, stones, other)

    def _replace(self, listed: Listed, documents: Numbers, stones: Numbers, other: Flags) -> None:
        """Rewrite the lists of a collection in place, keeping what was there before."""
        self.is_rewritten = True
        kept, live = self.lists[listed.collection], listed.live
        now = documents.copy()
        now[listed.gone] = stones
        changed = listed.gone | other
        self.replaced[listed.collection] = live.records[changed]
        entries = List(live.records, now, np.where(changed, NEW, live.stamps))
        kept["live"] = edited(self.writer, kept["live"], entries, np.ones(len(live), bool), changed)
        kept["former"] = [*kept.get("former", []), *self.writer.store(live.take(changed))]
        counts, gone = self.counts[listed.collection], int(listed.gone.sum())
        counts["records"] -= gone
        counts["tombstones"] += gone

    def _follow(self, listed: Listed, documents: Numbers, stones: Numbers, other: Flags) -> None:
        """Give the next publication its lists of a collection."""
        self.differs = True
        name, live = listed.collection, listed.live
        kept = self.publication.lists[name]
        stamps = np.where(other, NEW, live.stamps)
        entries = List(live.records, documents, stamps).take(listed.stay)
        before = lists.read(self.publication, name, tombstones=True)
        after = buried(before, live.take(listed.gone), lambda gone: stones, listed.shelf.ids_of)
        self.next.lists[name] = {
            "live": edited(self.writer, kept["live"], entries, listed.stay, other),
            "tombstones": spliced(self.writer, kept.get("tombstones", []), before, after),
        }
        self.next.counts[name] = {
            "records": len(entries),
            "tombstones": len(after),
            "added": 0,
            "changed": int((other & listed.stay).sum()),
            "removed": int(listed.gone.sum()),
        }

    def stamp(self, collection: str, records: Numbers) -> None:
        """Stamp what the next publication lists of these records anew."""
        self.writer.flush()
        kept = self.next.lists.get(collection, {}).get("live", [])
        live = lists.joined(lists.fetch(kept))
        heard = (places(live.records, records) >= 0) & (live.stamps != NEW)
        if heard.any():
            self.differs = True
            entries = List(live.records, live.documents, np.where(heard, NEW, live.stamps))
            every = np.ones(len(live), bool)
            parts = edited(self.writer, kept, entries, every, heard)
            self.next.lists[collection]["live"] = parts
            self.next.counts[collection]["changed"] += int(heard.sum())

    def rewritten(self) -> list[Rewritten]:
        if not self.is_rewritten:
            return []
        return [Rewritten(self.publication.pk, self.lists, self.counts, self.cut)]


def _without_former(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: parts for name, parts in kept.items() if name != "former"}
