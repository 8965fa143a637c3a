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
from roster.map.arrays import Flags, mixed
from roster.map.packed import Values

NAMED = {
    "klass": ("section", "section", "classes"),
    "school": ("org", "org", "orgs"),
    "user": ("person", "person", "users"),
}
"""What each field names: its column in the map, the kind, and the file."""


KINDS = {"enrollments": "enrollment", "users": "person"}
"""The files whose rows are looked at here, and their kind in the map."""


class Wrong(NamedTuple):
    """What is told of a field of some rows, or of the rows as such."""

    code: str
    field: str
    flags: Flags
    facts: dict[str, str]


def check(stage: Stage, rows: KnownRows, m: Map, findings: Findings) -> None:
    """Report what is wrong with those rows of the map that are rows of a file."""
    columns = {column.field: column.name for column in stage.file.columns} | {"": ""}
    records_of = m.tables[KINDS[stage.name]].values["record"]
    for wrong in _of_people(m) if stage.name == "users" else _of_enrollments(m):
        records = records_of[wrong.flags]
        numbers = rows.row_of(records)
        records, numbers = records[numbers > 0], numbers[numbers > 0]
        found = Found(len(numbers), _kept(stage, wrong.field, records, numbers))
        tell(findings, stage, wrong.code, columns[wrong.field], found, **wrong.facts)


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
    order = np.argsort(values)
    same = np.append(False, values[order[1:]] == values[order[:-1]])
    found = np.zeros(len(values), np.bool_)
    found[order] = same[: len(values)] | np.append(same[1:], False)[: len(values)]
    return found


def _of_enrollments(m: Map) -> Iterator[Wrong]:
    live = m.tables["enrollment"].values["live"]
    for wrong in (*_unknown(m), *_contradictions(m)):
        yield wrong._replace(flags=wrong.flags & live)


def _unknown(m: Map) -> Iterator[Wrong]:
    values = m.tables["enrollment"].values
    for field, (column, kind, file) in NAMED.items():
        flags = (values[column] != 0) & (m.ids[kind].find(values[column]) < 0)
        yield Wrong("reference-unknown", field, flags, {"target": FILES[file].filename})


def _contradictions(m: Map) -> Iterator[Wrong]:
    values = m.tables["enrollment"].values
    at = m.ids["section"].find(values["section"])
    school = np.append(m.tables["section"].values["school"], np.uint64(0))[at]
    differs = (values["org"] != 0) & (school != 0) & (values["org"] != school)
    yield Wrong("enrollment-school", "school", differs, {})
    yield Wrong("enrollment-twice", "user", _overlaps(values), {})
    yield Wrong("enrollment-role", "role", _lacks_role(m), {})


def _overlaps(values: Values) -> Flags:
    """Return which begin before the one before them ends, of the same person as the same."""
    live = np.flatnonzero(values["live"])
    alike = mixed(values["person"], 0) + mixed(values["section"], 1) + mixed(values["role"], 2)
    alike = alike[live]
    order = np.lexsort((values["begin_date"][live], alike))
    same = alike[order[1:]] == alike[order[:-1]]
    order = live[order]
    found = np.zeros(len(values["live"]), np.bool_)
    found[order[1:]] = same & (values["begin_date"][order[1:]] < values["end_date"][order[:-1]])
    return found


def _lacks_role(m: Map) -> Flags:
    """Return which are as a student or as staff, where the person has roles and none such."""
    values, roles, people = m.tables["enrollment"].values, m.tables["role"].values, m.ids["person"]
    at, owners = people.find(values["person"]), people.find(roles["person"])
    student = m.words["roles"].code("student")

    def having(some: Flags) -> Flags:
        there = np.zeros(len(people) + 1, np.bool_)
        there[owners[some]] = True
        there[-1] = False
        return there[at]

    studies, works = having(roles["role"] == student), having(roles["role"] != student)
    return (studies | works) & ~np.where(values["role"] == student, studies, works)
