"""The API's operations as a table: routes, envelopes and scopes are read from here.

Today the lists and singles of every collection; nested lists and writes are further rows.
Scopes stand as alternatives: a token with any one of them may call (specification 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roster.dialects.fields import FIELDS, V11
from roster.dialects.references import base_path
from roster.kinds import COLLECTIONS, Collection

SCOPE_BASES = {
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/",
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/",
}

READ_SCOPES = {
    "rostering": ("roster.readonly", "roster-core.readonly"),
    "demographics": ("roster-demographics.readonly",),
    "resources": ("resource.readonly", "resource-core.readonly"),
    "gradebook": ("gradebook.readonly", "gradebook-core.readonly"),
    "assessment": ("assessment.readonly",),
}
"""The scopes that open lists and singles; 1.1 knows `-core` for rostering only."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One GET: `envelope` is the body's only key; `subset` the role or type it is narrowed to."""

    id: str
    version: str
    path: str
    collection: str
    envelope: str
    subset: str
    many: bool
    scopes: tuple[str, ...]


def scopes_for(version: str, collection: Collection) -> tuple[str, ...]:
    """Return the full scope URIs of which one is needed to read a collection."""
    area = collection.service
    if collection.name == "demographics":
        area = "demographics"
    elif "assessment" in collection.types:
        area = "assessment"
    names = READ_SCOPES[area]
    if version == V11 and area != "rostering":
        names = names[:1]
    return tuple(SCOPE_BASES[version] + name for name in names)


def _operations() -> Iterator[Operation]:
    for version, fields in FIELDS.items():
        for name in fields:
            collection = COLLECTIONS[name]
            base = base_path(version, collection.service).removeprefix("/")
            scopes = scopes_for(version, collection)
            for plural, singular, subset in ((name, collection.singular, ""), *collection.subsets):
                many = "All" + plural[0].upper() + plural[1:]
                one = singular[0].upper() + singular[1:]
                path = f"{base}/{plural}"
                yield Operation(
                    f"get{many}", version, path, name, collection.name, subset, True, scopes
                )
                yield Operation(
                    f"get{one}", version, path, name, collection.singular, subset, False, scopes
                )


OPERATIONS: tuple[Operation, ...] = tuple(_operations())

NOWHERE = Operation("", "", "", "", "", "", False, ())
"""What a view has before a route gives it an operation: any version, no scope, no records."""
