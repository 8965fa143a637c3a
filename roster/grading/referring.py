"""What a write names must be visible to who writes: else it is an unknown reference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from roster import reading
from roster.dialects.composing import parse
from roster.dialects.fields import V11
from roster.dialects.references import Place
from roster.grading.accepting import Body, Values
from roster.grading.refused import named_in
from roster.reading.source import Source
from roster.written import WIDTH, Reach

Document = dict[str, Any]


class Named(NamedTuple):
    """A record that the writer sees: its key, negative where a vendor wrote it, and document."""

    key: int
    document: Document


class Referred(NamedTuple):
    """What a record depends on, by key, and what its document says of it.

    `period` is the grading period of a line item, or of a result's line item.
    """

    klass: int = 0
    person: int = 0
    category: int = 0
    item: int = 0
    school: Place = Place("")
    klass_id: str = ""
    period: str = ""


Found = dict[tuple[str, str], tuple[int, bytes] | None]
"""The keys and documents of records by collection and id, as one request has found them."""


NAMED = {
    "class": "classes",
    "student": "users",
    "category": "categories",
    "lineItem": "lineItems",
    "assessmentLineItem": "assessmentLineItems",
}
"""The fields by which many bodies name many records, and of which collection these are."""


def look_up(source: Source, bodies: Sequence[Any], found: Found) -> None:
    """Find what bodies name, all of a collection at once."""
    for field, collection in NAMED.items():
        ids = {named_in(body, field) for body in bodies} - {""}
        there = reading.found_all(source, collection, ids)
        found.update({(collection, each): there.get(each) for each in ids})


class References:
    """Finds what the values of one record name; `found` is what was found of it for others."""

    def __init__(self, source: Source, reach: Reach, body: Body, found: Found) -> None:
        self.source = source
        self.reach = reach
        self.body = body
        self.found = found

    def of(self, collection: str, values: Values) -> Referred:
        """Return what a record of a collection refers to; `Invalid` names what isn't visible."""
        self._optional(values, "score_scale", "scoreScale", "scoreScales")
        if collection == "categories":
            return Referred()
        if collection == "lineItems":
            return self._line_item(values)
        if collection == "results":
            return self._result(values)
        if collection == "scoreScales":
            klass = self._class(values)
            self._optional(values, "course", "course", "courses")
            return Referred(klass=klass.key, klass_id=values["klass"])
        if collection == "assessmentLineItems":
            return self._assessment(values)
        return self._assessment_result(values)

    def _line_item(self, values: Values) -> Referred:
        klass = self._class(values)
        category = self._find(values, "category", "category", "categories")
        school = klass.document["school"]["sourcedId"]
        if values.setdefault("school", school) != school:
            raise self.body.invalid("school", "must be the class's school.")
        self._optional(values, "academic_session", "academicSession", "academicSessions")
        self._optional(values, "grading_period", "gradingPeriod", "academicSessions")
        period = self._period(values, klass.document)
        return Referred(
            klass=klass.key,
            category=category.key,
            school=Place(school, is_school=True, typed_school=True),
            klass_id=values["klass"],
            period=period,
        )

    def _period(self, values: Values, klass: Document) -> str:
        """Return the grading period that is named, else the one in which the due date falls."""
        sessions, named = _sessions(self.source), values.get("grading_period", "")
        if named:
            years = {sessions[each].year for each in terms_of(klass) if each in sessions}
            if years and sessions[named].year not in years:
                raise self.body.invalid("gradingPeriod", "belongs to another year than the class.")
            return str(named)
        due = datetime.fromisoformat(values["due_date"]).astimezone(self.body.zone)
        found = period_of(sessions, terms_of(klass), due.date().isoformat())
        if not found and self.body.version == V11:
            raise self.body.invalid(
                "gradingPeriod",
                "is required: no grading period of the class's terms holds the due date.",
            )
        return found

    def _result(self, values: Values) -> Referred:
        item = self._find(values, "line_item", "lineItem", "lineItems")
        student = self._find(values, "student", "student", "users")
        named = item.document["class"]["sourcedId"]
        if values.setdefault("klass", named) != named:
            raise self.body.invalid("class", "must be the line item's class.")
        klass = self._class(values)
        if not self.reach["pairs"].has(klass.key * WIDTH + student.key):
            raise self.body.invalid("student", "is and was not enrolled in the class this year.")
        period = period_in(item.document)
        return Referred(klass.key, student.key, item=item.key, klass_id=named, period=period)

    def _assessment(self, values: Values) -> Referred:
        self._optional(values, "parent", "parentAssessmentLineItem", "assessmentLineItems")
        if values.get("klass"):
            return Referred(klass=self._class(values).key, klass_id=values["klass"])
        if not self.reach.everywhere:
            raise self.body.invalid("class", "is required where not all schools are shared.")
        return Referred()

    def _assessment_result(self, values: Values) -> Referred:
        name = "assessmentLineItem"
        item = self._find(values, "assessment_line_item", name, "assessmentLineItems")
        student = self._find(values, "student", "student", "users")
        return Referred(person=student.key, item=item.key)

    def _class(self, values: Values) -> Named:
        found = self._find(values, "klass", "class", "classes")
        if not self.reach["classes"].has(found.key):
            raise self.body.invalid("class", "is not known.")
        return found

    def _find(self, values: Values, column: str, field: str, collection: str) -> Named:
        if column not in values:
            raise self.body.invalid(field, "is required.")
        name = collection, values[column]
        if name not in self.found:
            self.found[name] = reading.found(self.source, *name)
        found = self.found[name]
        if found is None:
            raise self.body.invalid(field, "is not known.")
        document = parse(found[1])
        if document["status"] != "active":
            raise self.body.invalid(field, "was removed.")
        return Named(found[0], document)

    def _optional(self, values: Values, column: str, field: str, collection: str) -> None:
        if values.get(column):
            self._find(values, column, field, collection)


