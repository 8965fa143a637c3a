"""One comparison as SQL: what each predicate means for each type of element.

Text compares by UNICODE; people's names, usernames and e-mail addresses without case, and `~`
always. Numbers compare as numbers, days and moments as instants in UTC. Of several values any
one may meet the comparison, and `!=` is the opposite of `=`; a list with commas equals the
values as a set. A record without a value meets `!=` and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from roster.clock import stamp
from roster.dialects.fields import Type
from roster.dialects.paths import Path
from roster.dialects.references import BEGINNINGS
from roster.reading import facts_sql as facts
from roster.reading.facts_sql import ALWAYS, NEVER, Sql
from roster.reading.instants import instant
from roster.reading.query import COMPARE, BadFilter, Clause

SIGNS = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}

MOST_VALUES = 100
"""Values of a list with commas: each is a condition of its own, and no record has so many."""

LONGEST_NUMBER = 100
"""Digits of a number at most, on either side of its point."""

ASCII_LOW = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def compared(version: str, path: Path, clause: Clause) -> Sql:
    """Return the condition of a clause; `BadFilter` where the value isn't of the path's type.

    Of `dateLastModified` no document knows (`entries.py`).
    """
    if path.href:
        return _leads_to(version, path, clause)
    if path.target:
        return _is_target(path, clause)
    if path.type is Type.NUMBER:
        return _number(path, clause)
    if path.type in (Type.DATE, Type.INSTANT) and clause.predicate != "~":
        return _dated(path, clause)
    if path.type is Type.BOOLEAN:
        clause = replace(clause, value=clause.value.lower())
    return _many(path, clause) if path.many else _text(path, clause.predicate, clause.value)


def role_in(path: Path, clause: Clause) -> str:
    """Return the one role that a clause asks for or against; blank where it asks anything else."""
    is_one = clause.predicate in ("=", "!=") and not {" ", ","} & set(clause.value)
    return clause.value if is_one and "role" in (path.column, path.words) else ""


def in_order(path: Path) -> Sql:
    """Return what a list is ordered by; NULL for records without a value.

    The type of a reference is the same for all that have one; its href stands where its id does.
    """
    if path.target and not path.href:
        there = _present(path)
        return Sql(f"CASE WHEN {there.text} THEN 1 END", there.parameters)
    if path.column:
        return Sql(f"NULLIF({path.column}, '')")
    if path.many:
        return facts.first_fact(path.key, number=path.type is Type.NUMBER)
    if path.type is Type.NUMBER:
        return facts.number_fact(path.key)
    return facts.text_fact(path.key)


# Text.


def _text(path: Path, predicate: str, value: str) -> Sql:
    if predicate == "~":
        return _contains(path, value)
    if path.column:
        return _column(path.column, predicate, value)
    fact = facts.text_fact(path.key, folded=path.folded)
    return _compares(fact, predicate, _folded(value) if path.folded else value)


def _column(column: str, predicate: str, value: str) -> Sql:
    """Compare with a column, where missing is blank; equality as an index can find it."""
    if predicate == "=":
        return Sql(f"{column} = %s", (value,)) if value else NEVER
    if predicate == "!=":
        return Sql(f"{column} <> %s", (value,)) if value else ALWAYS
    return Sql(f"({column} <> '' AND {column} {SIGNS[predicate]} %s)", (value,))


def _compares(fact: Sql, predicate: str, value: Any) -> Sql:
    if predicate == "!=":
        parameters = (*fact.parameters, *fact.parameters, value)
        return Sql(f"({fact.text} IS NULL OR {fact.text} <> %s)", parameters)
    return Sql(f"{fact.text} {SIGNS[predicate]} %s", (*fact.parameters, value))


def _contains(path: Path, value: str) -> Sql:
    if path.column:
        fact = Sql(facts.without_case(f"NULLIF({path.column}, '')"))
        value = value.translate(ASCII_LOW)
    elif path.type is Type.NUMBER:
        fact = facts.written_number(path.key)
    else:
        fact = facts.text_fact(path.key, folded=True)
        value = _folded(value)
    if not value:
        return Sql(f"{fact.text} IS NOT NULL", fact.parameters)
    return Sql(f"{facts.position(fact.text)} > 0", (*fact.parameters, value))


def _folded(value: str) -> str:
    return value.casefold()


# Several values.


def _many(path: Path, clause: Clause) -> Sql:
    each = facts.each_value()
    if clause.predicate == "!=":
        found = _any_equal(path, clause.value)
        return Sql(f"NOT {found.text}", found.parameters)
    if clause.predicate == "=":
        return _any_equal(path, clause.value)
    if clause.predicate == "~":
        parts = sorted({clause.value, *_parts(clause.value)})
        either = " OR ".join([f"{facts.position('fact.value')} > 0" if part else "1 = 1"
                            for part in parts])  # fmt: skip
        values = tuple(_folded(part) for part in parts if part)
        return facts.any_fact(path.key, f"({either})", values, folded=True)
    return facts.any_fact(path.key, f"{each} {SIGNS[clause.predicate]} %s", (clause.value,))


def _any_equal(path: Path, value: str) -> Sql:
    each = facts.each_value()
    parts = _parts(value)
    one = facts.has_value(path.key, value)
    if not parts or "," not in value:
        return Sql(f"({one.text})", one.parameters)
    marks = ", ".join(["%s"] * len(parts))
    other = facts.any_fact(path.key, f"{each} NOT IN ({marks})", tuple(parts))
    present = [facts.has_value(path.key, part) for part in parts]
    all_of = facts.joined("AND", [*present, Sql(f"NOT {other.text}", other.parameters)])
    return facts.joined("OR", [one, all_of])


def has_word(column: str, word: str) -> Sql:
    """Return whether a word is among those of a column that holds several."""
    found = facts.position(f"' ' || {column} || ' '")
    return Sql(f"({column} = %s OR {found} > 0)", (word, f" {word} "))


def _parts(value: str) -> list[str]:
    """Return the values of a list written with commas; `BadFilter` where they are too many."""
    parts = sorted({part.strip() for part in value.split(",")} - {""})
    if len(parts) > MOST_VALUES:
        raise BadFilter(f"A list with commas may have up to {MOST_VALUES} values.")
    return parts


# Numbers.


def _number(path: Path, clause: Clause) -> Sql:
    if clause.predicate == "~" and not path.many:
        return _contains(path, clause.value)
    if clause.predicate == "~":
        return facts.any_fact(path.key, f"{facts.position('fact.value')} > 0", (clause.value,))
    try:
        asked = Decimal(clause.value.strip())
    except InvalidOperation:
        asked = Decimal("NaN")
    # PostgreSQL's own numbers end somewhere, and no score comes near it.
    if not asked.is_finite() or max(len(clause.value), abs(asked.adjusted())) > LONGEST_NUMBER:
        raise BadFilter("“{value}” is no number. Write it as 87 or 87.5.", value=clause.value)
    value = facts.number(asked)
    if not path.many:
        return _compares(facts.number_fact(path.key), clause.predicate, value)
    each = facts.each_value(number=True)
    if clause.predicate == "!=":
        found = facts.any_fact(path.key, f"{each} = %s", (value,))
        return Sql(f"NOT {found.text}", found.parameters)
    return facts.any_fact(path.key, f"{each} {SIGNS[clause.predicate]} %s", (value,))


# Days and moments.


def moment_in(clause: Clause) -> datetime:
    """Return the moment that a clause names; `BadFilter` where it names none."""
    moment = instant(clause.value)
    if moment is None:
        raise BadFilter(
            "“{value}” is not a date and time. Write it as 2026-01-31T14:00:00.000Z.",
            value=clause.value,
        )
    return moment


def _dated(path: Path, clause: Clause) -> Sql:
    """Compare days and moments by their text, which is in the order of time.

    A day begins at midnight UTC; what is asked may lie between two that can be written.
    """
    moment = moment_in(clause)
    if path.type is Type.DATE:
        floor, exact = moment.date().isoformat(), moment.time() == time()
    else:
        floor, exact = stamp(moment), not moment.microsecond % 1000
    predicate = clause.predicate
    if not exact:
        if predicate in ("=", "!="):
            return ALWAYS if predicate == "!=" else NEVER
        predicate = ">" if predicate in (">", ">=") else "<="
    if path.many:
        return _many(path, Clause(clause.field, predicate, floor))
    return _text(path, predicate, floor)


# References.


def _is_target(path: Path, clause: Clause) -> Sql:
    """Compare a reference's type, which is the same for all references of a field."""
    there = _present(path)
    if _names(path, clause.predicate, clause.value):
        return ALWAYS if clause.predicate == "!=" else there
    return Sql(f"NOT {there.text}", there.parameters) if clause.predicate == "!=" else NEVER


