"""Comparisons with what a list itself says of its entries: when they changed, and their status."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from roster.clock import EPOCH
from roster.models import Status
from roster.publishing.lists import Numbers
from roster.reading import lookups
from roster.reading.facts_sql import Sql
from roster.reading.id_sets import Mask, among
from roster.reading.listed import Listed, replaced
from roster.reading.predicates import ASCII_LOW, moment_in
from roster.reading.query import COMPARE, Clause
from roster.reading.source import Source

ACTIVE, REMOVED = Status.ACTIVE.value, Status.RETIRED.value


def stamps_of(numbers: Numbers) -> list[str]:
    """Return as OneRoster writes them moments that are so many milliseconds after 1970 began."""
    every: list[str] = np.datetime_as_string(numbers.astype("datetime64[ms]")).tolist()
    return [f"{each}Z" for each in every]


def changed(clause: Clause, stamps: Numbers) -> Mask:
    """Return of each stamp, in milliseconds, whether it meets a clause on `dateLastModified`."""
    if clause.predicate == "~":
        asked = clause.value.casefold()
        every, which = np.unique(stamps, return_inverse=True)
        texts = [each.casefold() for each in stamps_of(every)]
        return np.array([asked in text for text in texts], np.bool_)[which]
    moment = _microseconds(moment_in(clause))
    found: Mask = COMPARE[clause.predicate](stamps * 1000, moment)
    return found


def status(
    source: Source, collection: str, clause: Clause, listed: Listed, positions: Numbers
) -> Mask:
    """Return of the entries at these positions whether their status meets a clause.

    Live entries are active and tombstones removed, but for those that an act replaced.
    """
    usual, other = (REMOVED, ACTIVE) if listed.tombstones else (ACTIVE, REMOVED)
    found = np.full(positions.size, _status_meets(usual, clause))
    doubtful = np.flatnonzero(among(replaced(source, collection), listed.shows.records[positions]))
    if doubtful.size:
        documents = listed.documents[positions[doubtful]]
        others = lookups.ids_among(documents, Sql("status = %s", (other,)))
        found[doubtful[np.isin(documents, others)]] = _status_meets(other, clause)
    return found


def _status_meets(word: str, clause: Clause) -> bool:
    value = clause.value
    if clause.predicate == "~":
        return value.translate(ASCII_LOW) in word
    return bool(COMPARE[clause.predicate](word, value))


def _microseconds(moment: datetime) -> int:
    after = moment - EPOCH
    return (after.days * 86_400 + after.seconds) * 1_000_000 + after.microseconds
