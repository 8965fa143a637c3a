"""What a nested list contains: the records that belong to those named in its path.

Membership goes by references as they are published: a class by its enrollments, a school by
roles, classes and enrollments (the official wording: "students taking this class", "terms that
are used by this school"). Where tombstones are listed, a tombstone belongs where its last
published references say; a live record is never brought in by somebody else's tombstone.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from roster.dialects.facts import AT, LAST
from roster.publishing.lists import Numbers
from roster.reading import lookups
from roster.reading.facts_sql import (
    Sql,
    each_value,
    either_fact,
    facts_from,
    has_value,
    joined,
    text_fact,
    word_of,
)
from roster.reading.id_sets import NOTHING, united
from roster.reading.listed import Listed, listed, parts_of
from roster.reading.matching import matches
from roster.reading.where import Asking, Nesting
from roster.written import records


def by_column(*columns: str) -> Nesting:
    """Records whose columns are the ids of the path; `""` leaves an id to the parents' check."""

    def nested(asking: Asking, among: Listed, ids: tuple[str, ...]) -> Numbers:
        pairs = [(name, each) for name, each in zip(columns, ids, strict=True) if name]
        condition = joined("AND", [_equal(name, each) for name, each in pairs])
        return among.find(asking.ids(condition))

    return nested


def by_fact(kind: str, key: str, *, many: bool = False, of_class: bool = False) -> Nesting:
    """Records of a kind one of whose references of that name is the last id of the path.

    `of_class` are those of the class that the path begins with: there may be a million of the kind,
    the class's are few.
    """

    def nested(asking: Asking, among: Listed, ids: tuple[str, ...]) -> Numbers:
        if many:
            condition = has_value(key, ids[-1])
        else:
            fact = either_fact(_key(asking, kind, key), LAST + key)
            condition = Sql(f"{fact.text} = %s", (*fact.parameters, ids[-1]))
        if of_class:
            return among.find(asking.ids(joined("AND", [_equal("klass", ids[0]), condition])))
        return np.flatnonzero(matches(asking.source, kind, condition, among.documents))

    return nested


def by_place(role: str) -> Nesting:
    """Users who have that role at the org of the path."""

    def nested(asking: Asking, among: Listed, ids: tuple[str, ...]) -> Numbers:
        condition = has_value(AT, f"{role}@{ids[-1]}")
        return np.flatnonzero(matches(asking.source, asking.collection, condition, among.documents))

    return nested


def by_naming(
    kind: str,
    named: str,
    asked: str,
    role: str = "",
    *,
    many: bool = False,
    own: str = "sourced_id",
) -> Nesting:
    """Records whose `own` id is named by those of a kind whose `asked` is the last id of the path.

    They name it in a column, or by a fact, which may hold many; tombstones are named by tombstones
    too. `role` narrows enrollments.
    """

    def nested(asking: Asking, among: Listed, ids: tuple[str, ...]) -> Numbers:
        condition = _equal(asked, ids[-1])
        if role:
            condition = joined("AND", [condition, _equal("role", role)])
        unnested = None
        if many:
            value, unnested = Sql(each_value()), facts_from(_key(asking, kind, named), LAST + named)
        else:
            value = text_fact(named) if "." in named else Sql(named)

        def ask() -> set[str | None]:
            return _names(asking, kind, value, condition, unnested, tombstones=among.tombstones)

        key = kind, value, condition, unnested, among.tombstones
        words = sorted(each for each in asking.once(key, ask) if each)
        if not words:
            return NOTHING
        return among.find(asking.ids(joined("AND", [word_of(own, words), Sql(f"{own} <> ''")])))

    return nested


def either(*ways: Nesting) -> Nesting:
    """Records that belong in one of several ways."""

    def nested(asking: Asking, among: Listed, ids: tuple[str, ...]) -> Numbers:
        return reduce(united, [way(asking, among, ids) for way in ways])

    return nested


def _equal(column: str, value: str) -> Sql:
    """Return a condition as the partial indexes of references can serve it."""
    return Sql(f"({column} = %s AND {column} <> '')", (value,))


def _key(asking: Asking, kind: str, key: str) -> str:
    """Return the fact by which records are found: of a field that is cut, what tombstones
    belong by, which is what is left of it when they are rendered without it.
    """
    return LAST + key if key.partition(".")[0] in asking.source.cut.get(kind, ()) else key


def _names(
    asking: Asking,
    kind: str,
    named: Sql,
    condition: Sql,
    unnested: Sql | None,
    *,
    tombstones: bool,
) -> set[str | None]:
    source = f"roster_document, {unnested.text}" if unnested else "roster_document"
    columns = Sql(
        f"roster_document.id, {named.text} FROM {source}",
        (*named.parameters, *(unnested.parameters if unnested else ())),
    )
    rows = lookups.rows(asking.source, kind, columns, condition)
    documents = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    there = np.zeros(documents.size, np.bool_)
    ours = records(asking.source, kind)
    for gone in (False, True) if tombstones else (False,):
        there |= listed(asking.source, kind, tombstones=gone, begun=asking.begun).has(documents)
        for part in parts_of(ours, tombstones=gone):
            there |= part.has(documents)
    return {row[1] for row, here in zip(rows, there, strict=True) if here}