def _names(path: Path, predicate: str, value: str) -> bool:
    """Return whether the type meets the comparison, or a list with commas of several does."""
    parts = _parts(value) if path.many and "," in value else []
    if predicate == "!=":
        return not _names(path, "=", value)
    if predicate == "=" and parts == [path.target]:
        return True
    if predicate == "~":
        return any(each.casefold() in path.target.casefold() for each in (value, *parts))
    return bool(COMPARE[predicate](path.target, value))


def _present(path: Path) -> Sql:
    if path.column:
        return Sql(f"({path.column} <> '')")
    there = facts.has_fact(path.key)
    return Sql(f"({there.text})", there.parameters)


def _leads_to(version: str, path: Path, clause: Clause) -> Sql:
    """Compare a reference's address by the id in it, whatever host it was read from."""
    if clause.predicate not in ("=", "!="):
        raise BadFilter("An href can be compared with = and != only; ask the sourcedId beside it.")
    rest = clause.value[max(clause.value.find("/ims/oneroster/"), 0) :]
    targets = ("school", "org") if path.target == "org" else (path.target,)
    beginnings = [BEGINNINGS[version][target] for target in targets]
    for beginning in beginnings:
        if rest.startswith(beginning) and "%00" not in rest:
            asked = Clause(clause.field, clause.predicate, unquote(rest[len(beginning) :]))
            break
    else:
        return ALWAYS if clause.predicate == "!=" else NEVER
    return _many(path, asked) if path.many else _text(path, asked.predicate, asked.value)
