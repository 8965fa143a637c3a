"""Fields that are taken out of a line's documents as they are read, until they are rewritten.

A field withheld from everybody is in tens of thousands of documents of every line: more than
can be rewritten within the minute that tightening has. So a veil falls at once, line by line,
and the rewriting follows under it. It is no second way to withhold: a line is built only when
nothing of it is veiled, so what is published later never meets a veil.

    {"users": ["email", "phone"]}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import orjson

from roster.dialects.composing import render
from roster.models import Line
from roster.pruning import Document
from roster.stored import Change, stored

Veil = Mapping[str, Collection[str]]


def merged(*veils: Veil) -> dict[str, list[str]]:
    """Return one veil that hides what any of these does, lists sorted."""
    names = {name for veil in veils for name in veil}
    found = {name: {field for veil in veils for field in veil.get(name, ())} for name in names}
    return {name: sorted(fields) for name, fields in sorted(found.items()) if fields}


def without(text: str, fields: Iterable[str]) -> str:
    """Return a stored document without these fields."""
    document = orjson.loads(text)
    return render(document).decode() if strip(document, fields) else text


def lifted(line: Line, collection: str) -> Iterator[Change]:
    """Yield the collection's versions that hold a field under the line's veil, without it."""
    fields = line.veil[collection]
    for row in stored(line, collection):
        document = orjson.loads(row.document)
        if strip(document, fields):
            yield row, render(document)


def strip(document: Document, fields: Iterable[str]) -> bool:
    """Take the fields out of a document; return whether it had any of them."""
    had = [name for name in fields if document.pop(name, None) is not None]
    return bool(had)
