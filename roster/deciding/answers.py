"""What a decision says about a record besides that it is visible: the arguments of its document.

`answers` gives them as values to the dialect functions, `keys` as one number for each row. Equal
keys of a row mean equal arguments and so equal documents, in every map and for every reader:
hashes are of ids and words, never of positions or codes. Optional references are what most of it
is, and a table says which there are; what a user is shown with is in `users.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from roster.deciding.decision import Decision
from roster.deciding.naming import is_named, places_of
from roster.deciding.users import answers_about_users, hashes
from roster.dialects import gradebook, places, teaching
from roster.dialects.documents import RENDERING
from roster.dialects.fields import FIELDS
from roster.dialects.references import Place
from roster.kinds import ROWS_OF
from roster.map.arrays import Hashes, hash_of, mixed
from roster.map.contents import listed
from roster.map.sources import PRESENT


class Reference(NamedTuple):
    """An optional reference, or `many`: the column of the map and the kind that it leads to.

    `field` is the document's, where it is called otherwise.
    """

    column: str
    kind: str
    many: bool = False
    field: str = ""

    @property
    def name(self) -> str:
        return self.field or self.column


RESOURCES = Reference("resources", "resource", many=True)
SCORE_SCALE = Reference("score_scale", "score_scale")

REFERENCES: dict[str, tuple[Reference, ...]] = {
    "academicSessions": (
        Reference("parent", "session"),
        Reference("children", "session", many=True),
    ),
    "orgs": (Reference("parent", "org"), Reference("children", "org", many=True)),
    "courses": (
        Reference("school_year", "session", field="schoolYear"),
        Reference("org", "org"),
        RESOURCES,
    ),
    "classes": (Reference("terms", "session", many=True), RESOURCES),
    "scoreScales": (Reference("course", "course_row"),),
    "lineItems": (
        Reference("org", "org"),
        Reference("period", "session"),
        Reference("session", "session"),
        SCORE_SCALE,
    ),
    "results": (SCORE_SCALE,),
    "assessmentLineItems": (
        Reference("section", "section"),
        Reference("parent", "assessment_line_item"),
        SCORE_SCALE,
    ),
    "assessmentResults": (SCORE_SCALE,),
}


def keys(d: Decision, collection: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return for each row of a collection's kind the hash of its document's arguments."""
    kind = ROWS_OF[collection]
    rows, hidden = getattr(d.map, kind), _hidden(d, collection)
    bits = sum(1 << bit for bit, name in enumerate(PRESENT[kind]) if name in hidden)
    total = mixed(rows.content, 40) + mixed(rows.present & np.uint64(bits), 51)
    total += np.uint64(hash_of(_form(d, collection, hidden - PRESENT[kind].keys())))
    if collection == "users":
        total += hashes(d)
    for salt, reference in enumerate(REFERENCES.get(collection, ()), 41):
        total += _hashes(d, rows, reference, salt, is_hidden=reference.name in hidden)
    return mixed(total, 50)[:-1].view(np.int64)


def _hidden(d: Decision, collection: str) -> frozenset[str]:
    """Return the fields that the version has and the reader doesn't get."""
    return d.hidden(collection) & {known.name for known in FIELDS[d.version][collection]}


def _form(d: Decision, collection: str, hidden: frozenset[str]) -> str:
    """Return all that is the same for every row of a collection.

    Hidden fields are, unless it is known which rows have them, or what they refer to: of users
    it is known of all, in `users.py`.
    """
    if collection == "users":
        hidden = frozenset()
    names = ",".join(sorted(hidden - {each.name for each in REFERENCES.get(collection, ())}))
    return f"{d.version} {collection} {RENDERING[collection]} {names}"


def _hashes(d: Decision, rows: Any, reference: Reference, salt: int, *, is_hidden: bool) -> Hashes:
    values, kind = getattr(rows, reference.column), reference.kind
    visible = d.none(kind) if is_hidden else is_named(d, kind)
    if reference.many:
        ids = np.where(visible, mixed(getattr(d.map, kind).hash, salt), np.uint64(0))
        return mixed(listed(values, ids), salt)
    return mixed(visible[values].astype(np.uint64), salt)


def answers(d: Decision, collection: str, positions: Iterable[int]) -> Iterator[Any]:
    """Yield the answer about each of these rows, in their order."""
    at = [int(each) for each in positions]
    if collection == "users":
        yield from answers_about_users(d, at)
    elif collection in ANSWERS:
        yield from ANSWERS[collection](_Answering(d, collection, at))
    else:
        yield from (None for _ in at)


