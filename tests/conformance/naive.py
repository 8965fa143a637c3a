"""Lists as a person would make them: every document looked at, one after the other.

This is how we read the specification's section 3, in plain Python over finished documents.
It imports nothing of the product, so that it can't be wrong in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from tests.conformance.elements import Element

Document = dict[str, Any]

PREDICATES = ("=", "!=", ">", ">=", "<", "<=", "~")

HREF = re.compile(r"(?:https?://[^/]+)?(?P<path>/.*)")

MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?P<zone>[Zz]|[+ -]\d\d(?::?\d\d)?)?)?"
)


class Meaningless(Exception):
    """The value says nothing about an element of that type: the answer is 400."""


# What a document holds.


def values(document: Document, asked: Element) -> list[Any]:
    """Return the values of an element in a document, in its order; none where it lacks it."""
    name = asked.name
    if name.startswith("metadata."):
        column = document.get("metadata", {}).get(name.removeprefix("metadata."))
        return [] if column is None else [column]
    if name == "role" and "roles" in document:
        name = "roles.role"
    found: list[Any] = [document]
    for part in name.split("."):
        found = [inner for each in found for inner in _spread(each.get(part))]
    return [each["sourcedId"] if isinstance(each, dict) else each for each in found]


def _spread(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# Comparing.


def holds(document: Document, asked: Element, predicate: str, value: str) -> bool:
    """Return whether a document meets a clause; `Meaningless` where the clause can't be met."""
    found = values(document, asked)
    if predicate == "!=":
        return not _equals(found, asked, value)
    if predicate == "=":
        return _equals(found, asked, value)
    if asked.part == "href":
        raise Meaningless
    if predicate == "~":
        return _contains(found, asked, value)
    wanted = _worth(asked, value)
    return any(_stands(_worth(asked, each), predicate, wanted) for each in found)


def _equals(found: list[Any], asked: Element, value: str) -> bool:
    wanted = _worth(asked, value)
    held = [_worth(asked, each) for each in found]
    if wanted in held:
        return True
    several = asked.many and asked.type == "text" and asked.part != "href" and "," in value
    return several and set(held) == set(_parts(value)) != set()


def _contains(found: list[Any], asked: Element, value: str) -> bool:
    parts = [value, *_parts(value)] if asked.many and asked.type != "number" else [value]
    low = [part.casefold() for part in parts]
    return any(part in str(each).casefold() for each in found for part in low)


def _stands(held: Any, predicate: str, wanted: Any) -> bool:
    if predicate == ">":
        return bool(held > wanted)
    if predicate == ">=":
        return bool(held >= wanted)
    return bool(held < wanted) if predicate == "<" else bool(held <= wanted)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _worth(asked: Element, value: Any) -> Any:
    """Return a value as it is compared, the document's and the asked one alike."""
    if asked.part == "href":
        match = HREF.fullmatch(value)
        return match["path"] if match else None
    if asked.type == "number":
        return number(value)
    if asked.type in ("date", "moment"):
        return moment(value)
    if asked.type == "flag":
        return value.lower()
    return value.casefold() if asked.type == "people" else value


def number(value: Any) -> Decimal:
    try:
        told = Decimal(str(value).strip())
    except InvalidOperation:
        raise Meaningless from None
    if not told.is_finite():
        raise Meaningless
    return told


def moment(text: str) -> datetime:
    """Return an instant from a date or a date and time; without a zone it is UTC."""
    match = MOMENT.fullmatch(text.strip())
    if match is None:
        raise Meaningless
    part = (match["part"] or "0").ljust(6, "0")[:6]
    try:
        told = datetime.fromisoformat(match["day"]).replace(tzinfo=UTC) + timedelta(
            hours=_up_to(23, match["hour"]),
            minutes=_up_to(59, match["minute"]),
            seconds=_up_to(59, match["second"]),
            microseconds=int(part),
        )
        return told - _zone(match["zone"])
    except (ValueError, OverflowError):
        raise Meaningless from None


def _zone(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    ahead = timedelta(hours=_up_to(23, zone[1:3]), minutes=_up_to(59, zone[3:].strip(":") or "0"))
    return -ahead if zone[0] == "-" else ahead


def _up_to(most: int, text: str | None) -> int:
    told = int(text or "0")
    if told > most:
        raise Meaningless
    return told


# Chains, orders, pages.


def meets(document: Document, clauses: list[tuple[Element, str, str]], joins: list[str]) -> bool:
    """Return whether a document meets clauses joined from left to right."""
    told = [holds(document, *clause) for clause in clauses]
    found = told[0]
    for join, each in zip(joins, told[1:], strict=True):
        found = (found and each) if join == "AND" else (found or each)
    return found


def ordered(documents: Iterable[Document], by: Element, *, descending: bool) -> list[Document]:
    """Return documents by an element's first value, missing ones as the least, ties by id."""
    by_id = sorted(documents, key=lambda document: document["sourcedId"])
    with_value = [document for document in by_id if values(document, by)]
    without = [document for document in by_id if not values(document, by)]
    with_value.sort(key=lambda document: _rank(by, document), reverse=descending)
    return with_value + without if descending else without + with_value


def _rank(by: Element, document: Document) -> Any:
    first = values(document, by)[0]
    if by.part == "href":
        # An address stands where the id in it does, however it is written there.
        return unquote(first.rpartition("/")[2])
    return number(first) if by.type == "number" else first


def only(document: Document, fields: Iterable[str]) -> Document:
    """Return a document with these fields alone, in its own order."""
    wanted = {name.partition(".")[0] for name in fields}
    return {name: value for name, value in document.items() if name in wanted}
