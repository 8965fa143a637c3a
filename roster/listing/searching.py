"""The rows of a kind as a page lists them: searched, narrowed and ordered by the database.

`rows.py` and `filters.py` answer for bulk acts, over all rows; this is for one page of
them, so everything is a query that a page can be cut from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from roster.dialects.vocabularies import GRADES
from roster.folding import Folded, words_of
from roster.kinds import Kind
from roster.listing.browsing import live, rows_of
from roster.listing.filters import COLUMNS
from roster.models import (
    AcademicSession,
    Category,
    Klass,
    Level,
    LineItem,
    Mark,
    Org,
    Organization,
    Role,
    Status,
    User,
)

NAMED: dict[Any, tuple[str, ...]] = {
    Org: ("name", "identifier"),
    Klass: ("title", "class_code"),
    Level: ("name",),
    LineItem: ("title",),
    Category: ("title",),
    AcademicSession: ("title",),
}
"""The columns in which a search looks for words, besides the id; others are called by `title`.
People have a column for it (`User.search`): there are most of them."""

MOST_WORDS = 8
"""Words of a search that are looked for: each goes through all rows, and those they name."""

CALLED_AFTER: dict[str, tuple[tuple[str, Any], ...]] = {
    "school_enrollment": (("person", User), ("school", Org)),
    "district_assignment": (("person", User), ("school", Org)),
    "guardian_link": (("person", User),),
    "enrollment": (("user", User), ("klass", Klass)),
    "demographics": (("sourced_id", User),),
    "result": (("student", User), ("line_item", LineItem)),
    "assessment_result": (("student", User),),
}
"""Kinds without names of their own: the columns that name others by whom people know them."""

ORDERS: dict[Any, tuple[str, ...]] = {
    User: ("search",),
    Org: ("name",),
    Level: ("name",),
    AcademicSession: ("-start_date", "title"),
}
"""By what rows are listed, before their ids."""


def departed(organization: Organization, kind: Kind) -> Any:
    """Return the rows of a kind that are no longer in the imported data; levels leave none."""
    rows = rows_of(organization, kind)
    return rows.none() if kind.model is Level else rows.filter(status=Status.RETIRED)


def found(
    organization: Organization,
    kind: Kind,
    *,
    words: str = "",
    under: Mapping[str, str] | None = None,
    marked: bool = False,
    gone: bool = False,
) -> Any:
    """Return the live rows of a kind, or those that are `gone`, that contain all of the words.

    Accents, case and commas don't matter (`roster/folding.py`). Of the words the first
    `MOST_WORDS` count. `under` narrows to those below another row: `{"school": id}`, by the fields
    of `fields_of`; `marked` to those that have an exclude mark of their own.
    """
    rows = (departed if gone else live)(organization, kind)
    for as_typed, word in typed_in(words):
        rows = rows.filter(_contains(organization, kind, word, as_typed))
    for field, sourced_id in (under or {}).items():
        rows = rows.filter(_under(organization, kind, field, sourced_id))
    if marked:
        marks = Mark.objects.filter(organization=organization, kind=kind.name)
        rows = rows.filter(sourced_id__in=marks.values("sourced_id"))
    return rows.order_by(*_order(kind), "sourced_id")


def typed_in(words: str) -> list[tuple[str, str]]:
    """Return the words of a search that count, as they were typed and folded."""
    typed = [(each, word) for each in words.replace(",", " ").split() for word in words_of(each)]
    return typed[:MOST_WORDS]


def fields_of(kind: Kind) -> list[str]:
    """Return the fields by which a list of this kind is narrowed to what is below another row."""
    own = [field for field in COLUMNS.get(kind.name, {}) if field in PARENTS]
    return ["school", "grade", "role"] if kind.name == "person" else own


PARENTS = ("school", "org", "person", "section", "course", "grading_task", "line_item", "parent")
"""Fields whose values are ids of other rows."""


def _order(kind: Kind) -> Iterable[Any]:
    if kind.name in CALLED_AFTER:
        return ()
    if kind.name == "grade_level":
        ranks = (When(name=code, then=Value(at)) for at, code in enumerate(GRADES))
        return (Case(*ranks, default=Value(len(GRADES))), "name")
    return ORDERS.get(kind.model, ("title",))


def _contains(organization: Organization, kind: Kind, word: str, typed: str) -> Q:
    if kind.name not in CALLED_AFTER:
        return Q(Contains(_text(kind.model), word))
    # There are most of these. Their ids aren't folded, and a part of one is looked for only by a
    # word with a digit, as names have none: both would have the database go through all rows.
    in_part = any(each.isdigit() for each in typed)
    wanted = Q(sourced_id__icontains=typed) if in_part else Q(sourced_id=typed)
    if in_part and not typed.isascii():
        # Ids are collated by their bytes: PostgreSQL makes capitals of theirs in ASCII alone.
        wanted |= Q(sourced_id__contains=typed)
    for column, model in CALLED_AFTER[kind.name]:
        named = called(organization, model, word)
        wanted |= Q(**{f"{column}__in": named.values("sourced_id")})
    return wanted


def called(organization: Organization, model: Any, word: str) -> Any:
    """Return the rows of a model whose names or ids contain a folded word."""
    return model.objects.filter(Contains(_text(model), word), organization=organization)


def _text(model: Any) -> F | Folded:
    """Return the text of a row in which words are looked for."""
    return F("search") if model is User else Folded(*NAMED.get(model, ("title",)), "sourced_id")


def _under(organization: Organization, kind: Kind, field: str, sourced_id: str) -> Q:
    if kind.name == "person" and field == "grade":
        return Q(Contains(Cast("grades", TextField()), f'"{sourced_id}"'))
    if kind.name == "person" and field == "role":
        roles = Role.objects.filter(organization=organization, status=Status.ACTIVE)
        return Q(sourced_id__in=roles.filter(role=sourced_id).values("user"))
    if kind.name == "person":
        places = Level.objects.filter(
            organization=organization,
            kind__in=("school_enrollment", "district_assignment"),
            school=sourced_id,
        )
        return Q(sourced_id__in=places.values("person"))
    (column,) = COLUMNS[kind.name][field]
    return Q(**{column: sourced_id})
