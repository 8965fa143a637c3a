"""The names under which people know rows of the roster, for a page of them at once.

Levels such as “a student at a school” have no name of their own: theirs is made of the names
of those they tie together. However many rows are asked for, the queries are the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from portal.words import Words
from roster import listing
from roster.dialects.vocabularies import NAMED_GRADES, grade_name
from roster.explaining import Node
from roster.kinds import KINDS
from roster.models import Level, Organization

PERSON, ORG, SECTION = "person", "org", "section"

MADE_OF: dict[str, tuple[Words, tuple[tuple[str, str], ...]]] = {
    "school_enrollment": (gettext_lazy("{} at {}"), ((PERSON, "person"), (ORG, "school"))),
    "district_assignment": (gettext_lazy("{} at {}"), ((PERSON, "person"), (ORG, "school"))),
    "guardian_link": (gettext_lazy("{} for {}"), ((PERSON, "person"), (PERSON, "child"))),
    "grade_level": (gettext_lazy("Grade {}, {}"), (("", "name"), (ORG, "school"))),
    "schedule_structure": (
        gettext_lazy("Schedule {}, {}"),
        (("", "name"), (ORG, "school")),
    ),
    "course": (gettext_lazy("{}, {}"), (("", "name"), (ORG, "school"))),
    "enrollment": (gettext_lazy("{} in {}"), ((PERSON, "user"), (SECTION, "klass"))),
    "demographics": (gettext_lazy("{}"), ((PERSON, "sourced_id"),)),
    "result": (gettext_lazy("{}: {}"), ((PERSON, "student"), ("line_item", "line_item"))),
    "assessment_result": (
        gettext_lazy("{}: {}"),
        ((PERSON, "student"), ("assessment_line_item", "assessment_line_item")),
    ),
}
"""Kinds that are called after others: the words, and per gap the kind and the column that names
it; without a kind the column is the text."""


def names_of(organization: Organization, nodes: Iterable[Node]) -> dict[Node, str]:
    """Return the name of each row; where none is there, its id."""
    asked = set(nodes)
    rows = _rows(organization, asked)
    return _named(organization, asked, rows)


def labels(organization: Organization, kind: str, rows: Iterable[Any]) -> dict[str, str]:
    """Return the names of rows of one kind that are at hand, by id."""
    known = {(kind, row.sourced_id): row for row in rows}
    named = _named(organization, known, known)
    return {sourced_id: name for (_kind, sourced_id), name in named.items()}


def _rows(organization: Organization, nodes: Iterable[Node]) -> dict[Node, Any]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for kind, sourced_id in nodes:
        wanted[kind].add(sourced_id)
    found: dict[Node, Any] = {}
    for kind, ids in wanted.items():
        model = KINDS[kind].model
        rows = model._default_manager.filter(organization=organization, sourced_id__in=ids)
        if model is Level:
            rows = rows.filter(kind=kind)
        found.update(((kind, row.sourced_id), row) for row in cast(Any, rows))
    return found


def _named(
    organization: Organization, asked: Iterable[Node], rows: dict[Node, Any]
) -> dict[Node, str]:
    parts = {part for node, row in rows.items() for part in _parts(node[0], row) if part[0]}
    known = rows | _rows(organization, parts - rows.keys())

    def name(node: Node) -> str:
        row = known.get(node)
        if row is None:
            return node[1]
        if node[0] not in MADE_OF:
            return listing.label(row) or node[1]
        words, _columns = MADE_OF[node[0]]
        parts = [name(part) if part[0] else part[1] for part in _parts(node[0], row)]
        if node[0] == "grade_level":
            parts[0] = capfirst(grade_name(row.name))
            words = "{}, {}" if row.name in NAMED_GRADES else words
        return str(words).format(*parts)

    return {node: name(node) for node in asked}


def _parts(kind: str, row: Any) -> list[Node]:
    _words, columns = MADE_OF.get(kind, ("", ()))
    return [(part, _cell(row, column)) for part, column in columns]


def _cell(row: Any, column: str) -> str:
    if column == "child":
        return str(row.all_of[1][1])
    return str(getattr(row, column))
