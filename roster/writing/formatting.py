"""How a value becomes a cell: the types of the CSV binding (specification 5.1), written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from roster.importing import values
from roster.importing.columns import Column
from roster.importing.links import UUID

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
OBJECTIVE = re.compile(f"(?:urn:uuid:)?({UUID})")
LARGEST = 1e15
"""Numbers from here on are written as floats are."""


def writer_of(column: Column, zone: ZoneInfo) -> Callable[[Any], str]:
    """Return what writes the values of a column; a moment becomes the day that it is in `zone`."""
    if column.type is values.SECRET:
        return lambda value: ""
    if column.type is values.MOMENT:
        return lambda value: _day(value, zone)
    if column.type is values.WHOLE:
        return _whole
    if column.type is values.USER_IDS:
        return _user_ids
    if column.type is values.SCALE_VALUES:
        return _scale_values
    return written


def written(value: Any) -> str:
    """Return a value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        whole = float(value).is_integer() and abs(value) < LARGEST
        return str(int(value)) if whole else repr(float(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ",".join(filter(None, map(_element, value)))
    return plain(orjson.dumps(value).decode())


def plain(text: str) -> str:
    """Return text in one line, without controls."""
    if text.isprintable() and text == text.strip():
        return text
    return CONTROLS.sub(" ", text).strip()


def _element(value: Any) -> str:
    """Return an element of a list, which can't hold a comma; an id that does is left out."""
    text = written(value)
    return "" if "," in text else text


def _day(value: Any, zone: ZoneInfo) -> str:
    """Return the day of a moment: one at midnight in UTC was a day without a time."""
    if not value:
        return ""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    moment = moment.astimezone(UTC)
    return (moment if moment.time() == time() else moment.astimezone(zone)).date().isoformat()


def _whole(value: Any) -> str:
    """Return a whole number; the binding has no place for any other."""
    return written(value) if value is not None and float(value).is_integer() else ""


def _user_ids(found: Iterable[Mapping[str, Any]]) -> str:
    pairs = ((written(each["type"]), written(each["identifier"])) for each in found or ())
    return _braced(pairs)


def _scale_values(found: Iterable[Mapping[str, Any]]) -> str:
    """Return values so that they are read as they are: the score or range stands right."""
    pairs = []
    for each in found or ():
        left, right = written(each["itemValueLHS"]), written(each["itemValueRHS"])
        if values.AMOUNT.fullmatch(left) and not ("-" in right and values.AMOUNT.fullmatch(right)):
            left, right = right, left
        pairs.append((left, right))
    return _braced(pairs)


def _braced(pairs: Iterable[tuple[str, str]]) -> str:
    return ",".join(
        f"{{{left}:{right}}}"
        for left, right in pairs
        if left and right and not set("{}:") & set(left) and not set("{}") & set(right)
    )


def objective(source: str, name: str) -> tuple[str, str]:
    """Return a learning objective's source and id as CSV has them: a CASE id is a URN there (5.7).

    What is no UUID can't come from CASE.
    """
    found = OBJECTIVE.fullmatch(name) if source == "case" else None
    if found:
        return source, f"urn:uuid:{found[1]}"
    return "unknown" if source == "case" else source, name
