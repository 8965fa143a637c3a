"""Puts a document together: the fields of its list, in order, nothing null or empty."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import orjson

from roster.dialects.facts import BEYOND, facts_of
from roster.dialects.fields import FIELDS, V11

Document = dict[str, Any]

ORIGIN = b"\x7f"
"""Stands in finished documents where their readers see scheme and host.

It is in no other text of theirs, and pages of thousands are searched soonest for a single byte.
"""

Hidden = frozenset[str]
"""Names of the fields of a collection that a reader doesn't get."""


class Doc(NamedTuple):
    """A finished document with what lists, nested lists and filters go by.

    `facts` is the JSON text of its facts (`facts.py`).
    """

    sourced_id: str
    body: bytes
    role: str = ""
    school: str = ""
    klass: str = ""
    person: str = ""
    facts: str = "{}"
    status: str = "active"

    def digest(self) -> str:
        """Return the hash by which documents of one record are the same or not, with hrefs as they
        were stored until `ORIGIN` stood in them.

        Facts are made of the body, but for what a tombstone keeps of the document before it.
        """
        parts = [self.role, self.school, self.klass, self.person]
        if self.status != "active" and f'"{BEYOND}' in self.facts:
            facts = orjson.loads(self.facts)
            parts += [f"{key}={facts[key]}" for key in sorted(facts) if key.startswith(BEYOND)]
        tail = "\0".join(parts).encode()
        return hashlib.blake2b(
            self.body.replace(ORIGIN, b"") + b"\0" + tail, digest_size=16
        ).hexdigest()


class Unpublishable(Exception):
    """A required field can't be filled; `str()` is the field's name. Deciding prevents it."""


BASE = ("sourcedId", "status", "dateLastModified")

ORDER = {
    (version, collection): tuple(known.name for known in fields if known.name not in BASE)
    for version, collections in FIELDS.items()
    for collection, fields in collections.items()
}

REQUIRED = {
    (version, collection): {
        known.name for known in fields if known.required and known.name not in BASE
    }
    for version, collections in FIELDS.items()
    for collection, fields in collections.items()
}

NUMBERS = frozenset((int, float, bool))


def made(
    version: str,
    collection: str,
    document: Document,
    role: str = "",
    school: str = "",
    klass: str = "",
    person: str = "",
) -> Doc:
    """Return a document with its facts, and the columns by which lists and filters find it."""
    if collection == "users":
        role = role_words(version, document)
    facts = orjson.dumps(facts_of(version, collection, document)).decode()
    return Doc(document["sourcedId"], render(document), role, school, klass, person, facts)


def arranged(version: str, collection: str, values: Mapping[str, Any]) -> Document:
    """Return a document, without `dateLastModified`, which is added when read.

    What is null or empty is left out. Raises `Unpublishable` where a required field is.
    """
    order, required = ORDER[version, collection], REQUIRED[version, collection]
    document = {"sourcedId": values["sourcedId"], "status": "active"}
    for name in order:
        value = values.get(name)
        if value or value.__class__ in NUMBERS:
            document[name] = value
    if not document.keys() >= required:
        raise Unpublishable(next(each for each in order if each in required - document.keys()))
    return document


def render(document: Document) -> bytes:
    """Return a document's JSON, with `ORIGIN` before the paths of its references.

    A metadata column called `href` may begin as one of those does; then its slash is escaped,
    which JSON allows and no reader sees, as the character is that means `ORIGIN`.
    """
    if metadata := document.get("metadata"):
        text = orjson.dumps(metadata)
        if b'"href":"/ims/' in text:
            text = text.replace(b'"href":"/ims/', b'"href":"\\/ims/')
            document = {**document, "metadata": orjson.Fragment(text)}
    text = orjson.dumps(document).replace(ORIGIN, b"\\u007f")
    return text.replace(b'"href":"/ims/', b'"href":"' + ORIGIN + b"/ims/")


def parse(text: bytes | str) -> Document:
    """Return a rendered document as it was given to `render`."""
    content = text.encode() if isinstance(text, str) else text
    document: Document = orjson.loads(content.replace(ORIGIN, b""))
    return document


def with_origin(rendered: bytes, origin: str) -> bytes:
    """Return rendered JSON, of whatever many documents, with scheme and host in its hrefs."""
    return rendered.replace(ORIGIN, origin.encode())


def role_words(version: str, document: Document) -> str:
    """Return the roles of a user's document, as lists and filters ask for them."""
    if version == V11:
        return str(document["role"])
    return " ".join(sorted({entry["role"] for entry in document["roles"]}))


def truth(value: bool | None) -> str | None:
    """Return a boolean as OneRoster writes it (gotcha 3), or None."""
    return None if value is None else ("true" if value else "false")


def day(value: date | None) -> str | None:
    """Return a date as OneRoster writes it, or None."""
    return None if value is None else value.isoformat()
