"""Streams the documents of one line, collection by collection, in the order of their ids.

Rows are fetched in slices of the sourcedId (never a long-lived cursor, never a query per
row), so memory is bounded and a slow build holds nothing open on either database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q

from roster.dialects import people
from roster.dialects.composing import Doc, Unpublishable
from roster.dialects.documents import DOCUMENTS
from roster.dialects.fields import FIELDS, V12
from roster.kinds import COLLECTIONS
from roster.models import (
    AcademicSession,
    AssessmentLineItem,
    AssessmentResult,
    Category,
    Course,
    Demographics,
    Enrollment,
    Klass,
    LineItem,
    Org,
    Resource,
    Result,
    Role,
    ScoreScale,
    Status,
    User,
    UserProfile,
    UserResource,
)
from roster.parts import in_parts
from roster.visibility import Walk
from roster.visibility.causes import unpublishable

SLICE = 2000

SOURCES: dict[str, tuple[Any, str]] = {
    "orgs": (Org, "org"),
    "academicSessions": (AcademicSession, "session"),
    "courses": (Course, "course"),
    "classes": (Klass, "section"),
    "users": (User, "person"),
    "enrollments": (Enrollment, "enrollment"),
    "demographics": (Demographics, "demographics"),
    "resources": (Resource, "resource"),
    "categories": (Category, "grading_task"),
    "scoreScales": (ScoreScale, "score_scale"),
    "lineItems": (LineItem, "line_item"),
    "results": (Result, "result"),
    "assessmentLineItems": (AssessmentLineItem, "assessment_line_item"),
    "assessmentResults": (AssessmentResult, "assessment_result"),
}
"""Where each collection's rows are, and their kind; what others name comes before them."""


class Slice(NamedTuple):
    """The documents of all ids above the slice before, up to `upto` (None: to the end)."""

    upto: str | None
    docs: list[Doc]


def collections_of(walk: Walk) -> list[str]:
    """Return the collections that the walk's line has, in the order they must be compiled."""
    return [
        name
        for name in SOURCES
        if name in FIELDS[walk.version]
        and walk.rules.shares_collection(name, COLLECTIONS[name].types)
    ]


def tell_one(walk: Walk, collection: str, sourced_id: str) -> Doc | None:
    """Return one record's document, or None; `walk.fell` then has the cause."""
    return tell_many(walk, collection, [sourced_id]).get(sourced_id)


def tell_many(walk: Walk, collection: str, ids: Iterable[str]) -> dict[str, Doc]:
    """Return the documents of those records of `ids` that are visible, by id."""
    _, kind = SOURCES[collection]
    told: dict[str, Doc] = {}
    for part in in_parts(sorted(ids), 500):
        found = list(_rows(walk, collection).filter(sourced_id__in=part))
        beside = _beside(walk, Q(user__in=part)) if collection == "users" else None
        told.update((doc.sourced_id, doc) for doc in _told(walk, collection, kind, found, beside))
    return told


def _rows(walk: Walk, collection: str) -> Any:
    model, _ = SOURCES[collection]
    columns = [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in ("id", "organization", "status", "last_modified", "digest")
    ]
    rows = model.objects.filter(organization=walk.ledger.organization, status=Status.ACTIVE)
    return rows.order_by("sourced_id").values_list(*columns, named=True)


def documents(walk: Walk, collection: str) -> Iterator[Slice]:
    """Yield every visible document of a collection, bytewise by sourcedId."""
    _, kind = SOURCES[collection]
    rows = _rows(walk, collection)
    last = ""
    while True:
        found = list(rows.filter(sourced_id__gt=last)[:SLICE])
        upto = found[-1].sourced_id if len(found) == SLICE else None
        beside = None
        if collection == "users" and found:
            beside = _beside(walk, Q(user__gte=found[0].sourced_id, user__lte=found[-1].sourced_id))
        yield Slice(upto, list(_told(walk, collection, kind, found, beside)))
        if upto is None:
            return
        last = upto


class _Beside(NamedTuple):
    """What stands beside a slice of users, by user."""

    roles: dict[str, list[people.RoleRow]]
    profiles: dict[str, list[Any]]
    resources: dict[str, list[str]]


def _beside(walk: Walk, of_users: Q) -> _Beside:
    def of_slice(model: Any) -> Any:
        return walk.ledger.live(model).filter(of_users)

    beside = _Beside(defaultdict(list), defaultdict(list), defaultdict(list))
    ordered = of_slice(Role).order_by("user", "role_type", "sourced_id")
    for row in ordered.values_list(*people.RoleRow._fields):
        beside.roles[row[0]].append(people.RoleRow._make(row))
    if walk.version == V12:
        for profile in of_slice(UserProfile).order_by("user", "sourced_id"):
            beside.profiles[profile.user].append(profile)
    if walk.library.resources:
        links = of_slice(UserResource).order_by("user", "resource")
        for user, resource in links.values_list("user", "resource").distinct():
            if resource in walk.library.resources:
                beside.resources[user].append(resource)
    return beside


def _told(
    walk: Walk, collection: str, kind: str, rows: list[Any], beside: _Beside | None
) -> Iterator[Doc]:
    tell = DOCUMENTS.get(collection)
    for row in rows:
        try:
            if beside is not None:
                doc = _person(walk, row, beside) if walk.people.sees(row.sourced_id) else None
            else:
                doc = tell(walk, row) if tell else None
        except Unpublishable as missing:
            walk.fell[kind][row.sourced_id] = unpublishable(str(missing))
            continue
        if doc is not None:
            yield doc


def _person(walk: Walk, row: Any, beside: _Beside) -> Doc:
    user = row.sourced_id
    return people.user(
        walk,
        walk.version,
        people.Person(
            row,
            beside.roles.get(user, []),
            beside.profiles.get(user, []),
            beside.resources.get(user, []),
        ),
    )
