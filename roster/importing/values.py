"""The types of the CSV binding: how a cell's text becomes what the database stores.

Stored values are the same on every engine, so a row's digest is too: text, True and False,
numbers, dates as `YYYY-MM-DD`, moments as `YYYY-MM-DD HH:MM:SS` in UTC, lists as JSON text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

DATE = re.compile(r"\d{4}-\d\d-\d\d")
USER_ID = re.compile(r"\{([^{}:]+):([^{}]+)\}")
SCALE_VALUE = re.compile(r"\{([^{}:]+):([^{}:]+)\}")
AMOUNT = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*%?\s*(-\s*\d+(\.\d+)?\s*%?\s*)?")
LONGEST_REFERENCE = 255


class Unreadable(ValueError):
    """A cell's text is no value of its column's type."""


class Cell(Protocol):
    """Where a value stands: the version of its bundle, and where to remark on it."""

    version: str

    def remark(self, code: str, expected: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Type:
    """A type: what is expected in words, what blank is stored as, how text is read.

    Without `read` the text is stored as it is, if it isn't longer than `longest`.
    """

    expected: str
    blank: Any
    read: Callable[[str, Cell], Any] | None = None
    longest: int = 1 << 17


def _boolean(text: str, cell: Cell) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
    word = text.strip().lower()
    if word not in known:
        raise Unreadable
    if text not in ("true", "false"):
        cell.remark("letter-case")
    return known[word]


def _date(text: str, cell: Cell) -> str:
    word = text.strip()
    day = word[:10]
    if not DATE.fullmatch(day) or (len(word) > 10 and word[10] not in "T "):
        raise Unreadable
    try:
        date.fromisoformat(day)
        if len(word) > 10:
            datetime.fromisoformat(word)
            cell.remark("date-with-time")
    except ValueError:
        raise Unreadable from None
    return day


def _moment(text: str, cell: Cell) -> str:
    word = text.strip()
    if not DATE.match(word):
        raise Unreadable
    try:
        moment = datetime.fromisoformat(word)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise Unreadable from None
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment.year > 999 else _unreadable()


def _unreadable() -> str:
    raise Unreadable


def _year(text: str, cell: Cell) -> str:
    word = text.strip()
    if not re.fullmatch(r"[12]\d{3}", word):
        raise Unreadable
    return word


def _number(text: str, cell: Cell) -> float:
    try:
        number = float(text)
    except ValueError:
        raise Unreadable from None
    if not math.isfinite(number) or "_" in text:
        raise Unreadable
    return number


def parts(text: str) -> list[str]:
    """Return the elements of a list: separated by commas, without the space around them."""
    return [part for part in map(str.strip, text.split(",")) if part]


def as_json(value: Any) -> str:
    """Return JSON text as Django writes it, so that SQLite compares it as text."""
    return json.dumps(value)


def _texts(text: str, cell: Cell) -> str:
    return as_json(parts(text))


def _references(text: str, cell: Cell) -> str:
    return as_json(references(text, cell))


def references(text: str, cell: Cell) -> list[str]:
    """Return the sourcedIds of a list, each once."""
    found = list(dict.fromkeys(parts(text)))
    short = [part for part in found if len(part) <= LONGEST_REFERENCE]
    if len(short) < len(found):
        cell.remark("list-part", expected=REFERENCE.expected)
    return short


def _user_ids(text: str, cell: Cell) -> str:
    found = USER_ID.findall(text)
    if USER_ID.sub("", text).strip(" ,"):
        cell.remark("list-part", expected=USER_IDS.expected)
    return as_json([{"type": kind.strip(), "identifier": name.strip()} for kind, name in found])


def _scale_values(text: str, cell: Cell) -> str:
    """Read `{A:90-100},{Pass:50}`; in REST the score or range stands left (specification 2.3)."""
    found = SCALE_VALUE.findall(text)
    if SCALE_VALUE.sub("", text).strip(" ,"):
        cell.remark("list-part", expected=SCALE_VALUES.expected)
    values = []
    for left, right in ((left.strip(), right.strip()) for left, right in found):
        if _is_amount(right) and not (_is_amount(left) and "-" in left):
            left, right = right, left
        values.append({"itemValueLHS": left, "itemValueRHS": right})
    return as_json(values)


def _is_amount(text: str) -> bool:
    return bool(AMOUNT.fullmatch(text))


TEXT = Type("text", "")
REFERENCE = Type("a sourcedId of at most 255 characters", "", longest=LONGEST_REFERENCE)
BOOLEAN = Type("true or false", None, _boolean)
DATE_ONLY = Type("a date such as 2026-08-31", None, _date)
MOMENT = Type("a date such as 2026-08-31", None, _moment)
YEAR = Type("a year such as 2027", "", _year)
NUMBER = Type("a number such as 12.5", None, _number)
TEXTS = Type("a list such as 09,10", "[]", _texts)
REFERENCES = Type("a list of sourcedIds", "[]", _references)
# Kept as a tuple, not as JSON: these become rows of their own.
NAMES = Type(
    "a list of sourcedIds", "[]", lambda text, cell: as_json(sorted(references(text, cell)))
)
USER_IDS = Type("a list such as {LDAP:ann},{LTI:17}", "[]", _user_ids)
SCALE_VALUES = Type("a list such as {A:90-100},{B:80-89}", "[]", _scale_values)
# Columns whose cells are thrown away: passwords; dropped by 1.2.1; of no use to anybody.
SECRET = Type("nothing", "")
ELSEWHERE = Type("nothing ", "")
UNUSED = Type("nothing at all", "")
