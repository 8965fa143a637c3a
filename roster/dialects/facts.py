"""What lists are asked by, taken out of a finished document: flat, without addresses.

Facts are kept with the document they were taken from, so they hold what its readers may see
and nothing else: where an act replaces a document, its facts go with it. Else a vendor could ask
for the withdrawn letter by letter.

    {"familyName": "O'Brien", "~familyName": "o'brien", "roles.role": ["student"], "score": 9.5}

A key with `~` holds the same text without case, for the databases fold ASCII at best; one with
`@` what nested lists go by and the document doesn't have.
"""

from __future__ import annotations

from collections.abc import Callable
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


def facts_of(version: str, collection: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a document, by path (`paths.py`)."""
    facts = _facts(version, collection, document)
    if collection == "users":
        facts[AT] = _places(version, document)
    return facts


def facts_of_tombstone(
    version: str, collection: str, document: dict[str, Any], last: dict[str, Any]
) -> dict[str, Any]:
    """Return the facts of a tombstone, with the nested lists that its `last` document was in."""
    facts = facts_of(version, collection, document)
    if keys := NESTED_BY.get(collection):
        names = [name for key in keys if (name := key.partition(".")[0]) in last]
        before = _facts(version, collection, {name: last[name] for name in names})
        facts |= {LAST + key: before[key] for key in keys if key in before}
    return facts


def _facts(version: str, collection: str, document: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    texts, others = PLANS[version, collection]
    for name, value in document.items():
        if name in texts:
            _note(facts, name, value)
        elif keep := others.get(name):
            keep(facts, value)
    return facts


def _places(version: str, document: dict[str, Any]) -> list[str]:
    if version == V11:
        role = document["role"]
        return [f"{role}@{org['sourcedId']}" for org in document["orgs"]]
    return [f"{entry['role']}@{entry['org']['sourcedId']}" for entry in document["roles"]]


Facts = dict[str, Any]
Keep = Callable[[Facts, Any], None]
"""Adds the facts of one field of a document, given its value."""


def _note(facts: Facts, key: str, text: str) -> None:
    facts[key] = text
    if (folded := text.casefold()) != text:
        facts["~" + key] = folded


def _texts(key: str) -> Keep:
    def keep(facts: Facts, texts: list[str]) -> None:
        facts[key] = texts
        folded = [text.casefold() for text in texts]
        if folded != texts:
            facts["~" + key] = folded

    return keep


def _number(key: str) -> Keep:
    def keep(facts: Facts, value: Any) -> None:
        facts[key] = value

    return keep


def _reference(key: str) -> Keep:
    key = f"{key}.sourcedId"
    return lambda facts, reference: _note(facts, key, reference["sourcedId"])


def _references(key: str) -> Keep:
    keep = _texts(f"{key}.sourcedId")
    return lambda facts, references: keep(facts, [each["sourcedId"] for each in references])


def _metadata(key: str) -> Keep:
    def keep(facts: Facts, columns: dict[str, Any]) -> None:
        for name, value in columns.items():
            _note(facts, METADATA + name, value if isinstance(value, str) else str(value))

    return keep


def _objects(key: str, parts: tuple[Field, ...]) -> Keep:
    keepers = [(part.name, _of_each(part, f"{key}.{part.name}")) for part in parts]

    def keep(facts: Facts, objects: list[dict[str, Any]]) -> None:
        found: dict[str, list[Any]] = {}
        for each in objects:
            for name, value in each.items():
                found.setdefault(name, []).append(value)
        for name, keep_part in keepers:
            if name in found:
                keep_part(facts, found[name])

    return keep


def _of_each(part: Field, key: str) -> Keep:
    """Return what keeps one part of all objects of a list, one after the other."""
    if part.type in SINGLE:
        return _texts(key)
    if part.type is Type.NUMBER:
        return _number(key)
    if part.type is Type.REFERENCE:
        return _references(key)
    keep = _of(part, key)
    return lambda facts, lists: keep(facts, [inner for each in lists for inner in each])


SINGLE = {Type.STRING, Type.DATE, Type.INSTANT, Type.BOOLEAN}

KEEPERS: dict[Type, Callable[[str], Keep]] = {
    Type.NUMBER: _number,
    Type.STRINGS: _texts,
    Type.REFERENCE: _reference,
    Type.REFERENCES: _references,
    Type.METADATA: _metadata,
}


def _of(known: Field, key: str) -> Keep:
    return _objects(key, known.parts) if known.type is Type.OBJECTS else KEEPERS[known.type](key)


def _plan(version: str, collection: str) -> tuple[set[str], dict[str, Keep]]:
    """Return the fields of a collection that are texts, and what keeps the others.

    Those that have columns aren't among them.
    """
    columns = columns_of(version, collection)
    kept = [
        known
        for known in FIELDS[version][collection]
        if known.name not in APART
        and known.name not in columns
        and f"{known.name}.sourcedId" not in columns
    ]
    texts = {known.name for known in kept if known.type in SINGLE}
    return texts, {each.name: _of(each, each.name) for each in kept if each.name not in texts}


PLANS = {
    (version, collection): _plan(version, collection)
    for version, collections in FIELDS.items()
    for collection in collections
}
