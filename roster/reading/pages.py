"""Reads a publication: pages of lists, single records.

A list that is narrowed or ordered is found once and kept in a bounded cache: a publication
never changes but for acts, which are part of the key. Documents come through a plain cursor and
are joined as bytes, without objects between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np

from roster.caches import MEGABYTE, Cache, forget
from roster.database.bulk import distinct
from roster.dialects.composing import parse, render
from roster.kinds import COLLECTIONS
from roster.models import Publication
from roster.publishing.lists import EMPTY, List, Swept
from roster.publishing.lists import joined as joined_lists
from roster.reading import lookups
from roster.reading.begun import Name, as_readable, begun, in_place, keep, keep_narrowed
from roster.reading.entries import ACTIVE, stamps_of
from roster.reading.facts_sql import ALWAYS, Sql, joined, word_of
from roster.reading.listed import Listed, listed, now, parts_of, piece, relevant
from roster.reading.lookups import Named
from roster.reading.ordering import ordered
from roster.reading.predicates import has_word
from roster.reading.source import Source
from roster.reading.where import Asking, Where
from roster.reading.withheld import withheld
from roster.written import records

P = ParamSpec("P")
T = TypeVar("T")


class Page(NamedTuple):
    """`documents` as JSON without a base URL in their hrefs; `total` before paging."""

    documents: list[bytes]
    total: int


_found: Cache[List] = Cache(32 * MEGABYTE, lambda found: 500 + 24 * len(found))


def once_again(read: Callable[P, T]) -> Callable[P, T]:
    """Have something read, and if what was listed is gone by now, once more from the database."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except Swept:
            forget()
            return read(*args, **kwargs)

    return reading


@once_again
def page(
    source: Source,
    collection: str,
    where: Where | None,
    offset: int,
    limit: int,
    begun: int | None = None,
) -> Page:
    """Return one page of a collection, narrowed and ordered by `where`, else in its own order.

    `begun` is the number by which the list had begun, where that was with another request.
    """
    if not source.publication:
        return Page([], 0)
    if where is None or where.is_plain:
        found = piece(source, collection, offset, limit)
        return Page(_texts(source, collection, found.entries), found.size)
    every = _find(source, where, begun)
    some = every.take(slice(offset, offset + limit))
    return Page(_texts(source, collection, some), len(every))


@once_again
def page_as_begun(
    source: Source, collection: str, where: Where, offset: int, limit: int, name: Name
) -> Page:
    """Return one page of a list into which vendors write, as it was when it was begun."""
    if not source.publication:
        return Page([], 0)
    known = begun(source, name) if offset else None
    if known is None:
        return _begin(source, collection, where, offset, limit, name)
    some, size = known.piece(source, collection, offset, limit)
    some, withdrawn = as_readable(source, collection, some, known.stand)
    texts = [
        in_place(source.version, collection, text) if gone else text
        for text, gone in zip(_texts(source, collection, some), withdrawn, strict=True)
    ]
    return Page(texts, size)


def _begin(
    source: Source, collection: str, where: Where, offset: int, limit: int, name: Name
) -> Page:
    """Return one page of a list as it is now; a first page with others behind it begins it."""
    if where.is_plain:
        some, size, parts, written = piece(source, collection, offset, limit)
        if not offset and size > limit:
            keep(source, name, parts, written.stretch())
    else:
        shows = _find(source, where, None)
        some, size = shows.take(slice(offset, offset + limit)), len(shows)
        if not offset and size > limit:
            keep_narrowed(source, name, shows)
    return Page(_texts(source, collection, some), size)


@once_again
def single(source: Source, collection: str, sourced_id: str, where: Where | None) -> bytes | None:
    """Return one document, a tombstone too, or None where this reader has none to see."""
    subset = has_word("role", where.subset) if where and where.subset else ALWAYS
    some, text = _one(source, collection, sourced_id, subset)
    return _dressed(source, collection, some, [text])[0] if some else None


def found(source: Source, collection: str, sourced_id: str) -> tuple[int, bytes] | None:
    """Return the key and the document, as it is kept, of a record that can be named, a tombstone
    too.
    """
    return found_all(source, collection, [sourced_id]).get(sourced_id)


@once_again
def found_all(
    source: Source, collection: str, ids: Collection[str]
) -> dict[str, tuple[int, bytes]]:
    """Return by id the keys and documents of those records of a collection that can be named."""
    wanted = sorted(each for each in ids if "\0" not in each)
    if not source.publication or not wanted:
        return {}
    there = _named(source, collection, word_of("sourced_id", wanted))
    some = joined_lists([*_listed(source, collection, there)])
    entries = zip(some.records.tolist(), some.documents.tolist(), strict=True)
    every = [(there[each], record) for record, each in entries]
    return {named.sourced_id: (record, named.body) for named, record in reversed(every)}


@once_again
def exists(
    source: Source, collection: str, sourced_id: str, *, subset: str = "", tied: Sql = ALWAYS
) -> bool:
    """Return whether a record can be the parent of a nested list; a tombstone can be one too.

    `subset` is the role or type it must have, `tied` a condition that ties it to another.
    """
    narrowed = [tied, has_word("role", subset)] if subset else [tied]
    return bool(_one(source, collection, sourced_id, joined("AND", narrowed))[0])


def totals(source: Source) -> dict[str, int]:
    """Return how many live records each collection has."""
    counts = Publication.objects.filter(pk=source.publication).values_list("counts", flat=True)
    return {name: each["records"] for name, each in (counts.first() or {}).items()}


