"""The schemas of records and envelopes, from the one list of fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from roster.api.openapi import naming
from roster.api.openapi.naming import closed, listed, ref
from roster.dialects.fields import FIELDS, V11, Field, Type
from roster.kinds import COLLECTIONS

Schemas = dict[str, dict[str, Any]]

OPEN = {"CredentialDType"}
"""Objects to which the specification lets others add."""

PLAIN: dict[Type, dict[str, Any]] = {
    Type.INSTANT: {"type": "string", "format": "date-time"},
    Type.DATE: {"type": "string", "format": "date"},
    Type.NUMBER: {"type": "number", "format": "float"},
}


def schemas_of(version: str, collections: Iterable[str]) -> Schemas:
    """Return the schemas of collections and of all that they are made of, by name."""
    found: Schemas = {}
    for collection in collections:
        fields = FIELDS[version][collection]
        found[naming.record(collection)] = _object(version, fields, found)
        found[naming.many(collection)] = _envelope(
            version, {collection: listed(ref(naming.record(collection)))}
        )
        singular = COLLECTIONS[collection].singular
        found[naming.single(collection)] = _envelope(
            version, {singular: ref(naming.record(collection))}, [singular]
        )
    return dict(sorted(found.items()))


def _envelope(
    version: str, properties: dict[str, Any], required: list[str] | None = None
) -> dict[str, Any]:
    if version == V11:
        # 1.1 tells beside its answer what it overlooked.
        properties = {**properties, "statusInfoSet": listed(ref(naming.STATUS_INFO), least=1)}
    return closed(properties, required)


def _object(version: str, fields: Iterable[Field], found: Schemas) -> dict[str, Any]:
    return closed(
        {known.name: _value(version, known, found) for known in fields},
        [known.name for known in fields if known.required],
    )


def _value(version: str, known: Field, found: Schemas) -> dict[str, Any]:
    """Return the schema of a field's value; what it is made of is put into `found`."""
    least = 1 if known.required else 0
    if known.type is Type.METADATA:
        found[naming.METADATA] = {"type": "object", "additionalProperties": True}
        return ref(naming.METADATA)
    if known.type in (Type.REFERENCE, Type.REFERENCES):
        name = naming.reference(known.target)
        found[name] = _reference(known.target)
        return ref(name) if known.type is Type.REFERENCE else listed(ref(name), least=least)
    if known.type is Type.OBJECTS:
        name = naming.part(known.named)
        found[name] = _object(version, known.parts, found)
        if name in OPEN:
            found[name]["additionalProperties"] = True
        return listed(ref(name), least=least)
    if known.type is Type.STRINGS:
        return listed(_text(version, known), least=least)
    return PLAIN.get(known.type) or _text(version, known)


def _reference(target: str) -> dict[str, Any]:
    parts = {
        "href": {"type": "string", "format": "uri"},
        "sourcedId": {"type": "string"},
        "type": {"type": "string", "enum": [target]},
    }
    return closed(parts, list(parts))


def _text(version: str, known: Field) -> dict[str, Any]:
    if known.words is None:
        return {"type": "string", **({"format": "uri"} if known.uri else {})}
    words = {"type": "string", "enum": list(known.words.of(version))}
    if not known.words.extends(version):
        return words
    return {"anyOf": [words, {"type": "string", "pattern": known.words.pattern}]}
