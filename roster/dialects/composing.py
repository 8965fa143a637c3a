"""Puts a document together: the fields of its list, in order, nothing null or empty."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import orjson

from roster.dialects.fields import FIELDS, Type
from roster.visibility import Walk


class Doc(NamedTuple):
    """A finished document with what lists and nested lists go by."""

    sourced_id: str
    body: bytes
    role: str = ""
    school: str = ""
    klass: str = ""
    person: str = ""

    def digest(self) -> str:
        """Return the hash by which a changed document is told from an unchanged one."""
        tail = "\0".join((self.role, self.school, self.klass, self.person)).encode()
        return hashlib.blake2b(self.body + b"\0" + tail, digest_size=16).hexdigest()


class Unpublishable(Exception):
    """A required field can't be filled; `str()` is the field's name."""


ORDER = {
    version: {
        collection: tuple(
            (known.name, known.required)
            for known in fields
            if known.name not in ("sourcedId", "status", "dateLastModified")
        )
        for collection, fields in collections.items()
    }
    for version, collections in FIELDS.items()
}

EMPTY: tuple[Any, ...] = (None, "", [], {})


def compose(
    version: str, collection: str, values: dict[str, Any], *, status: str = "active"
) -> bytes:
    """Return the JSON of a document, without `dateLastModified`, which is added when read.

    `values` may hold more than the version has; what is null or empty is left out. Raises
    `Unpublishable` where a required field is.
    """
    document = {"sourcedId": values["sourcedId"], "status": status}
    for name, required in ORDER[version][collection]:
        value = values.get(name)
        if value is None or value == "" or value == [] or value == {}:
            if required:
                raise Unpublishable(name)
        else:
            document[name] = value
    return render(document)


def render(document: dict[str, Any]) -> bytes:
    """Return a document's JSON, in which `"href":"/ims/` begins references and nothing else.

    Readers put their base URL there. A metadata column called `href` may begin so too; then
    its slash is escaped, which JSON allows and no reader sees.
    """
    if metadata := document.get("metadata"):
        told = orjson.dumps(metadata)
        if b'"href":"/ims/' in told:
            told = told.replace(b'"href":"/ims/', b'"href":"\\/ims/')
            document = {**document, "metadata": orjson.Fragment(told)}
    return orjson.dumps(document)


def with_origin(told: str, origin: str) -> str:
    """Return rendered JSON, of whatever many documents, with scheme and host in its hrefs.

    Stored ones begin with the path. Text of a bundle can't hold this sequence: its quotes are
    escaped, and `render` sees to columns of that name.
    """
    return told.replace('"href":"/ims/', f'"href":"{origin}/ims/')


CONTROLS = frozenset({"externalLmsExclude"})
"""Metadata columns that steer Rosterdesk and are nobody else's business."""


def trim(walk: Walk, collection: str, values: dict[str, Any]) -> dict[str, Any]:
    """Take out what the line doesn't share: fields that are off, withheld, or controls."""
    for name in walk.rules.hidden(collection):
        values.pop(name, None)
    metadata = values.get("metadata")
    if metadata and not CONTROLS.isdisjoint(metadata):
        values["metadata"] = {k: v for k, v in metadata.items() if k not in CONTROLS}
    return values


def truth(value: bool | None) -> str | None:
    """Return a boolean as OneRoster writes it (gotcha 3), or None."""
    return None if value is None else ("true" if value else "false")


NAMES = frozenset({"name", "title", "givenName", "familyName"})
IDENTIFIERS = frozenset({"username", "identifier", "courseCode", "vendorResourceId"})


def tombstone(version: str, collection: str, document: dict[str, Any]) -> bytes:
    """Return what remains of a published document: its required fields, told of nobody.

    Names are `Removed`, identifying codes the sourcedId, accounts disabled; role, type,
    dates and references stay as last published (product: The cache, tombstones).
    """
    values: dict[str, Any] = {"sourcedId": document["sourcedId"]}
    for known in FIELDS[version][collection]:
        if not known.required or known.name not in document:
            continue
        if known.name in NAMES:
            values[known.name] = "Removed"
        elif known.name in IDENTIFIERS:
            values[known.name] = document["sourcedId"]
        elif known.name == "enabledUser":
            values[known.name] = "false"
        elif known.type is Type.OBJECTS:
            values[known.name] = [
                _required_parts(part, known.parts) for part in document[known.name]
            ]
        else:
            values[known.name] = document[known.name]
    return compose(version, collection, values, status="tobedeleted")


def _required_parts(value: dict[str, Any], parts: tuple[Any, ...]) -> dict[str, Any]:
    wanted = {part.name for part in parts if part.required}
    return {name: part for name, part in value.items() if name in wanted}
