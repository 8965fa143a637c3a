"""What a field of a document is: its name, its type, whether a version requires it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from roster.dialects import vocabularies
from roster.dialects.vocabularies import Words


class Type(StrEnum):
    """How a field's value is written and compared."""

    STRING = "string"
    STATUS = "status"
    INSTANT = "instant"
    DATE = "date"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRINGS = "strings"
    REFERENCE = "reference"
    REFERENCES = "references"
    METADATA = "metadata"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `target` is the GUIDRef type of a reference.

    `parts` are an object's own fields, `named` what the specification calls such an object.
    `words` is the enumeration of a text, `uri` says that it is one.
    """

    name: str
    type: Type = Type.STRING
    required: bool = False
    target: str = ""
    parts: tuple[Field, ...] = ()
    named: str = ""
    words: Words | None = None
    uri: bool = False


def text(name: str, required: bool = False) -> Field:
    return Field(name, Type.STRING, required)


def word(name: str, words: Words, required: bool = False) -> Field:
    return Field(name, Type.STRING, required, words=words)


def uri(name: str, required: bool = False) -> Field:
    return Field(name, Type.STRING, required, uri=True)


def flag(name: str, required: bool = False) -> Field:
    return Field(name, Type.BOOLEAN, required, words=vocabularies.TRUTH)


def number(name: str, required: bool = False) -> Field:
    return Field(name, Type.NUMBER, required)


def date(name: str, required: bool = False) -> Field:
    return Field(name, Type.DATE, required)


def strings(name: str, required: bool = False, words: Words | None = None) -> Field:
    return Field(name, Type.STRINGS, required, words=words)


def ref(name: str, target: str, required: bool = False) -> Field:
    return Field(name, Type.REFERENCE, required, target)


def refs(name: str, target: str, required: bool = False) -> Field:
    return Field(name, Type.REFERENCES, required, target)


def objects(name: str, named: str, *parts: Field, required: bool = False) -> Field:
    return Field(name, Type.OBJECTS, required, parts=parts, named=named)


BASE = (
    text("sourcedId", True),
    Field("status", Type.STATUS, True, words=vocabularies.STATUS),
    Field("dateLastModified", Type.INSTANT, True),
    Field("metadata", Type.METADATA),
)


def snake(name: str) -> str:
    """Return a field's name as Python and the database write it."""
    return re.sub("(?=[A-Z])", "_", name).lower()
