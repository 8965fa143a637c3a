"""What a reader's written records depend on: what of it is visible to the reader, and since when.

A result falls with its class, its student, that student's enrollment. A publication says this of
what it lists; of what was written since nothing is listed, so a *reach* is kept of each feed:
classes, people, the pairs of both by an unmarked enrollment of the year, categories and items,
whether other vendors' records are shared, each with the moment at which it came or went. It is
found anew with the first request after a publication or an act, from the publication's own map,
today's marks, and what is listed, and compared with the one before. Weighed and left: finding it
with each publication (most connections have no gradebook).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from roster import models
from roster.caches import MEGABYTE, Cache
from roster.database import bulk
from roster.deciding import Decision
from roster.map.arrays import Flags
from roster.marks import marks_of, resolve
from roster.models import Organization, Publication
from roster.publishing import lists
from roster.publishing.inputs import own
from roster.publishing.lists import EMPTY, List, Numbers
from roster.written import numbering
from roster.written.readers import WrittenSource

WIDTH = 1 << 32
"""A pair of class and person is one number: the class's key times this, and the person's."""

LISTED = ("categories", "lineItems", "assessmentLineItems", "scoreScales")
"""Collections of which the publication's own list says what is visible."""

HERE = 1
"""What a visible key has for a document; one that went has when it could be read last, negative."""

HEARD = 60_000
"""Milliseconds after an act until nobody reads on as if it hadn't been."""

Seen = tuple[Flags, Flags, Numbers, Numbers]
"""Of each key whether it is visible, whether it ever was, since when it is as it is, and of one
that isn't, when it could be read last.
"""


@dataclass(frozen=True, slots=True)
class Extent:
    """Keys in order, whether each is visible (else it was), and since when, in milliseconds."""

    entries: List

    def at(self, keys: Numbers) -> Seen:
        mine = self.entries.records
        if not mine.size:
            no, never = np.zeros(keys.size, np.bool_), np.zeros(keys.size, np.int64)
            return no, no, never, never
        places = np.searchsorted(mine, keys)
        places[places == mine.size] = 0
        known = mine[places] == keys
        marks = self.entries.documents[places]
        since = np.where(known, self.entries.stamps[places], 0)
        # An earlier release noted no more than that it went.
        return known & (marks == HERE), known, since, np.where(known & (marks < 0), -marks, since)

    def has(self, key: int) -> bool:
        return bool(self.at(np.array([key], np.int64))[0][0])

    def moved(self, keys: Numbers, now: int, last: int) -> Extent:
        """Return the extent when these keys are visible now, and no others; what went since could
        be read until `last`.
        """
        before = self.entries
        every = bulk.distinct(np.append(before.records, keys))
        here = np.isin(every, keys, assume_unique=True)
        was, known, since, hidden = self.at(every)
        unchanged = known & (was == here)
        marks = np.where(here, HERE, -np.where(unchanged, hidden, last))
        return Extent(List(every, marks, np.where(unchanged, since, now)))


NOTHING = Extent(EMPTY)


KEY = ("publication", "revision", "acts")
Key = tuple[int, int, int]
"""A publication, its revision, and the organization's acts."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The extents of one reader by name; those of the same `mark` are the same."""

    mark: bytes
    extents: dict[str, Extent]

    def __getitem__(self, name: str) -> Extent:
        return self.extents.get(name, NOTHING)

    @property
    def others(self) -> bool:
        """Whether what other vendors wrote is visible, too."""
        return self["others"].has(1)

    @property
    def everywhere(self) -> bool:
        """Whether all schools are shared, so that what names no class is visible."""
        return self["everywhere"].has(1)


def _bytes_of(reach: Reach) -> int:
    return 500 + sum(24 * len(extent.entries) for extent in reach.extents.values())


_reaches: Cache[Reach] = Cache(96 * MEGABYTE, _bytes_of)
"""By their marks: many feeds have the same."""
_marks: Cache[bytes] = Cache(MEGABYTE, lambda mark: 200)
"""Of which mark the reach of a feed is, at a key."""


def reach_of(source: WrittenSource) -> Reach:
    """Return the reach of a reader at its publication, found if it isn't known."""
    assert source.feed is not None  # noqa: S101 - who reads a publication has a feed.
    key = source.publication, source.revision, source.acts
    mark = _marks.get((source.feed, key))
    found = _reaches.get(mark) if mark else None
    if found is None:
        found = _looked_up(source, source.feed, key)
        _marks.put((source.feed, key), found.mark)
    return _reaches.get(found.mark) or _reaches.put(found.mark, found)