def _find(source: Source, where: Where, begun: int | None) -> List:
    """Return what a list shows, in its order."""
    hidden: frozenset[str] = frozenset()
    if where.probed:
        # What was written is kept with all its fields.
        hidden = withheld(source, where.collection, begun) & where.probed
    asking = Asking(source, where.collection, relevant(source, begun), hidden)
    key = source.publication, source.revision, where, asking.begun, hidden, state_of(source)
    found = _found.get(key)
    return _found.put(key, _narrowed(asking, where)) if found is None else found


def state_of(source: Source) -> tuple[int, ...]:
    """Return as of which write a vendor's own records are read."""
    return (source.vendor, source.written, source.acts) if source.written else ()


def _narrowed(asking: Asking, where: Where) -> List:
    found = ((half, where.chosen(asking, half)) for half in _halves(asking, where))
    pairs = [(half, positions) for half, positions in found if positions.size]
    shows = joined_lists([half.shows.take(positions) for half, positions in pairs])
    if where.order is None or not shows:
        return shows
    documents = np.concatenate([half.documents[positions] for half, positions in pairs])
    stamps = np.concatenate([half.stamps[positions] for half, positions in pairs])
    return shows.take(ordered(asking, where.order, documents, stamps))


def _halves(asking: Asking, where: Where) -> Iterator[Listed]:
    """Yield of what a list is made: what is published and what was written, then tombstones."""
    source, collection = asking.source, where.collection
    ours = records(source, collection)
    for gone in (False, True) if where.with_tombstones else (False,):
        yield listed(source, collection, tombstones=gone, begun=asking.begun)
        parts = list(parts_of(ours, tombstones=gone, since=where.since))
        if where.probed and parts:
            # What documents say is asked of many at once.
            shows = joined_lists([part.shows for part in parts])
            parts = [Listed(shows, shows.documents, shows.stamps, gone)]
        yield from parts


def _one(source: Source, collection: str, sourced_id: str, condition: Sql) -> tuple[List, bytes]:
    """Return the entry of one record and its document, if it is listed; else none."""
    if not source.publication or "\0" in sourced_id:
        return EMPTY, b""
    named = joined("AND", [Sql("sourced_id = %s", (sourced_id,)), condition])
    there = _named(source, collection, named)
    some = next((each for each in _listed(source, collection, there) if each), EMPTY).take(slice(1))
    return some, there[int(some.documents[0])].body if some else b""


def _named(source: Source, collection: str, condition: Sql) -> dict[int, Named]:
    """Return by key the documents that meet a condition, whoever may read them."""
    if not _has_tombstones(collection):
        condition = joined("AND", [condition, Sql("status = %s", (ACTIVE,))])
    return lookups.named(source, collection, condition)


def _listed(source: Source, collection: str, there: dict[int, Named]) -> Iterator[List]:
    """Yield the entries of these documents: what vendors wrote first, tombstones last."""
    documents = np.sort(np.fromiter(there, np.int64, len(there)))
    ours = {each.record for each in there.values() if each.record < 0}
    if ours:
        _, some = now(source, collection, np.array([*ours]))
        yield some.take(np.isin(some.documents, documents))
    if len(ours) < len(there):
        for tombstones in (False, True) if _has_tombstones(collection) else (False,):
            half = listed(source, collection, tombstones=tombstones)
            yield half.shows.take(half.find(documents))


def _has_tombstones(collection: str) -> bool:
    """Whether a retired record is given as a tombstone; the gradebook's is gone (product: The
    cache).
    """
    return COLLECTIONS[collection].service != "gradebook"


def _texts(source: Source, collection: str, some: List) -> list[bytes]:
    """Return the documents of a list, as this reader has them."""
    bodies = lookups.bodies(some.documents)
    try:
        texts = [bodies[each] for each in some.documents.tolist()]
    except KeyError:
        raise Swept("A document was swept while its list was read.") from None
    return _dressed(source, collection, some, texts)


def _dressed(source: Source, collection: str, some: List, texts: list[bytes]) -> list[bytes]:
    """Return documents as this reader has them, each with its stamp behind its other fields."""
    if fields := source.cut.get(collection):
        texts = [without(text, fields) for text in texts]
    if some.records.size and some.records.min() < 0:
        texts = _of_vendor(source, collection, some, texts)
    stamps = distinct(some.stamps)
    tails = [f',"dateLastModified":"{each}"}}'.encode() for each in stamps_of(stamps)]
    which = np.searchsorted(stamps, some.stamps).tolist()
    return [text[:-1] + tails[each] for text, each in zip(texts, which, strict=True)]


def _of_vendor(source: Source, collection: str, some: List, texts: list[bytes]) -> list[bytes]:
    """Return texts in which a vendor's own records say no more than others' do.

    They are kept whole, whoever reads them.
    """
    hidden = withheld(source, collection, None)
    every = b"".join(texts)
    marks = [mark for name in hidden if (mark := f'"{name}":'.encode()) in every]
    if not marks:
        return texts
    return [
        without(text, hidden) if record < 0 and any(mark in text for mark in marks) else text
        for record, text in zip(some.records.tolist(), texts, strict=True)
    ]


def without(text: bytes, fields: Iterable[str]) -> bytes:
    """Return a stored document without these fields."""
    document = parse(text)
    kept = {name: value for name, value in document.items() if name not in fields}
    return text if len(kept) == len(document) else render(kept)
