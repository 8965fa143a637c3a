"""What a nested list contains: the records that belong to those named in its path.

Membership goes by references as they are published: a class by its enrollments, a school by
roles, classes and enrollments (the official wording: "students taking this class", "terms that
are used by this school"). Where tombstones are listed, a tombstone belongs where its last
published references say; a live record is never brought in by somebody else's tombstone.
"""

from __future__ import annotations

from collections.abc import Sequence

from roster.dialects.facts import AT, LAST
from roster.facts_sql import Sql, each_value, either_fact, facts_from, holds_fact, joined, text_fact
from roster.models import Status
from roster.where import Nesting, Scope

ACTIVE: str = Status.ACTIVE.value


def by_column(*columns: str) -> Nesting:
    """Records whose columns are the ids of the path; `""` leaves an id to the parents' check."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        pairs = [(name, each) for name, each in zip(columns, ids, strict=True) if name]
        return joined("AND", [Sql(f"{name} = %s", (each,)) for name, each in pairs])

    return nested


def by_fact(kind: str, key: str, *, many: bool = False) -> Nesting:
    """Records of a kind one of whose references of that name is the last id of the path."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        if many:
            return holds_fact(key, ids[-1])
        held = either_fact(scope.told(kind, key), LAST + key)
        return Sql(f"{held.text} = %s", (*held.parameters, ids[-1]))

    return nested


def by_place(role: str) -> Nesting:
    """Users who have that role at the org of the path."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        return holds_fact(AT, f"{role}@{ids[-1]}")

    return nested


def by_enrollment(told: str, asked: str, role: str = "") -> Nesting:
    """Records that are the `told` of enrollments whose `asked` is the last id of the path."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        condition = f"{asked} = %s" + (" AND role = %s" if role else "")
        parameters = (ids[-1], role) if role else (ids[-1],)
        return _named_by(scope, "enrollments", Sql(told), condition, parameters, tombstones)

    return nested


def by_member(kind: str, key: str, asked: str) -> Nesting:
    """Records named by the fact `key` of records of a kind whose `asked` is the last id."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        condition = f"{asked} = %s"
        return _named_by(scope, kind, text_fact(key), condition, (ids[-1],), tombstones)

    return nested


def by_members(kind: str, key: str, asked: str) -> Nesting:
    """Records among the many facts `key` of records of a kind whose `asked` is the last id."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        return _named_by(
            scope,
            kind,
            Sql(each_value()),
            f"{asked} = %s",
            (ids[-1],),
            tombstones,
            beside=facts_from(scope.told(kind, key), LAST + key),
        )

    return nested


def by_class_of_school() -> Nesting:
    """Records whose class is one of the school of the path."""

    def nested(scope: Scope, ids: Sequence[str], tombstones: bool) -> Sql:
        condition, parameters = "school = %s", (ids[-1],)
        told = Sql("sourced_id")
        return _named_by(scope, "classes", told, condition, parameters, tombstones, own="klass")

    return nested


def either(*ways: Nesting) -> Nesting:
    """Records that belong in one of several ways."""

    def nested(scope: Scope, ids: tuple[str, ...], tombstones: bool) -> Sql:
        return joined("OR", [way(scope, ids, tombstones) for way in ways])

    return nested


def _named_by(
    scope: Scope,
    kind: str,
    told: Sql,
    condition: str,
    parameters: tuple[str, ...],
    tombstones: bool,
    *,
    beside: Sql | None = None,
    own: str = "sourced_id",
) -> Sql:
    """Return the condition that a record's `own` id is told by others of the publication."""
    source = f"roster_record, {beside.text}" if beside else "roster_record"
    version = scope.version(kind)

    def told_by(status: str, further: tuple[int, ...]) -> Sql:
        return Sql(
            f"{own} IN (SELECT {told.text} FROM {source}"  # noqa: S608 - words of our own.
            f" WHERE {version.text} AND {status} AND {condition})",
            (
                *told.parameters,
                *(beside.parameters if beside else ()),
                *version.parameters,
                *further,
                *parameters,
            ),
        )

    live = told_by(f"status = '{ACTIVE}'", ())
    if not tombstones:
        return live
    dead = told_by(f"(status = '{ACTIVE}' OR changed_in > %s)", (scope.since,))
    return Sql(
        f"((roster_record.status = '{ACTIVE}' AND {live.text})"
        f" OR (roster_record.status <> '{ACTIVE}' AND {dead.text}))",
        live.parameters + dead.parameters,
    )
