"""One document beside the version's fields: what is missing, strange or badly written in it.

Words name fields and shapes (`xxx-99`), never what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from roster.dialects.fields import FIELDS, Field, Type

Problem = tuple[str, str]
"""The key of a check, and what is wrong."""

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
LISTS = (Type.STRINGS, Type.REFERENCES, Type.OBJECTS)
OPEN = {"Credential"}
"""Objects to which the specification lets others add."""


def problems(version: str, collection: str, document: dict[str, Any]) -> Iterator[Problem]:
    """Yield what a record of a collection does otherwise than its version has it."""
    yield from _object(version, FIELDS[version][collection], document, "", closed=True)
    modified = document.get("dateLastModified")
    if isinstance(modified, str) and INSTANT.fullmatch(modified) and not modified.endswith("Z"):
        yield "utc", f"dateLastModified as {shape(modified)}"


def shape(value: str) -> str:
    """Return what a text looks like, without what it says."""
    letters = re.sub(r"[^\W\d_]", "x", value[:24])
    return re.sub(r"\d", "9", letters) + ("…" if len(value) > 24 else "")


def _object(
    version: str, fields: Iterable[Field], value: dict[str, Any], within: str, *, closed: bool
) -> Iterator[Problem]:
    known = {each.name: each for each in fields}
    for each in known.values():
        name = within + each.name
        given = value.get(each.name)
        if given is None:
            if each.name in value:
                yield "types", f"{name} is null; what is empty is left out"
            elif each.required:
                yield "required", f"{name} is missing"
        elif each.type in LISTS:
            yield from _list(version, each, given, name)
        else:
            yield from _value(version, each, given, name)
    if closed:
        for name in value.keys() - known.keys():
            yield (
                "extra",
                f"{within}{name if name.isidentifier() else 'a field'} isn't in {version}",
            )


def _list(version: str, known: Field, value: Any, name: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield "types", f"{name} is {_kind(value)}, not a list"
        return
    if known.required and not value:
        yield "required", f"{name} is empty"
    for each in value:
        yield from _value(version, known, each, name)


def _value(version: str, known: Field, value: Any, name: str) -> Iterator[Problem]:
    if isinstance(value, bool) or not _is_a(known.type, value):
        yield "types", f"{name} is {_kind(value)}"
    elif known.type is Type.OBJECTS:
        closed = known.named not in OPEN
        yield from _object(version, known.parts, value, f"{name}.", closed=closed)
    elif known.type in (Type.REFERENCE, Type.REFERENCES):
        yield from _reference(known, value, name)
    elif known.type in (Type.DATE, Type.INSTANT):
        if not is_written(known.type, value):
            yield "dates", f"{name} as {shape(value)}"
    elif known.words and value not in known.words.of(version):
        own = known.words.extends(version) and re.fullmatch(known.words.pattern, value)
        if not own:
            yield "words", f"{name} has a word of its own ({shape(value)})"


KINDS: dict[Type, type | tuple[type, ...]] = {
    Type.NUMBER: (int, float),
    Type.REFERENCE: dict,
    Type.REFERENCES: dict,
    Type.OBJECTS: dict,
    Type.METADATA: dict,
}
"""What JSON makes of a value; of all other types it is a text."""


def _is_a(kind: Type, value: Any) -> bool:
    return isinstance(value, KINDS.get(kind, str))


def _kind(value: Any) -> str:
    kinds = {bool: "a JSON boolean", str: "a text", dict: "an object", list: "a list"}
    return kinds.get(type(value), "a number")


def _reference(known: Field, value: dict[str, Any], name: str) -> Iterator[Problem]:
    for key in ("href", "sourcedId", "type"):
        if not isinstance(value.get(key), str) or not value[key]:
            yield "guidref", f"{name} lacks {key}"
    if value.get("type") and value["type"] != known.target:
        yield "guidref", f"{name} has another type than {known.target}"


def is_written(kind: Type, value: str) -> bool:
    """Return whether a date, or a moment, is written as such and exists."""
    try:
        if kind is Type.DATE:
            return bool(DAY.fullmatch(value) and date.fromisoformat(value))
        return bool(INSTANT.fullmatch(value) and datetime.fromisoformat(value))
    except ValueError:
        return False


def instant(value: str) -> float:
    """Return a written moment as seconds; what is written otherwise comes first."""
    return datetime.fromisoformat(value).timestamp() if is_written(Type.INSTANT, value) else 0


def references(
    version: str, collection: str, document: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the references of a record, with the path of each."""
    yield from _references(FIELDS[version][collection], document, "")


def _references(
    fields: Iterable[Field], value: dict[str, Any], within: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    for known in fields:
        found = value.get(known.name)
        inner = (
            [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        )
        if known.type is Type.OBJECTS:
            for each in inner:
                yield from _references(known.parts, each, f"{within}{known.name}.")
        elif known.type is Type.REFERENCES:
            yield from ((within + known.name, each) for each in inner)
        elif known.type is Type.REFERENCE and isinstance(found, dict):
            yield within + known.name, found
