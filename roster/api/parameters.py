"""The query parameters of lists: what they mean, and the refusal of what means nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import QueryDict

from roster.api.errors import BAD_FILTER, BadRequest
from roster.query import BadFilter, Filter, parse
from roster.where import check

DEFAULT_LIMIT = 100
MOST_LIMIT = 50_000
MOST_OFFSET = 2**31 - 1
WHOLE = re.compile(r"[0-9]{1,10}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of a list."""

    limit: int
    offset: int
    filter: Filter | None


def read(query: QueryDict, collection: str) -> Asked:
    """Return what is asked; `BadRequest` says which parameter is wrong and what would be right."""
    return Asked(
        _whole(query, "limit", DEFAULT_LIMIT, 1, MOST_LIMIT),
        _whole(query, "offset", 0, 0, MOST_OFFSET),
        _filter(query, collection),
    )


def _whole(query: QueryDict, name: str, default: int, least: int, most: int) -> int:
    values = query.getlist(name)
    if not values:
        return default
    if len(values) > 1:
        raise BadRequest(f"“{name}” was given {len(values)} times; give it once.")
    if not WHOLE.match(values[0]) or not least <= int(values[0]) <= most:
        raise BadRequest(f"“{name}” must be a whole number from {least} to {most:,}.")
    return int(values[0])


def _filter(query: QueryDict, collection: str) -> Filter | None:
    values = query.getlist("filter")
    if not values:
        return None
    if len(values) > 1:
        raise BadRequest("“filter” was given more than once; join clauses with AND.", BAD_FILTER)
    try:
        tree = parse(values[0])
        check(collection, tree)
    except BadFilter as error:
        raise BadRequest(str(error), BAD_FILTER, logged=error.logged) from error
    return tree
