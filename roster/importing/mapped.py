"""Looks in the map for enrollments that name nobody or contradict others, and for people alike.

A district has more of them than of all else: what takes the database a look at every row for each
question is a few comparisons of the map's arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from roster.importing.contradictions import tell
from roster.importing.files import FILES
from roster.importing.findings import KEPT, Findings
from roster.importing.known import KnownRows
from roster.importing.staging import Found, Stage
from roster.map import Map
from roster.map.arrays import Flags

NAMED = {
    "klass": ("section", "classes"),
    "school": ("org", "orgs"),
    "user": ("person", "users"),
}
"""What each field names: its column in the map, and the file."""

KINDS = {"enrollments": "enrollment", "users": "person"}
"""The files whose rows are looked at here, and their kind in the map."""


class Wrong(NamedTuple):
    """What is told of a field of some rows, or of the rows as such."""

    code: str
    field: str
    flags: Flags
    facts: dict[str, str]


def check(stage: Stage, rows: KnownRows, m: Map, findings: Findings) -> None:
    """Report what is wrong with those live rows of the map that are rows of a file."""
    columns = {column.field: column.name for column in stage.file.columns} | {"": ""}
    for wrong in _of_people(m) if stage.name == "users" else _of_enrollments(m):
        records = _live(m, KINDS[stage.name], "record")[wrong.flags]
        numbers = rows.row_of(records)
        records, numbers = records[numbers > 0], numbers[numbers > 0]
        found = Found(len(numbers), _kept(stage, wrong.field, records, numbers))
        tell(findings, stage, wrong.code, columns[wrong.field], found, **wrong.facts)


def _live(m: Map, kind: str, column: str) -> Any:
    """Return what a column of the map's tables says of live rows."""
    values = m.tables[kind].values
    return values[column][values["live"]] if "live" in values else values[column]


def _kept(stage: Stage, field: str, records: Any, numbers: Any) -> list[tuple[int, str, str]]:
    """Return row, id and value of the first."""
    if not len(records):
        return []
    first = np.argsort(numbers)[:KEPT]
    row_of = dict(zip(records[first].tolist(), numbers[first].tolist(), strict=True))
    model: Any = stage.model
    rows = model.objects.filter(pk__in=row_of).values_list("pk", "sourced_id", field or "pk")
    return sorted((row_of[pk], each, value if field else "") for pk, each, value in rows)


def _of_people(m: Map) -> Iterator[Wrong]:
    values, roles = m.tables["person"].values, m.tables["role"].values
    yield Wrong("user-without-role", "", ~np.isin(values["hash"], roles["person"]), {})
    for field in ("username", "email"):
        shared = _several(values[f"{field}_alike"]) & values[field].astype(np.bool_)
        yield Wrong(f"{field}-twice", field, shared, {})


def _several(values: Any) -> Flags:
    """Return which values are there more than once."""
    ordered = np.sort(values)
    several = np.append(ordered[1:][ordered[1:] == ordered[:-1]], ordered[-1:])
    at = np.searchsorted(several[:-1], values)
    return (several[at] == values) & (at < len(several) - 1)


def _of_enrollments(m: Map) -> Iterator[Wrong]:
    yield from _unknown(m)
    yield Wrong("enrollment-school", "school", _differs(m), {})
    yield Wrong("enrollment-twice", "user", _overlaps(m), {})
    yield Wrong("enrollment-role", "role", _lacks_role(m), {})


def _unknown(m: Map) -> Iterator[Wrong]:
    for field, (column, file) in NAMED.items():
        missing = getattr(m.enrollment, column)[:-1] < 0
        flags = missing & (_live(m, "enrollment", column) != 0)
        yield Wrong("reference-unknown", field, flags, {"target": FILES[file].filename})


def _differs(m: Map) -> Flags:
    """Return which name another school than their class does."""
    schools = np.append(m.tables["section"].values["school"], np.uint64(0))
    named, of_class = _live(m, "enrollment", "org"), schools[m.enrollment.section[:-1]]
    return (named != 0) & (of_class != 0) & (named != of_class)


def _overlaps(m: Map) -> Flags:
    """Return which begin before the one before them ends, of the same person as the same."""
    rows = m.enrollment
    alike = rows.person[:-1] * np.int64(len(m.ids["section"])) + rows.section[:-1]
    alike = alike * len(m.roles.words) + rows.role[:-1]
    at = np.flatnonzero(_several(alike) & (rows.person[:-1] >= 0) & (rows.section[:-1] >= 0))
    begin, end = (_live(m, "enrollment", f"{each}_date")[at] for each in ("begin", "end"))
    alike = alike[at]
    order = np.lexsort((begin, alike))
    same = alike[order[1:]] == alike[order[:-1]]
    found = np.zeros(len(rows.person) - 1, np.bool_)
    found[at[order[1:]]] = same & (begin[order[1:]] < end[order[:-1]])
    return found


def _lacks_role(m: Map) -> Flags:
    """Return which are as a student or as staff, where the person has roles and none such."""
    student, at = m.roles.code("student"), m.enrollment.person[:-1]

    def having(some: Flags) -> Flags:
        there = np.zeros(len(m.ids["person"]) + 1, np.bool_)
        there[m.role.person[some]] = True
        there[-1] = False
        return there[at]

    studies, works = having(m.role.role == student), having(m.role.role != student)
    return (studies | works) & ~np.where(m.enrollment.role[:-1] == student, studies, works)