class Session(NamedTuple):
    """An academic session as it is published."""

    sourced_id: str
    type: str
    start: str
    end: str
    year: str
    parent: str


def terms_of(klass: Document) -> set[str]:
    return {each["sourcedId"] for each in klass.get("terms", ())}


def period_in(item: Document) -> str:
    """Return the grading period that a line item's document names; blank for none."""
    return str(item.get("gradingPeriod", {}).get("sourcedId", ""))


def period_of(sessions: dict[str, Session], terms: set[str], day: str) -> str:
    """Return the grading period of a class's terms in which a day falls; none is blank."""
    fitting = [
        each
        for each in sessions.values()
        if each.type == "gradingPeriod"
        and each.start <= day < each.end
        and terms & _family(each.sourced_id, sessions, terms)
    ]
    first = min(fitting, key=lambda each: (each.start, each.sourced_id), default=None)
    return first.sourced_id if first else ""


def _family(sourced_id: str, sessions: dict[str, Session], terms: set[str]) -> set[str]:
    """Return a session with all above it, and those of the terms that it is above."""
    found = _above(sourced_id, sessions)
    return found | {term for term in terms if sourced_id in _above(term, sessions)}


def _above(sourced_id: str, sessions: dict[str, Session]) -> set[str]:
    found: set[str] = set()
    while sourced_id in sessions and sourced_id not in found:
        found.add(sourced_id)
        sourced_id = sessions[sourced_id].parent
    return found


def _sessions(source: Source) -> dict[str, Session]:
    return _sessions_at(_Key(source.publication, source.revision, source))


class _Key:
    """A publication at a revision; the source is only how it is read."""

    def __init__(self, publication: int, revision: int, source: Source) -> None:
        self.state = publication, revision
        self.source = source

    def __hash__(self) -> int:
        return hash(self.state)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.state == other.state


@lru_cache(64)
def _sessions_at(key: _Key) -> dict[str, Session]:
    total = reading.page(key.source, "academicSessions", None, 0, 100_000)
    found = {}
    for text in total.documents:
        said = parse(text)
        found[said["sourcedId"]] = Session(
            said["sourcedId"],
            said["type"],
            said["startDate"],
            said["endDate"],
            said["schoolYear"],
            said.get("parent", {}).get("sourcedId", ""),
        )
    return found