def _looked_up(source: WrittenSource, feed: int, key: Key) -> Reach:
    """Return a feed's reach as it is stored, or found and stored."""
    stored = _stored(feed)
    if stored is not None and key == stored[0]:
        return stored[1]
    before = stored[1] if stored else None
    if stored is not None and key[0] < stored[0][0]:
        # A run reads on what is the head no longer; the gradebook's own requests never do.
        return _packed(_found(source.organization, feed, key, before, 0, 0))[0]
    with transaction.atomic():
        # Whoever read before has read until now, so nothing comes with an earlier stamp.
        now = numbering.take(source.organization) if before else 0
        outdated = models.Reach.objects.filter(pk=feed).values_list("outdated", flat=True).first()
        last = min(now, outdated + HEARD) if outdated else now
        found, columns = _packed(_found(source.organization, feed, key, before, now, last))
        values = {**dict(zip(KEY, key, strict=True)), "outdated": 0, **columns}
        models.Reach.objects.update_or_create(pk=feed, defaults=values)
    return found


def _found(
    organization: int, feed: int, key: Key, before: Reach | None, now: int, last: int
) -> dict[str, Extent]:
    of = Organization.objects.get(pk=organization)
    publication = Publication.objects.select_related("feed").get(pk=key[0], feed=feed)
    inputs = own(of, publication)
    inputs = inputs.marked(resolve(marks_of(of), inputs.map))
    decision = inputs.decide(publication.feed.version, publication.rules)
    visible = _visible(decision, publication)
    visible["others"] = np.array([1] if of.vendors_read_each_other else [], np.int64)
    known = before.extents if before else {}
    return {
        name: known.get(name, NOTHING).moved(bulk.distinct(keys), now, last)
        for name, keys in visible.items()
    }


def _visible(d: Decision, publication: Publication) -> dict[str, NDArray[np.int64]]:
    """Return the keys of what the reader sees: as decided, and listed where it is listed."""
    m, past = d.map, d.map.past_enrollment
    listing = lists.listed(publication.pk)
    classes = d.ok("section") & _listed(d, listing, "classes", m.section.record)
    people = d.ok("person") & _listed(d, listing, "users", m.person.record)
    place = m.pairs["school_enrollment"].at(past.person, m.section.school[past.section])
    pairs = ~d.marked("past_enrollment") & classes[past.section] & people[past.person]
    pairs &= ~d.marked("school_enrollment")[place]
    pairs[-1] = False
    keys = m.section.record[past.section][pairs] * WIDTH + m.person.record[past.person][pairs]
    found = {
        "classes": m.section.record[classes],
        "people": m.person.record[people],
        "pairs": keys,
        "everywhere": np.array([1] if d.rules.schools.is_all else [], np.int64),
    }
    for name in LISTED:
        found[name] = lists.read(listing, name).records
    return found


def _listed(d: Decision, listing: lists.Listed, collection: str, records: Numbers) -> Flags:
    """Return which records are listed; all of them where the reader has no such list."""
    if not d.shares(collection):
        return np.ones(records.size, np.bool_)
    return np.isin(records, lists.read(listing, collection).records)


def _stored(feed: int) -> tuple[Key, Reach] | None:
    row = models.Reach.objects.filter(pk=feed).first()
    if row is None:
        return None
    content, at, found = bytes(row.content), 0, {}
    for name, size, length in row.parts:
        found[name] = Extent(lists.decode(content[at : at + length], size) if size else EMPTY)
        at += length
    return (row.publication, row.revision, row.acts), Reach(_mark(row.parts, content), found)


def _packed(extents: dict[str, Extent]) -> tuple[Reach, dict[str, Any]]:
    """Return a reach, and the columns in which it is stored."""
    parts, content = [], []
    for name, extent in extents.items():
        size = len(extent.entries)
        packed = lists.encode(extent.entries) if size else b""
        parts.append([name, size, len(packed)])
        content.append(packed)
    every = b"".join(content)
    return Reach(_mark(parts, every), extents), {"parts": parts, "content": every}


def _mark(parts: Sequence[Sequence[Any]], content: bytes) -> bytes:
    return blake2b(repr(parts).encode() + content, digest_size=16).digest()
