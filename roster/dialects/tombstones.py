"""What remains of a record that a vendor could read and can no longer."""

from __future__ import annotations

from typing import Any

import orjson

from roster.dialects.composing import Doc, Document, arranged, render
from roster.dialects.facts import facts_of_tombstone
from roster.dialects.fields import FIELDS, Field, Type

STATUS = "tobedeleted"

NAMES = frozenset({"name", "title", "givenName", "familyName"})
IDENTIFIERS = frozenset({"username", "identifier", "courseCode", "vendorResourceId"})


def tombstone_doc(version: str, collection: str, last: Doc) -> Doc:
    """Return the tombstone of the document that was last read of a record.

    It stays in the nested lists that this document was in.
    """
    before: Document = orjson.loads(last.body)
    document = _tombstone(version, collection, before)
    facts = facts_of_tombstone(version, collection, document, before)
    return last._replace(body=render(document), facts=orjson.dumps(facts).decode(), status=STATUS)


def tombstone(version: str, collection: str, document: Document) -> bytes:
    """Return the JSON of a document's tombstone."""
    return render(_tombstone(version, collection, document))


def _tombstone(version: str, collection: str, document: Document) -> Document:
    """Return the required fields of a document, without a word about anybody.

    Names are `Removed`, identifying codes the sourcedId, accounts disabled; role, type,
    dates and references stay as last published (product: The cache, tombstones).
    """
    values: dict[str, Any] = {"sourcedId": document["sourcedId"]}
    for known in FIELDS[version][collection]:
        if known.required and known.name in document:
            values[known.name] = _remaining(known, document)
    return arranged(version, collection, values, status=STATUS)


def _remaining(known: Field, document: Document) -> Any:
    if known.name in NAMES:
        return "Removed"
    if known.name in IDENTIFIERS:
        return document["sourcedId"]
    if known.name == "enabledUser":
        return "false"
    if known.type is Type.OBJECTS:
        wanted = {part.name for part in known.parts if part.required}
        return [
            {name: part for name, part in value.items() if name in wanted}
            for value in document[known.name]
        ]
    return document[known.name]
