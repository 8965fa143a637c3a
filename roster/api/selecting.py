"""`fields`: those fields and only those, also without the sourcedId (specification 3.4)."""

from __future__ import annotations

from collections.abc import Collection

from roster.dialects.composing import parse, render


def only(documents: list[bytes], fields: Collection[str] | None) -> list[bytes]:
    """Return documents with the asked fields alone, in their order; None leaves them as they are.

    A field that a record lacks, or that isn't shared, is left out.
    """
    if fields is None:
        return documents
    return [_only(document, fields) for document in documents]


def _only(document: bytes, fields: Collection[str]) -> bytes:
    values = parse(document)
    return render({name: value for name, value in values.items() if name in fields})
