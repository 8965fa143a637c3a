"""The query parameters: what they mean, and the refusal of what means nothing.

The versions differ on purpose (specification 3.4): an unknown field in `fields` or `sort` is
refused by 1.2, while 1.1 answers as if it weren't there and says so in a warning. Parameters
that OneRoster doesn't know are ignored, for many clients send some.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import QueryDict

from roster.api.errors import (
    BAD_FILTER,
    BAD_SELECTION,
    BAD_SORT,
    BLANK_SELECTION,
    BadRequest,
)
from roster.api.operations import Operation
from roster.dialects.fields import FIELDS, V11
from roster.dialects.paths import resolve
from roster.reading import Order, Where
from roster.reading.query import MASK, BadFilter, Filter, parse

DEFAULT_LIMIT = 100
MOST_LIMIT = 50_000
MOST_OFFSET = 2**31 - 1
WHOLE = re.compile(r"[0-9]{1,10}\Z")
WAYS = {"": False, "asc": False, "desc": True}


@dataclass(frozen=True, slots=True)
class Warned:
    """What 1.1 says beside its answer: a minor code in 1.2's words, and a sentence."""

    minor: str
    words: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks; `fields` are top-level names, None for all of them."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    filter: Filter | None = None
    order: Order | None = None
    fields: frozenset[str] | None = None
    warnings: tuple[Warned, ...] = ()


def read(query: QueryDict, operation: Operation) -> Asked:
    """Return what is asked; `BadRequest` says which parameter is wrong and what would be right."""
    fields, unknown = _fields(query, operation)
    if not operation.many:
        return Asked(fields=fields, warnings=unknown)
    limit = _whole(query, "limit", DEFAULT_LIMIT, 1, MOST_LIMIT)
    offset = _whole(query, "offset", 0, 0, MOST_OFFSET)
    tree = _filter(query, operation)
    order, unsorted = _order(query, operation)
    return Asked(limit, offset, tree, order, fields, (*unknown, *unsorted))


def _whole(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    values = query.getlist(name)
    if not values:
        return default
    if len(values) > 1:
        raise BadRequest(f"“{name}” was given {len(values)} times; give it once.")
    if not WHOLE.match(values[0]) or not least <= int(values[0]) <= most:
        raise BadRequest(f"“{name}” must be a whole number from {least} to {most:,}.")
    return int(values[0])


def _filter(query: QueryDict, operation: Operation) -> Filter | None:
    values = query.getlist("filter")
    if not values:
        return None
    if len(values) > 1:
        raise BadRequest("“filter” was given more than once; join clauses with AND.", BAD_FILTER)
    try:
        tree = parse(values[0])
        Where(operation.version, operation.collection, filter=tree).check()
    except BadFilter as error:
        raise BadRequest(str(error), BAD_FILTER, logged=error.logged) from error
    return tree


def _order(query: QueryDict, operation: Operation) -> tuple[Order | None, tuple[Warned, ...]]:
    ways = query.getlist("orderBy")
    if len(ways) > 1 or any(way.lower() not in WAYS for way in ways):
        raise BadRequest("“orderBy” must be asc or desc.")
    values = query.getlist("sort")
    if not any(value.strip() for value in values):
        return None, ()
    path = None
    if len(values) == 1:
        path = resolve(operation.version, operation.collection, values[0].strip())
    if path is None:
        form = (
            f"“sort” takes one field of {operation.collection} in OneRoster {operation.version}; "
            "“{}” is none."
        )
        return None, _overlooked(operation, BAD_SORT, form, ",".join(values), "The order is ours.")
    return Order(path, WAYS[ways[0].lower()] if ways else False), ()


def _fields(
    query: QueryDict, operation: Operation
) -> tuple[frozenset[str] | None, tuple[Warned, ...]]:
    """Return the fields asked for, given as `a,b`, `a` and `b`, or both."""
    values = query.getlist("fields")
    if not values:
        return None, ()
    names = [name.strip() for value in values for name in value.split(",")]
    names = [name for name in names if name]
    if not names:
        minor = BLANK_SELECTION if operation.version == V11 else BAD_SELECTION
        raise BadRequest("“fields” is empty. Name fields, separated by commas.", minor)
    for name in names:
        if not _is_field(operation, name):
            form = f"“{{}}” is no field of {operation.collection} in OneRoster {operation.version}."
            return None, _overlooked(operation, BAD_SELECTION, form, name, "All fields are given.")
    return frozenset(name.partition(".")[0] for name in names), ()


def _is_field(operation: Operation, name: str) -> bool:
    root, dot, _ = name.partition(".")
    known = {field.name for field in FIELDS[operation.version][operation.collection]}
    if root not in known:
        return False
    # `roles.org` lies between what can be compared and what can be given: all of `roles` is.
    return not dot or resolve(operation.version, operation.collection, name) is not None


def _overlooked(
    operation: Operation, minor: str, form: str, written: str, instead: str
) -> tuple[Warned, ...]:
    """Return 1.1's warning; 1.2 refuses instead."""
    words = form.format(written)
    if operation.version != V11:
        raise BadRequest(words, minor, logged=form.format(MASK))
    return (Warned(minor, f"{words} {instead}"),)
