"""The forms in which a column of dates is written: the one that fits all of it, or none.

OneRoster's own form can always be read. Any other is read only where it is the one that fits
every date of its column: `03/04/2027` alone may be a day in March or in April.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from roster.importing.findings import Findings

ISO, YEAR_FIRST = "iso", "year first"
TITLES = {
    ISO: "2026-08-31",
    YEAR_FIRST: "year, month, day",
    "month first": "month, day, year",
    "day first": "day, month, year",
    "month named": "with the month's name",
    "serial": "days since 1900, as spreadsheets count them",
}
PLAIN = re.compile(r"\d{4}-\d\d-\d\d")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august",
               "september", "october", "november", "december")  # fmt: skip
NAMED = {name: n for names in (MONTHS, LONG_MONTHS) for n, name in enumerate(names, 1)} | {
    "sept": 9
}
TIME = re.compile(
    r"[T ]\s*([01]?\d|2[0-4]):[0-5]\d(:[0-5]\d(\.\d+)?)?\s*([AaPp][Mm])?"
    r"\s*(Z|z|UTC|[-+][01]\d:?[0-5]\d)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_NAMED = re.compile(
    r"(?P<day>\d{1,2})[-/. ]\s*(?P<month>[A-Za-z]{3,9})\.?[-/., ]\s*(?P<year>\d{4})"
    r"|(?P<month2>[A-Za-z]{3,9})\.?[- ]\s*(?P<day2>\d{1,2})[-, ]\s*(?P<year2>\d{4})"
)
_SERIAL = re.compile(r"([2-7]\d{4})(\.0+)?")
MOST = 20_000  # Different dates of a column that are known by heart.


def _iso(text: str) -> date | None:
    return date.fromisoformat(text) if PLAIN.fullmatch(text) else None


def _year_first(text: str) -> date | None:
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return None
    year, _, month, day, *close = found.groups()
    return _date(year, month, day) if year else _date(*close)


def _month_first(text: str) -> date | None:
    found = _YEAR_LAST.fullmatch(text)
    return found and _date(found[4], found[1], found[3])


def _day_first(text: str) -> date | None:
    found = _YEAR_LAST.fullmatch(text)
    return found and _date(found[4], found[3], found[1])


def _month_named(text: str) -> date | None:
    found = _NAMED.fullmatch(text)
    if not found:
        return None
    month = NAMED.get((found["month"] or found["month2"]).lower())
    year, day = found["year"] or found["year2"], found["day"] or found["day2"]
    return date(int(year), month, int(day)) if month else None


def _serial(text: str) -> date | None:
    found = _SERIAL.fullmatch(text)
    return found and date(1899, 12, 30) + timedelta(days=int(found[1]))


def _date(*numbers: str) -> date:
    year, month, day = map(int, numbers)
    return date(year, month, day)


READING: dict[str, Callable[[str], date | None]] = dict(
    zip(
        TITLES,
        (_iso, _year_first, _month_first, _day_first, _month_named, _serial),
        strict=True,
    )
)


@lru_cache(maxsize=MOST)
def read(text: str, form: str) -> str:
    """Return a date of a form as `YYYY-MM-DD`, its time left away; blank if it is none."""
    time = TIME.search(text)
    day = text[: time.start()] if time and time.end() == len(text) else text
    try:
        found = READING[form](day) if form else None
    except ValueError:
        return ""
    return found.isoformat() if found else ""


class DateColumn:
    """Finds out, date by date, which forms fit a whole column. `seen` are the cells looked at."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._fit = set(READING)

    def add(self, cell: str, text: str) -> None:
        """Look at a cell, whose cleaned text is `text`."""
        if len(self.seen) < MOST:
            self.seen.add(cell)
        if text and self._fit:
            self._fit = {form for form in self._fit if read(text, form)}

    @property
    def form(self) -> str:
        """Return the form that the column is in; blank where none or more than one fits."""
        if ISO in self._fit:
            return ISO
        [form, *others] = sorted(self._fit) or [""]
        return "" if others else form

    def tell(self, findings: Findings, file: str, column: str) -> None:
        """Add the finding about a column that isn't in OneRoster's form."""
        titles = " or ".join(TITLES[form] for form in TITLES if form in self._fit)
        if self.form and self.form != ISO:
            findings.add("dates-form", file, column=column, form=titles)
        elif not self.form:
            code = "dates-ambiguous" if titles else "dates-mixed"
            findings.add(code, file, column=column, form=titles)
