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
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from roster.importing import dates
from roster.models.fields import LONGEST_ID

USER_ID = re.compile(r"\{([^{}:]+):([^{}]+)\}")
SCALE_VALUE = re.compile(r"\{([^{}:]+):([^{}:]+)\}")
WHOLE_NUMBER = re.compile(r"-?\d+")
AMOUNT = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*%?\s*(-\s*\d+(\.\d+)?\s*%?\s*)?")
SEPARATORS = re.compile("[;|]")
TABS = re.compile(r"(?<=\S)\t(?=\S)")
SCHOOL_YEAR = re.compile(r"([12]\d{3})(?:\s*[-/–]\s*([12]\d{3}|\d\d))?")


class Unreadable(ValueError):
    """A cell's text is no value of its column's type."""


class Cell(Protocol):
    """Where a value stands: the version of its bundle, and where to remark on it.

    `form` is that of the column's dates, blank where none is certain; `zone` the time zone of
    moments that name none; `strict`: what the binding forbids is told though it changes nothing.
    """

    version: str
    form: str
    zone: tzinfo
    strict: bool

    def remark(self, code: str, expected: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Type:
    """A type: what is expected in words, what blank is stored as, how text is read.

    Without `read` the text is stored as it is, if it isn't longer than `longest`. `assumed`: a
    record whose word isn't understood has the second one, if classes name it in this column.
    """

    expected: str
    blank: Any
    read: Callable[[str, Cell], Any] | None = None
    longest: int = 1 << 17
    assumed: tuple[str, str] = ("", "")


def _date(text: str, cell: Cell) -> str:
    day = dates.read(text, dates.ISO) or dates.read(text, cell.form)
    if not day:
        raise Unreadable
    if dates.TIME.search(text):
        cell.remark("date-with-time")
    return day


def _moment(text: str, cell: Cell) -> str:
    plain = text if dates.PLAIN.match(text) else _date(text, cell)
    if len(plain) > len("2026-08-31"):
        cell.remark("time-kept")
    try:
        moment = datetime.fromisoformat(plain)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=cell.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable from None
    if moment.year < 1000:
        raise Unreadable
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _year(text: str, cell: Cell) -> str:
    """Read `2027`, and `2026-2027` or `2026/27` by the year in which it ends."""
    found = SCHOOL_YEAR.fullmatch(text)
    if not found:
        raise Unreadable
    first, last = int(found[1]), found[2]
    if not last:
        return text
    if (first + 1) % 10 ** len(last) != int(last):
        raise Unreadable
    cell.remark("word-understood", expected=str(first + 1))
    return str(first + 1)


def _number(text: str, cell: Cell) -> float:
    try:
        number = float(text)
    except ValueError:
        raise Unreadable from None
    if not math.isfinite(number) or "_" in text:
        raise Unreadable
    return number


def _whole(text: str, cell: Cell) -> float:
    if not WHOLE_NUMBER.fullmatch(text):
        cell.remark("number-not-whole")
    return _number(text, cell)


def separated(text: str) -> str:
    """Return a list whose elements tabs separate, as in files of tabs, with semicolons instead."""
    return text if "," in text else TABS.sub(";", text)


def parts(text: str, cell: Cell) -> list[str]:
    """Return the elements of a list, without the blanks around them.

    OneRoster separates them by commas. Without a comma, semicolons or bars count as such; JSON
    lists are read too.
    """
    found = _json_list(text) if text[:1] == "[" and text[-1:] == "]" else None
    if found is None:
        comma = "," in text or not (";" in text or "|" in text)
        found = text.split(",") if comma else SEPARATORS.split(text)
        if not comma:
            cell.remark("list-separators")
    else:
        cell.remark("list-separators")
    elements = [part for part in map(str.strip, found) if part]
    # Half of all systems write them so: leniently nothing is said of it.
    if cell.strict and "," in text and text != ",".join(elements):
        cell.remark("list-blanks")
    return elements


def _json_list(text: str) -> list[str] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    scalar = all(isinstance(part, str | int) for part in found)
    return [str(part) for part in found] if scalar else None


def as_json(value: Any) -> str:
    """Return JSON text as Django writes it, so that SQLite compares it as text."""
    return json.dumps(value)


def _texts(text: str, cell: Cell) -> str:
    return as_json(parts(text, cell))


def _references(text: str, cell: Cell) -> str:
    return as_json(references(text, cell))


def references(text: str, cell: Cell) -> list[str]:
    """Return the sourcedIds of a list, each once."""
    found = list(dict.fromkeys(parts(text, cell)))
    short = [part for part in found if len(part) <= LONGEST_ID]
    if len(short) < len(found):
        cell.remark("list-part", expected=REFERENCE.expected)
    return short


def _user_ids(text: str, cell: Cell) -> str:
    found = USER_ID.findall(text)
    if USER_ID.sub("", text).strip(" ,;"):
        cell.remark("list-part", expected=USER_IDS.expected)
    return as_json([{"type": kind.strip(), "identifier": name.strip()} for kind, name in found])


def _scale_values(text: str, cell: Cell) -> str:
    """Read `{A:90-100},{Pass:50}`; in REST the score or range stands left (specification 2.3)."""
    found = SCALE_VALUE.findall(text)
    if SCALE_VALUE.sub("", text).strip(" ,;"):
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
REFERENCE = Type("a sourcedId of at most 255 characters", "", longest=LONGEST_ID)
DATE_ONLY = Type("a date such as 2026-08-31", None, _date)
MOMENT = Type("a date such as 2026-08-31", None, _moment)
YEAR = Type("a year such as 2027", "", _year)
NUMBER = Type("a number such as 12.5", None, _number)
WHOLE = Type("a whole number such as 25", None, _whole)
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
