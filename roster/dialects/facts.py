"""What lists are asked by, taken out of a finished document: flat, without addresses.

Facts are kept with the document they were taken from, so they hold what its readers may see
and nothing else: where an act replaces a document, its facts go with it. Else a vendor could ask
for the withdrawn letter by letter.

    {"familyName": "O'Brien", "~familyName": "o'brien", "roles.role": ["student"], "score": 9.5}

A key with `~` holds the same text without case, for the databases fold ASCII at best; one with
`@` what nested lists go by and the document doesn't have.
"""

from __future__ import annotations

from typing import Any

from roster.dialects.fields import FIELDS, V11, Field, Type
from roster.dialects.paths import METADATA, columns_of

AT = "@"
"""The key of a user's roles with their places: `student@school-1`."""

LAST = "@"
"""Prefix of the references that a tombstone keeps for nested lists."""

BEYOND = "@"
"""Prefix of all facts that aren't made of the document itself."""

NESTED_BY = {
    "academicSessions": ("parent.sourcedId",),
    "courses": ("org.sourcedId", "resources.sourcedId"),
    "classes": ("resources.sourcedId",),
    "users": ("resources.sourcedId",),
}
"""Optional references that nested lists go by; a tombstone has only required ones."""

APART = ("sourcedId", "status", "dateLastModified")
"""Fields that no facts are needed of: they have columns, or are added when read."""

SINGLE = (Type.STRING, Type.DATE, Type.INSTANT, Type.BOOLEAN)

PLANS: dict[tuple[str, str], tuple[tuple[Field, ...], frozenset[str]]] = {
    (version, collection): (
        tuple(known for known in fields if known.name not in APART),
        frozenset(columns_of(version, collection)),
    )
    for version, collections in FIELDS.items()
    for collection, fields in collections.items()
}


def facts_of(version: str, collection: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a document, by path (`paths.py`)."""
    fields, columns = PLANS[version, collection]
    facts: dict[str, Any] = {}
    for known in fields:
        value = document.get(known.name)
        if value is None:
            continue
        if known.type in SINGLE:
            if known.name not in columns:
                _keep(facts, known.name, value)
        elif known.type is Type.REFERENCE:
            key = f"{known.name}.sourcedId"
            if key not in columns:
                _keep(facts, key, value["sourcedId"])
        elif known.type is Type.METADATA:
            for name, text in value.items():
                _keep(facts, METADATA + name, text if isinstance(text, str) else str(text))
        else:
            _keep_many(facts, known, known.name, value)
    if collection == "users":
        facts[AT] = _places(version, document)
    return facts


def facts_of_tombstone(
    version: str, collection: str, document: dict[str, Any], last: dict[str, Any]
) -> dict[str, Any]:
    """Return the facts of a tombstone, with the nested lists that its `last` document was in."""
    facts = facts_of(version, collection, document)
    if keys := NESTED_BY.get(collection):
        before = facts_of(version, collection, last)
        facts |= {LAST + key: before[key] for key in keys if key in before}
    return facts


def _keep(facts: dict[str, Any], key: str, text: str) -> None:
    facts[key] = text
    folded = text.casefold()
    if folded != text:
        facts["~" + key] = folded


def _keep_many(facts: dict[str, Any], known: Field, name: str, value: Any) -> None:
    if known.type is Type.NUMBER:
        facts[name] = value
    elif known.type is Type.STRINGS:
        _keep_all(facts, name, value)
    elif known.type is Type.REFERENCES:
        _keep_all(facts, f"{name}.sourcedId", [each["sourcedId"] for each in value])
    elif known.type is Type.OBJECTS:
        for part in known.parts:
            found = [each[part.name] for each in value if part.name in each]
            if found:
                _keep_parts(facts, part, f"{name}.{part.name}", found)


def _keep_parts(facts: dict[str, Any], part: Field, name: str, found: list[Any]) -> None:
    """Keep what the objects of a list hold of one part, one after the other."""
    if part.type is Type.REFERENCE:
        _keep_all(facts, f"{name}.sourcedId", [each["sourcedId"] for each in found])
    elif part.type is Type.NUMBER:
        facts[name] = found
    elif part.type in SINGLE:
        _keep_all(facts, name, found)
    else:
        _keep_many(facts, part, name, [inner for each in found for inner in each])


def _keep_all(facts: dict[str, Any], key: str, texts: list[str]) -> None:
    facts[key] = texts
    folded = [text.casefold() for text in texts]
    if folded != texts:
        facts["~" + key] = folded


def _places(version: str, document: dict[str, Any]) -> list[str]:
    if version == V11:
        role = document["role"]
        return [f"{role}@{org['sourcedId']}" for org in document["orgs"]]
    return [f"{entry['role']}@{entry['org']['sourcedId']}" for entry in document["roles"]]
