"""Takes out of a finished document what its readers may no longer see."""

from __future__ import annotations

from typing import Any

from roster.dialects.fields import FIELDS, Field, Type

Gone = set[tuple[str, str]]
"""GUIDRef type and sourcedId of every record that was withdrawn."""

Document = dict[str, Any]

TAGGED = {
    "courses": {"org": "school"},
    "classes": {"org": "school"},
    "enrollments": {"user": "person", "class": "klass", "org": "school"},
    "scoreScales": {"class": "klass"},
    "lineItems": {"class": "klass", "org": "school"},
    "results": {"user": "person", "class": "klass"},
    "assessmentLineItems": {"class": "klass"},
    "assessmentResults": {"user": "person"},
}
"""By collection, the GUIDRef types of which a document has one reference at most, and the
column of its record that holds it."""


NEVER_EMPTY = ("roles", "orgs")
"""Lists of a user in which another place is supplied where all of them were taken."""

REFERRING = (Type.REFERENCE, Type.REFERENCES, Type.OBJECTS)


class Withdrawn(Exception):
    """Nothing that could stay a document is left: the record is withdrawn too."""


def targets(version: str, collection: str, hidden: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the GUIDRef types that documents of a collection refer to, in fields not hidden."""
    found = set()
    for known in FIELDS[version][collection]:
        if known.name not in hidden:
            found |= {known.target, *(part.target for part in known.parts)}
    return frozenset(found - {""})


def prune(version: str, collection: str, document: Document, gone: Gone) -> None:
    """Remove references to what is gone; `Withdrawn` where a required one was."""
    for known in FIELDS[version][collection]:
        value = document.get(known.name)
        if value is None or known.type not in REFERRING:
            continue
        left = _left(known, value, gone)
        if left:
            document[known.name] = left
        elif known.required:
            raise Withdrawn
        else:
            del document[known.name]


def _left(known: Field, value: Any, gone: Gone) -> Any:
    """Return what is left of a field's value, or None."""
    if known.type is Type.REFERENCE:
        return None if is_gone(value, gone) else value
    if known.type is Type.REFERENCES:
        return [reference for reference in value if not is_gone(reference, gone)]
    return [part for part in value if _holds(known, part, gone)]


def _holds(known: Field, part: Document, gone: Gone) -> bool:
    for inner in known.parts:
        if inner.type is Type.REFERENCE and inner.name in part and is_gone(part[inner.name], gone):
            if inner.required:
                return False
            del part[inner.name]
    return True


def is_gone(reference: Document, gone: Gone) -> bool:
    return (reference["type"], reference["sourcedId"]) in gone


def subtract(document: Document, before: Document, after: Document) -> None:
    """Apply to a published document what an act took away, told by its row before and after.

    The published document may be older than the row: what is the same as before becomes what
    it is after; of other lists only what the act removed is removed. Nothing is added.
    """
    for name in list(document):
        if name not in before or before[name] == after.get(name):
            continue
        if name not in after:
            del document[name]
        elif document[name] == before[name] or not isinstance(document[name], list):
            document[name] = after[name]
        else:
            removed = [part for part in before[name] if part not in after[name]]
            left = [part for part in document[name] if part not in removed]
            document[name] = left if left or name not in NEVER_EMPTY else after[name]
