"""What a decision says about a record besides that it is visible: the arguments of its document.

`answers` gives them as values to the dialect functions, `keys` as one number for each row. Equal
keys of a row mean equal arguments and so equal documents, in every map and for every reader:
hashes are of ids and words, never of positions or codes. Optional references are what most of it
is, and a table says which there are; what a user is shown with is in `users.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from roster.deciding.decision import Decision
from roster.deciding.naming import is_named, places_of
from roster.deciding.users import answers_about_users, hashes
from roster.dialects.documents import RENDERING
from roster.dialects.fields import FIELDS
from roster.dialects.references import Place
from roster.kinds import ROWS_OF
from roster.map.arrays import Hashes, hash_of, mixed
from roster.map.contents import listed
from roster.map.models import PRESENT


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
SCORE_SCALE = Reference("score_scale", "score_scale", field="scoreScale")

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
        Reference("org", "org", field="school"),
        Reference("period", "session", field="gradingPeriod"),
        Reference("session", "session", field="academicSession"),
        SCORE_SCALE,
    ),
    "results": (SCORE_SCALE,),
    "assessmentLineItems": (
        Reference("section", "section", field="class"),
        Reference("parent", "assessment_line_item", field="parentAssessmentLineItem"),
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
    total += np.uint64(hash_of(_form(d, collection, hidden.difference(PRESENT[kind]))))
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
    """Yield the answer about each of these rows, in their order: by field what it says of that."""
    at = [int(each) for each in positions]
    if collection == "users":
        yield from answers_about_users(d, at)
        return
    asked = _Asked(d, getattr(d.map, ROWS_OF[collection]), np.array(at, np.int64))
    columns = {each.name: asked.led_to(each) for each in REFERENCES.get(collection, ())}
    columns |= {name: ask(asked) for name, ask in OTHERS.get(collection, {}).items()}
    values = zip(*columns.values(), strict=True) if columns else repeat((), len(at))
    yield from (dict(zip(columns, each, strict=True)) for each in values)


class _Asked(NamedTuple):
    """Rows of a kind, of which those at these positions are asked about."""

    d: Decision
    rows: Any
    at: NDArray[np.int64]

    def led_to(self, reference: Reference) -> Iterator[Any]:
        """Yield for each row what its reference leads to, or its references, if it is visible."""
        values, visible = getattr(self.rows, reference.column), is_named(self.d, reference.kind)
        known: Any = self.d.map.ids[reference.kind]
        if reference.kind == "org":
            known = places_of(self.d.map)
        if reference.many:
            return ([known[row] for row in found if visible[row]] for found in values.each(self.at))
        found = np.where(visible[values], values, -1)[self.at].tolist()
        return (known[row] if row >= 0 else None for row in found)

    def places(self, orgs: NDArray[Any]) -> Iterator[Place]:
        return map(places_of(self.d.map).__getitem__, orgs.tolist())


def _school(asked: _Asked) -> Iterator[Place]:
    return asked.places(asked.rows.school[asked.at])


def _school_of_item(asked: _Asked) -> Iterator[Place]:
    """Yield the school of each line item: its own if that is visible, else its class's."""
    own, section = asked.rows.org[asked.at], asked.rows.section[asked.at]
    visible = is_named(asked.d, "org")[own]
    return asked.places(np.where(visible, own, asked.d.map.section.school[section]))


def _class_of_result(asked: _Asked) -> Iterator[str]:
    m, item = asked.d.map, asked.rows.line_item[asked.at]
    return map(m.ids["section"].__getitem__, m.line_item.section[item].tolist())


def _year(asked: _Asked) -> Iterator[str]:
    return map(asked.d.map.years.words.__getitem__, asked.rows.school_year[asked.at].tolist())


OTHERS: dict[str, dict[str, Callable[[_Asked], Iterator[Any]]]] = {
    "academicSessions": {"schoolYear": _year},
    "classes": {"school": _school},
    "enrollments": {"school": _school},
    "lineItems": {"school": _school_of_item},
    "results": {"class": _class_of_result},
}
"""What answers say of other fields."""
