"""A body's values: from what vendors send to the columns of a row, or a refusal naming the field.

The table of fields that documents are made by (`roster/dialects/fields.py`) says what a field is.
References may hold a sourcedId alone, a date may come with a time, and a moment without one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from roster.clock import stamp
from roster.dialects.composing import BASE
from roster.dialects.fields import FIELDS, V11, Field, Type
from roster.grading.refusals import Invalid
from roster.models.fields import LONGEST_ID
from roster.reading.instants import instant

DAY = re.compile(r"\d{4}-\d\d-\d\d")

COLUMNS = {
    "class": "klass",
    "learningObjectiveSet": "learning_objectives",
    "scoreScaleValue": "values",
    "parentAssessmentLineItem": "parent",
}
"""Columns that aren't named like their field."""

ALWAYS = ("title", "scoreStatus", "lineItem", "assessmentLineItem", "student", "type")
"""Required fields that can't be completed; others that are required are, or are refused later."""

Values = dict[str, Any]
"""A row's columns as JSON: days and moments as text, references by sourcedId."""


def column_of(field: str) -> str:
    return COLUMNS.get(field) or re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", field)


class Body:
    """One record's body; `at` is where it stands in the request, for the words of a refusal."""

    def __init__(self, version: str, collection: str, time_zone: str, at: str = "") -> None:
        self.version = version
        self.fields = {field.name: field for field in FIELDS[version][collection]}
        self.zone = ZoneInfo(time_zone)
        self.at = at
        self.overlooked: list[str] = []

    def values(self, body: Any, fixed: Values) -> Values:
        """Return the columns of what is sent, and those that the path has `fixed`.

        Unknown fields are refused in 1.2, and `overlooked` in 1.1.
        """
        if not isinstance(body, dict):
            raise self.invalid("", "must be an object.")
        self._look_over(body)
        found: Values = {}
        for name, field in self.fields.items():
            value = body.get(name)
            if name in BASE or value is None or value == "":
                continue
            found[column_of(name)] = self._read(field, value, name)
        names = {column_of(name): name for name in self.fields}
        for column, value in fixed.items():
            if found.setdefault(column, value) != value:
                raise self.invalid(names[column], "must be that of the address.")
        for name in ALWAYS:
            if name in self.fields and column_of(name) not in found:
                raise self.invalid(name, "is required.")
        return found

    def sourced_id(self, body: Any) -> str:
        """Return the body's own sourcedId, blank where it has none."""
        value = body.get("sourcedId", "") if isinstance(body, dict) else ""
        if not isinstance(value, str) or len(value) > LONGEST_ID or "\0" in value:
            raise self.invalid("sourcedId", "must be a text of up to 255 characters.")
        return value

    def invalid(self, field: str, why: str) -> Invalid:
        return Invalid(f"{self.at}{field}" or "The body", why)

    def _look_over(self, body: dict[str, Any]) -> None:
        unknown = [name for name in body if name not in self.fields]
        if unknown and self.version != V11:
            raise self.invalid(str(unknown[0])[:64], "is no field of this record.")
        self.overlooked += unknown
        status = body.get("status", "active")
        if status not in ("active", None, ""):
            raise self.invalid("status", "must be active; DELETE removes a record.")

    def _read(self, field: Field, value: Any, name: str) -> Any:
        return READERS[field.type](self, field, value, name)

    def _text(self, field: Field, value: Any, name: str) -> str:
        if not isinstance(value, str) or "\0" in value or not _is_text(value):
            raise self.invalid(name, "must be a text.")
        words = field.words
        if words is None or value in words.of(self.version):
            return value
        if words.extends(self.version) and re.fullmatch(words.pattern, value):
            return value
        raise self.invalid(name, f"must be one of {', '.join(words.of(self.version))}.")

    def _flag(self, field: Field, value: Any, name: str) -> bool:
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if isinstance(value, bool):
            return value
        raise self.invalid(name, "must be true or false.")

    def _number(self, field: Field, value: Any, name: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.invalid(name, "must be a number.")
        if abs(value) > 1e300 or not math.isfinite(value):
            raise self.invalid(name, "is too large.")
        return float(value)

    def _moment(self, field: Field, value: Any, name: str) -> str:
        if isinstance(value, str) and DAY.fullmatch(value.strip()):
            # Without a time it is midnight at the district's.
            day = self._day(field, value, name)
            return stamp(datetime.combine(date.fromisoformat(day), datetime.min.time(), self.zone))
        moment = instant(value) if isinstance(value, str) else None
        if moment is None or not 1 < moment.year < 9999:
            raise self.invalid(name, "must be a date and time such as 2026-02-11T08:15:30Z.")
        return stamp(moment)

    def _day(self, field: Field, value: Any, name: str) -> str:
        text = value.strip() if isinstance(value, str) else ""
        moment = instant(text) if DAY.match(text) else None
        if moment is None:
            raise self.invalid(name, "must be a date such as 2026-02-11.")
        if DAY.fullmatch(text):
            return text
        # The day it is at the district's, as the vendor's user saw it.
        return moment.astimezone(self.zone).date().isoformat()

    def _reference(self, field: Field, value: Any, name: str) -> str:
        named = value.get("sourcedId") if isinstance(value, dict) else None
        if not isinstance(named, str) or not named or "\0" in named or not _is_text(named):
            raise self.invalid(name, 'must be a reference: {"sourcedId": "…"}.')
        return named

    def _metadata(self, field: Field, value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict) or not _is_text(str(value)) or "\\x00" in repr(value):
            raise self.invalid(name, "must be an object.")
        return value

    def _strings(self, field: Field, value: Any, name: str) -> list[str]:
        return [self._text(field, each, f"{name}[{at}]") for at, each in self._many(value, name)]

    def _objects(self, field: Field, value: Any, name: str) -> list[dict[str, Any]]:
        found = []
        for at, each in self._many(value, name):
            if not isinstance(each, dict):
                raise self.invalid(f"{name}[{at}]", "must be an object.")
            known = {part.name: part for part in field.parts}
            unknown = [part for part in each if part not in known]
            if unknown and self.version != V11:
                raise self.invalid(f"{name}[{at}].{str(unknown[0])[:64]}", "is no field.")
            parts = {}
            for part in field.parts:
                given = each.get(part.name)
                if given is None or given == "":
                    if part.required:
                        raise self.invalid(f"{name}[{at}].{part.name}", "is required.")
                    continue
                parts[part.name] = self._read(part, given, f"{name}[{at}].{part.name}")
            found.append(parts)
        return found

    def _many(self, value: Any, name: str) -> Iterator[tuple[int, Any]]:
        if not isinstance(value, list):
            raise self.invalid(name, "must be a list.")
        return enumerate(value)


READERS: dict[Type, Any] = {
    Type.STRING: Body._text,
    Type.INSTANT: Body._moment,
    Type.DATE: Body._day,
    Type.BOOLEAN: Body._flag,
    Type.NUMBER: Body._number,
    Type.REFERENCE: Body._reference,
    Type.METADATA: Body._metadata,
    Type.STRINGS: Body._strings,
    Type.OBJECTS: Body._objects,
}


def _is_text(value: str) -> bool:
    """Return whether a text can be kept: half a surrogate pair can't."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
