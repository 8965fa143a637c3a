"""What a publication doesn't list any more, though the rows and marks that it is judged by show it.

An act takes for what is true today, or under a mark that was cleared since: the publication's own
map knows nothing of that. Whoever is visible only through what was taken, as a guardian through a
child, is visible no longer, and gets no place or role from it.
"""

from __future__ import annotations

import numpy as np

from roster import bulk
from roster.deciding import Decision
from roster.kinds import ROWS_OF
from roster.marks import Marks
from roster.models import Publication
from roster.publishing import lists
from roster.publishing.acts import set_of
from roster.publishing.comparing import Flags, places
from roster.publishing.lists import List
from roster.publishing.shelf import Shelf, Shelves

CARRYING = ("orgs", "classes", "users", "enrollments")
"""The collections through which others are visible, or shown with other roles."""


def unlisted(
    publication: Publication, decision: Decision, shelves: Shelves, *, exact: bool
) -> Marks:
    """Return, as marks, what a decision shows and a publication doesn't list.

    Where the decision shows whatever is listed (`exact`), equal numbers mean that all of it is.
    """
    found = {}
    for collection in CARRYING:
        shown = set_of(decision, collection)
        count = publication.counts.get(collection, {}).get("records")
        if not shown.any() or (exact and count == int(shown.sum())):
            continue
        live = lists.read(publication, collection)
        shelf = shelves.of(publication.feed.version, collection)
        there = live.records[~replaced(publication, collection, live, shelf)]
        kind = ROWS_OF[collection]
        records = getattr(decision.map, kind).record[:-1]
        gone = shown & np.append(places(records, there) < 0, False)
        if gone.any():
            found[kind] = gone
    return found


def replaced(publication: Publication, collection: str, live: List, shelf: Shelf) -> Flags:
    """Return which of the live entries an earlier act replaced by tombstones."""
    found = np.zeros(len(live), bool)
    if before := lists.former(publication, collection):
        records = bulk.distinct(np.concatenate([each.records for _, each in before]))
        some = places(live.records, records) >= 0
        found[some] = shelf.retired(live.documents[some])
    return found
