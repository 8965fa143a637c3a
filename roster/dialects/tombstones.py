"""What remains of a record that a vendor could read and can no longer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from roster.dialects.composing import BASE, Doc, Document, parse, render
from roster.dialects.facts import facts_of_tombstone
from roster.dialects.fields import FIELDS, Field, Type

STATUS = "tobedeleted"

NAMES = frozenset({"name", "title", "givenName", "familyName"})
IDENTIFIERS = frozenset({"username", "identifier", "courseCode", "vendorResourceId"})

Remain = Callable[[Document], Any]


def tombstone_doc(version: str, collection: str, last: Doc) -> Doc:
    """Return the tombstone of the document that was last read of a record.

    It stays in the nested lists that this document was in.
    """
    before: Document = parse(last.body)
    document = _tombstone(version, collection, before)
    facts = orjson.dumps(facts_of_tombstone(version, collection, document, before)).decode()
    sourced_id, _, role, school, klass, person, *_ = last
    return Doc(sourced_id, render(document), role, school, klass, person, facts, STATUS)


def tombstone(version: str, collection: str, document: Document) -> bytes:
    """Return the JSON of a document's tombstone."""
    return render(_tombstone(version, collection, document))


def _tombstone(version: str, collection: str, document: Document) -> Document:
    """Return the required fields of a document, without a word about anybody.

    Names are `Removed`, identifying codes the sourcedId, accounts disabled; role, type,
    dates and references stay as last published (product: The cache, tombstones).
    """
    found = {"sourcedId": document["sourcedId"], "status": STATUS}
    for name, remaining in REMAINING[version, collection]:
        if name in document:
            found[name] = remaining(document) if remaining else document[name]
    return found


def _remaining(known: Field) -> Remain | None:
    """Return what a required field says in a tombstone, None where that is what it said before."""
    if known.name in NAMES:
        return lambda document: "Removed"
    if known.name in IDENTIFIERS:
        return lambda document: document["sourcedId"]
    if known.name == "enabledUser":
        return lambda document: "false"
    if known.type is Type.OBJECTS:
        wanted = {part.name for part in known.parts if part.required}
        return lambda document: [
            {name: part for name, part in value.items() if name in wanted}
            for value in document[known.name]
        ]
    return None


REMAINING = {
    (version, collection): [
        (known.name, _remaining(known))
        for known in fields
        if known.required and known.name not in BASE
    ]
    for version, collections in FIELDS.items()
    for collection, fields in collections.items()
}
