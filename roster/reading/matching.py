"""Which documents meet a condition: asked of the database once, remembered for all readers.

Documents never change, so neither does the answer. For each condition two sets of ids are kept,
those that are `known` and those of them that `match`; what a list has beyond is asked. Roles, which
most filters ask for, are kept themselves, so that none is asked by its word. Weighed and left: a
highest known id instead of a set, which misses documents that were written by transactions side by
side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from roster.caches import MEGABYTE, Cache
from roster.publishing.lists import Numbers
from roster.reading import lookups
from roster.reading.facts_sql import Sql
from roster.reading.id_sets import NOTHING, Mask, among, united
from roster.reading.source import Source

MOST_BY_ID = 150_000
"""More documents than these are asked by going through all of the collection's."""


class Matched(NamedTuple):
    """Sorted ids of the documents of which it is known whether they meet a condition, and of
    those that do.
    """

    known: Numbers
    match: Numbers


UNKNOWN = Matched(NOTHING, NOTHING)

_matched: Cache[Matched] = Cache(
    48 * MEGABYTE, lambda asked: 500 + asked.known.nbytes + asked.match.nbytes
)


def matches(source: Source, collection: str, condition: Sql, documents: Numbers) -> Mask:
    """Return of each of a collection's documents whether it meets a condition."""
    key = source.organization, source.version, collection, condition
    asked = _matched.get(key) or UNKNOWN
    unknown = documents[~among(asked.known, documents)]
    if unknown.size:
        if unknown.size > MOST_BY_ID:
            found = lookups.ids(source, collection, condition)
        else:
            found = lookups.ids_among(unknown, condition)
        # Found may be what this list hasn't: it is known to match all the same.
        known = united(asked.known, united(unknown, found))
        asked = _matched.put(key, Matched(known, united(asked.match, found)))
    return among(asked.match, documents)


class Roles(NamedTuple):
    """Sorted ids of documents, and of each the place in `spelled` where its roles stand."""

    known: Numbers
    places: Numbers
    spelled: Sequence[str]


NOBODYS = Roles(NOTHING, NOTHING, ())

_roles: Cache[Roles] = Cache(32 * MEGABYTE, lambda roles: 16 * roles.known.size, whatever=True)


def has_role(source: Source, collection: str, role: str, documents: Numbers) -> Mask:
    """Return of each of a collection's documents whether that role or type is among its own."""
    key = source.organization, source.version, collection
    roles = _roles.get(key) or NOBODYS
    unknown = np.sort(documents[~among(roles.known, documents)])
    if unknown.size:
        roles = _roles.put(key, _with(roles, unknown, lookups.by_role(source, collection, unknown)))
    meant = [place for place, each in enumerate(roles.spelled) if role in each.split(" ")]
    return np.isin(roles.places[np.searchsorted(roles.known, documents)], meant)


def _with(roles: Roles, unknown: Numbers, found: dict[str, Numbers]) -> Roles:
    """Return roles with those found of unknown documents; one that is gone has none."""
    spelled = [*dict.fromkeys((*roles.spelled, "", *found))]
    places = np.full(unknown.size, spelled.index(""))
    for each, documents in found.items():
        places[among(np.sort(documents), unknown)] = spelled.index(each)
    known = np.concatenate((roles.known, unknown))
    order = np.argsort(known, kind="stable")
    return Roles(known[order], np.concatenate((roles.places, places))[order], spelled)
