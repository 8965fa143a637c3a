"""Turns a query's tree into SQL over records; the one place that knows both.

A list's own narrowing (students, terms…) and the vendor's filter are joined with AND, the
filter in parentheses of its own: its OR can't reach around the list it was asked of.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_date, parse_datetime

from roster.query import BadFilter, Clause, Filter

Moments = list[tuple[datetime, int]]
"""Stamp and number of every publication of a line, in order."""

ROLE_FIELDS = {
    "users": ("role", "roles.role"),
    "enrollments": ("role",),
    "orgs": ("type",),
    "academicSessions": ("type",),
    "classes": ("classType",),
}
"""Which field of a collection the record's `role` column holds."""


class UnknownField(BadFilter):
    """A filter names a field that this list can't be asked by."""


@dataclass(frozen=True, slots=True)
class Where:
    """What a list is narrowed to: the role or type of its subset, and the vendor's filter."""

    collection: str
    subset: str = ""
    filter: Filter | None = None

    @property
    def with_tombstones(self) -> bool:
        """Tombstones stand only where the filter names status or dateLastModified."""
        return self.filter is not None and self.filter.names("status", "dateLastModified")

    def key(self, since: int) -> tuple[Any, ...]:
        """Return what a cached list is found by; `since` matters where tombstones are seen."""
        return (self.subset, self.filter, since if self.with_tombstones else None)

    def sql(self, moments: Moments) -> tuple[str, list[Any]]:
        """Return a condition on record columns with its parameters."""
        parts: list[str] = []
        parameters: list[Any] = []
        if self.subset:
            sql, values = _holds_role("=", self.subset)
            parts.append(sql)
            parameters += values
        if self.filter:
            sql, values = self._chain(self.filter, moments)
            parts.append(f"({sql})")
            parameters += values
        return " AND ".join(parts) or "1 = 1", parameters

    def _chain(self, tree: Filter, moments: Moments) -> tuple[str, list[Any]]:
        """Join the clauses from left to right, so that neither word binds more tightly."""
        sql, parameters = self._clause(tree.clauses[0], moments)
        for join, clause in zip(tree.joins, tree.clauses[1:], strict=True):
            further, values = self._clause(clause, moments)
            sql = f"({sql} {join} {further})"
            parameters = [*parameters, *values]
        return sql, parameters

    def _clause(self, clause: Clause, moments: Moments) -> tuple[str, list[Any]]:
        if clause.field == "status":
            return _compares("status", clause)
        if clause.field == "dateLastModified":
            return _changed(clause, moments)
        if clause.field in ROLE_FIELDS.get(self.collection, ()):
            return _holds_role(clause.predicate, clause.value)
        raise UnknownField(f"“{clause.field}” is not a field that this list can be filtered by.")


def check(collection: str, tree: Filter) -> None:
    """Raise `BadFilter` for fields and values that no list of the collection understands."""
    Where(collection, filter=tree).sql([])


SQL_PREDICATES = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


def _compares(column: str, clause: Clause) -> tuple[str, list[Any]]:
    if clause.predicate == "~":
        return f"{_position()}({column}, %s) > 0", [clause.value]
    return f"{column} {SQL_PREDICATES[clause.predicate]} %s", [clause.value]


def _position() -> str:
    return "strpos" if connection.vendor == "postgresql" else "instr"


def _holds_role(predicate: str, value: str) -> tuple[str, list[Any]]:
    """Compare with a column of several words: `=` holds where any of them is equal."""
    if predicate in ("=", "!="):
        found = f"{_position()}(' ' || role || ' ', %s) > 0"
        sql = found if predicate == "=" else f"NOT ({found})"
        # A value with a space could reach across two words; none of the vocabulary has one.
        return sql, [f" {value} "] if " " not in value else [" \x1f "]
    if predicate == "~":
        return f"{_position()}(role, %s) > 0", [value]
    return f"role {SQL_PREDICATES[predicate]} %s", [value]


def _changed(clause: Clause, moments: Moments) -> tuple[str, list[Any]]:
    """Ask for a range of publication numbers: stamps grow with them."""
    moment = instant(clause.value)
    if moment is None:
        raise BadFilter(
            "“{value}” is not a date and time. Write it as 2026-01-31T14:00:00.000Z.",
            value=clause.value,
        )
    stamps = [at for at, _ in moments]
    numbers = [number for _, number in moments]
    after = _number(numbers, bisect_right(stamps, moment))
    from_on = _number(numbers, bisect_left(stamps, moment))
    conditions: dict[str, tuple[str, list[Any]]] = {
        ">": ("changed_in >= %s", [after]),
        ">=": ("changed_in >= %s", [from_on]),
        "<": ("changed_in < %s", [from_on]),
        "<=": ("changed_in < %s", [after]),
        "=": ("changed_in >= %s AND changed_in < %s", [from_on, after]),
        "!=": ("(changed_in < %s OR changed_in >= %s)", [from_on, after]),
    }
    if clause.predicate not in conditions:
        raise BadFilter("dateLastModified can't be asked with ~; use > or >= with a date and time.")
    sql, values = conditions[clause.predicate]
    return f"({sql})", values


def _number(numbers: list[int], position: int) -> int:
    return numbers[position] if position < len(numbers) else 2**62


def instant(text: str) -> datetime | None:
    """Return a moment in UTC from the forms that vendors write; without a zone it is UTC.

    A plus sign that came unencoded has become a space: `…T00:00:00 01:00` is `+01:00`.
    """
    text = text.strip()
    head, space, zone = text.rpartition(" ")
    if space and "T" in head and ":" in zone:
        text = f"{head}+{zone}"
    try:
        moment = parse_datetime(text)
        if moment is None:
            day = parse_date(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        # No such day, or one that its zone carries beyond the first or last of all years.
        return None
