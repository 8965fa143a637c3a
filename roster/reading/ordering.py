"""The order of a list that is asked with `sort`: a total one always, ties by sourcedId."""

from __future__ import annotations

import numpy as np

from roster.publishing.lists import Numbers
from roster.reading import lookups
from roster.reading.facts_sql import Sql
from roster.reading.predicates import in_order
from roster.reading.where import Asking, Order

BY_ID = Sql("sourced_id")


def ordered(asking: Asking, order: Order, documents: Numbers, stamps: Numbers) -> Numbers:
    """Return the positions of documents in an order; a withheld field orders nothing."""
    path = order.path
    if path.root in asking.withheld:
        return _by(BY_ID, documents)
    if path.name == "dateLastModified":
        return _by_stamp(-stamps if order.descending else stamps, documents)
    value = in_order(path)
    way = "DESC NULLS LAST" if order.descending else "ASC NULLS FIRST"
    return _by(Sql(f"{value.text} {way}, sourced_id", value.parameters), documents)


def _by_stamp(stamps: Numbers, documents: Numbers) -> Numbers:
    """Return the positions of documents by stamp; of those that share one the ids are asked."""
    order = np.argsort(stamps)
    same = stamps[order][1:] == stamps[order][:-1]
    if not same.any():
        return order
    tied = order[np.append(same, False) | np.append(False, same)]
    ranks = np.zeros_like(stamps)
    ranks[tied[_by(BY_ID, documents[tied])]] = np.arange(tied.size)
    return np.lexsort((ranks, stamps))


def _by(order: Sql, documents: Numbers) -> Numbers:
    """Return the positions of documents in the order in which the database puts them."""
    sorter = np.argsort(documents)
    found = lookups.in_order(documents, order)
    return sorter[np.searchsorted(documents[sorter], found)]
