"""What a run has to know of a list: under which key it is the same, how far back a delta goes.

A run reads one publication, so what lands while it goes on reaches the vendor with a later
delta. One who asks that by the time at which its reading began or ended, on a clock of its own,
would miss it. So a date inside an earlier reading is moved back to just before the first
publication which that reading did not read: it may repeat, it never misses. Weighed and left:
to go back to the reading's beginning, which repeats what the vendor has read, and again with
every poll by largest stamp where a reading began soon after a refresh.

The gradebook is read at the head, into which others write all the time, so there a date goes back
to five minutes before the reading's beginning.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from roster import reading
from roster.api.reader import Reader
from roster.clock import milliseconds, moment_of, stamp
from roster.database import prepared
from roster.models import Publication
from roster.reading.instants import instant
from roster.reading.query import Clause, Filter

SKEW = timedelta(minutes=5)
"""By how much a vendor's clock may be wrong."""

FIRST_AFTER = f"""
SELECT min(number) FROM {Publication._meta.db_table}
 WHERE feed_id = %s AND number > %s AND number <= %s
"""  # noqa: S608 - the name of our own table

DATE = re.compile(r"\s*\d{4}-\d\d-\d\d")


def key_of(path: str, tree: Filter | None) -> str:
    """Return the key of a list: its path and filter, without literals that are dates."""
    if tree is None:
        return path
    joins = ("", *tree.joins)
    clauses = [
        f"{join} {clause.field}{clause.predicate}'{_literal(clause)}'"
        for join, clause in zip(joins, tree.clauses, strict=True)
    ]
    return f"{path}?{' '.join(clauses)}"


def _literal(clause: Clause) -> str:
    dated = clause.field == "dateLastModified" or DATE.match(clause.value)
    return "" if dated else clause.value


def widened(tree: Filter | None, reader: Reader) -> Filter | None:
    """Return the filter with which a delta is answered; one that says OR stays as it is."""
    if tree is None or "OR" in tree.joins or not tree.names("dateLastModified"):
        return tree
    return replace(tree, clauses=tuple(_widened(clause, reader) for clause in tree.clauses))


def _widened(clause: Clause, reader: Reader) -> Clause:
    if clause.field != "dateLastModified" or clause.predicate not in (">", ">="):
        return clause
    moment = instant(clause.value)
    if moment and reader.written:
        return replace(clause, value=stamp(_before_reading(moment, reader)))
    oldest = reader.run.oldest_read(moment) if moment else None
    if moment is None or oldest is None:
        return clause
    missed = _first_after(reader, oldest)
    if missed is None or missed > milliseconds(moment):
        return clause
    return replace(clause, value=stamp(moment_of(missed - 1)))


def _before_reading(moment: datetime, reader: Reader) -> datetime:
    """Return what a reading of the gradebook that was going on at a moment can't have missed."""
    since = [reader.run.reading_since(moment), reading.begun_since(reader, moment, SKEW)]
    try:
        return min([moment, *filter(None, since)]) - SKEW
    except OverflowError:  # The year 1.
        return moment


def _first_after(reader: Reader, number: int) -> int | None:
    """Return the number of the first publication after another, up to the one that is read."""
    first: int | None = prepared.value(FIRST_AFTER, [reader.feed or 0, number, reader.number])
    return first
