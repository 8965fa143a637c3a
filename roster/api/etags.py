"""Answers that a client has already: `ETag` and `If-None-Match` (RFC 9110, 8.8.3 and 13.1.2).

A publication never changes but for acts, so what an answer will be is known before any of it is
read: by publication, revision, query, and where there were acts, since when the list is asked.
The tag also tells how many records it
stands for, so that a run learns from a 304 what it would have learnt from the answer.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

from roster.api.reader import Reader

TAG = re.compile(r'(?:W/)?"(?P<mark>[0-9a-f]{24})(?:-(?P<count>\d{1,9})-(?P<total>\d{1,9}))?"')


class Known(NamedTuple):
    """What a client has: how many records of how many in all; 0 of 0 for a single."""

    records: int
    total: int


def mark_of(reader: Reader, begun: int | None, base: str, path: str, query: str) -> str:
    """Return the part of a tag that is known beforehand."""
    since = begun if reader.revision else None
    stand: tuple[object, ...] = (reader.publication, reader.revision, since, base, path, query)
    if reader.written:
        stand = (*stand, reader.written, reader.acts)
    return blake2b(repr(stand).encode("utf-8", "replace"), digest_size=12).hexdigest()


def mark_of_text(text: str, base: str, query: str = "") -> str:
    """Return the part of a tag by which one document is known, whatever else was written."""
    return blake2b(repr((text, base, query)).encode("utf-8", "replace"), digest_size=12).hexdigest()


def tag(mark: str, count: int | None = None, total: int | None = None) -> str:
    """Return the value of `ETag`. It is weak: compressed or not, the answer says the same."""
    return f'W/"{mark}"' if count is None else f'W/"{mark}-{count}-{total}"'


def known(header: str, mark: str) -> Known | None:
    """Return what the client has of the answer with that mark; None if it has another or none."""
    for found in TAG.finditer(header):
        if found["mark"] == mark:
            return Known(int(found["count"] or 0), int(found["total"] or 0))
    return None
