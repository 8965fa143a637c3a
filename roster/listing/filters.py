"""Filters on the rows of a kind: which of them a list shows, and which a bulk act is about.

`field=value` is met by rows whose field is or contains the value, `field~text` by those in which
the text occurs, in whatever case. Several filters on one field: one must be met; on several
fields: one of each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from roster.kinds import Kind
from roster.listing.browsing import live
from roster.models import Level, Organization, Role, Status, User
from roster.refusal import Refused

BATCH = 2000

FILTER = re.compile(r"(?P<field>[a-z_]+)(?P<predicate>[=~])(?P<value>.+)", re.DOTALL)

COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "org": {"name": ("name",), "type": ("type",), "parent": ("parent",)},
    "school": {"name": ("name",), "type": ("type",), "parent": ("parent",)},
    "calendar": {"name": ("name",), "school": ("school",), "year": ("year",)},
    "schedule_structure": {"name": ("name",), "school": ("school",), "year": ("year",)},
    "grade_level": {"grade": ("name",), "school": ("school",), "year": ("year",)},
    "person": {"name": ("given_name", "family_name"), "grade": ("grades",)},
    "school_enrollment": {"person": ("person",), "school": ("school",)},
    "district_assignment": {"person": ("person",), "org": ("school",), "school": ("school",)},
    "guardian_link": {"person": ("person",)},
    "course_master": {"name": ("name",)},
    "course": {
        "name": ("name",),
        "course": ("course",),
        "school": ("school",),
        "year": ("year",),
    },
    "section": {
        "name": ("title",),
        "school": ("school",),
        "course": ("course",),
        "term": ("terms",),
        "grade": ("grades",),
        "subject": ("subjects",),
    },
    "grading_task": {"name": ("title",)},
    "enrollment": {
        "section": ("klass",),
        "person": ("user",),
        "school": ("school",),
        "role": ("role",),
    },
    "demographics": {},
    "line_item": {"name": ("title",), "section": ("klass",), "grading_task": ("category",)},
    "result": {"person": ("student",), "line_item": ("line_item",)},
}
"""The fields of each kind, and the columns they are in; several columns read as one text."""


class Filter(NamedTuple):
    field: str
    predicate: str
    value: str

    def is_met_by(self, values: Iterable[str]) -> bool:
        if self.predicate == "=":
            return self.value in values
        return any(self.value.casefold() in value.casefold() for value in values)


def filters_of(kind: Kind, texts: Iterable[str]) -> list[Filter]:
    """Return filters as they were typed; refuse what isn't one, or names no field of the kind."""
    found = []
    for text in texts:
        match = FILTER.fullmatch(text)
        if match is None:
            raise Refused(f"“{text}” is not a filter. Write field=value, or field~text.")
        known = fields_of(kind)
        if match["field"] not in known:
            raise Refused(
                f"Rows of kind {kind.name} can't be chosen by {match['field']}, "
                f"only by {', '.join(known)}."
            )
        found.append(Filter(match["field"], match["predicate"], match["value"]))
    return found


def fields_of(kind: Kind) -> list[str]:
    """Return the fields by which rows of a kind can be chosen."""
    return ["id", *COLUMNS[kind.name], *(field for name, field in ELSEWHERE if name == kind.name)]


def select(organization: Organization, kind: Kind, filters: Iterable[Filter]) -> list[str]:
    """Return the ids of the live rows of a kind that meet the filters, in order."""
    asked: dict[str, list[Filter]] = defaultdict(list)
    for wanted in filters:
        asked[wanted.field].append(wanted)
    elsewhere = {
        field: ELSEWHERE[kind.name, field](organization)
        for field in asked
        if (kind.name, field) in ELSEWHERE
    }
    return [
        sourced_id
        for sourced_id, values in _rows(organization, kind)
        if all(
            any(
                wanted.is_met_by(
                    elsewhere[field].get(sourced_id, ()) if field in elsewhere else values[field]
                )
                for wanted in alternatives
            )
            for field, alternatives in asked.items()
        )
    ]


def _rows(organization: Organization, kind: Kind) -> Iterator[tuple[str, dict[str, Iterable[str]]]]:
    """Yield the id of each live row with the values of the fields in its own columns."""
    rows = live(organization, kind).order_by("sourced_id")
    fields = COLUMNS[kind.name]
    columns = list(dict.fromkeys(name for names in fields.values() for name in names))
    for sourced_id, *cells in rows.values_list("sourced_id", *columns).iterator(BATCH):
        row = dict(zip(columns, cells, strict=True))
        values = {field: _values(row, names) for field, names in fields.items()}
        yield sourced_id, {"id": (sourced_id,), **values}


def _values(row: dict[str, Any], columns: tuple[str, ...]) -> Iterable[str]:
    if len(columns) > 1:
        return (" ".join(row[name] for name in columns),)
    value = row[columns[0]]
    return value if isinstance(value, list) else (value,)


Elsewhere = dict[str, set[str]]


def _schools_of_people(organization: Organization) -> Elsewhere:
    levels = Level.objects.filter(
        organization=organization, kind__in=("school_enrollment", "district_assignment")
    )
    return _gathered(levels.values_list("person", "school"))


def _roles_of_people(organization: Organization) -> Elsewhere:
    roles = Role.objects.filter(organization=organization, status=Status.ACTIVE)
    return _gathered(roles.values_list("user", "role"))


def _roles_of_assignments(organization: Organization) -> Elsewhere:
    roles = Role.objects.filter(organization=organization, status=Status.ACTIVE)
    by_role = (
        (f"{user}~{org}", role) for user, org, role in roles.values_list("user", "org", "role")
    )
    levels = Level.objects.filter(organization=organization, kind="district_assignment")
    return _gathered((*by_role, *levels.exclude(role="").values_list("sourced_id", "role")))


def _grades_of_enrollments(organization: Organization) -> Elsewhere:
    people = User.objects.filter(organization=organization, status=Status.ACTIVE)
    grades = dict(people.values_list("sourced_id", "grades"))
    levels = Level.objects.filter(organization=organization, kind="school_enrollment")
    return {
        sourced_id: set(grades.get(person) or ["none"])
        for sourced_id, person in levels.values_list("sourced_id", "person")
    }


def _children_of_links(organization: Organization) -> Elsewhere:
    levels = Level.objects.filter(organization=organization, kind="guardian_link")
    return _gathered(
        (sourced_id, all_of[1][1])
        for sourced_id, all_of in levels.values_list("sourced_id", "all_of")
    )


def _gathered(pairs: Iterable[tuple[str, str]]) -> Elsewhere:
    found: Elsewhere = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return found


ELSEWHERE: dict[tuple[str, str], Callable[[Organization], Elsewhere]] = {
    ("person", "school"): _schools_of_people,
    ("person", "role"): _roles_of_people,
    ("school_enrollment", "grade"): _grades_of_enrollments,
    ("district_assignment", "role"): _roles_of_assignments,
    ("guardian_link", "child"): _children_of_links,
}
"""Fields that are in other tables: by kind and field, the values of each id."""
