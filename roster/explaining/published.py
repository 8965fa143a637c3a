"""How publications have one record: as live, as a tombstone, or not at all; and since when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from roster.models import Document, Publication
from roster.publishing import lists


class Entry(NamedTuple):
    """A record in a list: its document's status, and its `dateLastModified` in milliseconds."""

    status: str
    stamp: int


def entries(publications: Iterable[int], collection: str, sourced_id: str) -> dict[int, Entry]:
    """Return the entry of a record in each of these publications that has one, by three queries.

    `sourced_id` is the published one: of a course that of its row.
    """
    rows = Publication.objects.filter(pk__in=set(publications), listed=True)
    found = list(rows.values_list("pk", "lists", "feed__organization"))
    documents = dict(
        Document.objects.filter(
            organization__in={organization for _, _, organization in found},
            version__in=("1.1", "1.2"),
            collection=collection,
            sourced_id=sourced_id,
        ).values_list("pk", "status")
    )
    if not documents:
        return {}
    named = {
        publication: [
            reference
            for name in ("live", "tombstones")
            for reference in lists_of.get(collection, {}).get(name, ())
        ]
        for publication, lists_of, _ in found
    }
    wanted = np.fromiter(documents, np.int64)
    references = {tuple(each): each for parts in named.values() for each in parts}
    hits = dict(
        zip(
            references,
            (_entry(part, wanted, documents) for part in lists.fetch(list(references.values()))),
            strict=True,
        )
    )
    return {
        publication: entry
        for publication, parts in named.items()
        for part in parts
        if (entry := hits[tuple(part)]) is not None
    }


def _entry(part: lists.List, wanted: lists.Numbers, documents: dict[int, str]) -> Entry | None:
    at = np.flatnonzero(np.isin(part.documents, wanted))
    if not at.size:
        return None
    return Entry(documents[int(part.documents[at[0]])], int(part.stamps[at[0]]))