class _Answering:
    """Reads the references of some rows of a collection."""

    def __init__(self, d: Decision, collection: str, at: list[int]) -> None:
        self.d = d
        self.m = d.map
        self.at = np.array(at, np.int64)
        self.rows = getattr(d.map, ROWS_OF[collection])
        self.places = places_of(d.map)
        self.kinds = {each.column: each.kind for each in REFERENCES.get(collection, ())}

    def one(self, column: str) -> list[int]:
        """Return for each row where its reference leads, -1 where that isn't visible."""
        values, visible = getattr(self.rows, column)[self.at], is_named(self.d, self.kinds[column])
        return [*np.where(visible[values], values, -1).tolist()]

    def many(self, column: str) -> Iterator[list[int]]:
        """Yield for each row where those of its references lead that are visible."""
        lists, visible = getattr(self.rows, column), is_named(self.d, self.kinds[column])
        for found in lists.each(self.at):
            yield [each for each in found if visible[each]]

    def id(self, column: str) -> Iterator[str]:
        ids = self.m.ids[self.kinds[column]]
        return (ids[each] for each in self.one(column))

    def ids(self, column: str) -> Iterator[list[str]]:
        ids = self.m.ids[self.kinds[column]]
        return ([ids[each] for each in found] for found in self.many(column))

    def place(self, positions: Iterable[int]) -> Iterator[Place | None]:
        return (self.places[each] if each >= 0 else None for each in positions)


def _sessions(a: _Answering) -> Iterator[places.SessionAnswer]:
    words = a.m.years.words
    years = (words[code] for code in a.rows.school_year[a.at].tolist())
    return map(places.SessionAnswer, years, a.id("parent"), a.ids("children"))


def _orgs(a: _Answering) -> Iterator[places.OrgAnswer]:
    for parent, children in zip(a.place(a.one("parent")), a.many("children"), strict=True):
        yield places.OrgAnswer(parent, [a.places[each] for each in children])


def _courses(a: _Answering) -> Iterator[teaching.CourseAnswer]:
    return map(
        teaching.CourseAnswer, a.id("school_year"), a.place(a.one("org")), a.ids("resources")
    )


def _classes(a: _Answering) -> Iterator[teaching.ClassAnswer]:
    schools = (a.places[each] for each in a.rows.school[a.at].tolist())
    return map(teaching.ClassAnswer, schools, a.ids("terms"), a.ids("resources"))


def _enrollments(a: _Answering) -> Iterator[teaching.EnrollmentAnswer]:
    found = [teaching.EnrollmentAnswer(place) for place in a.places]
    return (found[each] for each in a.rows.school[a.at].tolist())


def _score_scales(a: _Answering) -> Iterator[gradebook.ScaleAnswer]:
    return map(gradebook.ScaleAnswer, a.id("course"))


def _line_items(a: _Answering) -> Iterator[gradebook.LineItemAnswer]:
    own, of_class = np.array(a.one("org"), np.int64), a.m.section.school[a.rows.section[a.at]]
    schools = (a.places[each] for each in np.where(own >= 0, own, of_class).tolist())
    return map(
        gradebook.LineItemAnswer, schools, a.id("period"), a.id("session"), a.id("score_scale")
    )


def _results(a: _Answering) -> Iterator[gradebook.ResultAnswer]:
    ids, classes = a.m.ids["section"], a.m.line_item.section[a.rows.line_item[a.at]]
    return map(
        gradebook.ResultAnswer, (ids[each] for each in classes.tolist()), a.id("score_scale")
    )


def _assessment_line_items(a: _Answering) -> Iterator[gradebook.AssessmentAnswer]:
    return map(gradebook.AssessmentAnswer, a.id("section"), a.id("parent"), a.id("score_scale"))


def _assessment_results(a: _Answering) -> Iterator[gradebook.AssessmentResultAnswer]:
    return map(gradebook.AssessmentResultAnswer, a.id("score_scale"))


ANSWERS: dict[str, Callable[[_Answering], Iterator[Any]]] = {
    "academicSessions": _sessions,
    "orgs": _orgs,
    "courses": _courses,
    "classes": _classes,
    "enrollments": _enrollments,
    "scoreScales": _score_scales,
    "lineItems": _line_items,
    "results": _results,
    "assessmentLineItems": _assessment_line_items,
    "assessmentResults": _assessment_results,
}
