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
    documents = {
        pk: (record, status)
        for pk, record, status in Document.objects.filter(
            organization__in={organization for _, _, organization in found},
            version__in=("1.1", "1.2"),
            collection=collection,
            sourced_id=sourced_id,
        ).values_list("pk", "record", "status")
    }
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
    references = {tuple(each): each for parts in named.values() for each in parts}
    records = np.array([*{record for record, _ in documents.values()}], np.int64)
    about = dict(zip(references, lists.about([*references.values()], records), strict=True))
    return {
        publication: Entry(documents[document][1], stamp)
        for publication, parts in named.items()
        for part in parts
        for _, document, stamp in zip(*map(np.ndarray.tolist, about[tuple(part)]), strict=True)
        if document in documents
    }
