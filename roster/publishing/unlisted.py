"""What a publication doesn't list, though the rows that it is judged by show it.

Whoever is visible only through what was taken, as a guardian through a child, is visible no longer,
and gets no place or role from it. Publications say what was taken as marks, but for those that an
upgrade brought along: for them it is found here.
"""

from __future__ import annotations

import numpy as np

from roster.database import bulk
from roster.deciding import Decision, Rules
from roster.kinds import ROWS_OF
from roster.marks import Marks, pack
from roster.models import Mark, Publication
from roster.publishing import lists
from roster.publishing.acts import Ground, set_of
from roster.publishing.comparing import Flags, places
from roster.publishing.inputs import own, united
from roster.publishing.lists import List
from roster.publishing.shelf import Shelf, Shelves

CARRYING = ("orgs", "classes", "users", "enrollments")
"""The collections through which others are visible, or shown with other roles."""


def marks_of_upgraded(ground: Ground, publication: Publication, shelves: Shelves) -> bytes:
    """Return the marks of a publication that doesn't say them: people's own, and what it doesn't
    list. A bundle's may have come since.
    """
    people = [row for row in ground.before if row.source == Mark.Source.PERSON]
    inputs = own(ground.organization, publication).with_marks(people)
    rules = Rules.of(publication.rules, list(inputs.settings.field_policy))
    decision = inputs.decide(publication.feed.version, rules)
    return pack(united(inputs.marks, _unlisted(publication, decision, shelves)))


def _unlisted(publication: Publication, decision: Decision, shelves: Shelves) -> Marks:
    found = {}
    for collection in CARRYING:
        shown = set_of(decision, collection)
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
