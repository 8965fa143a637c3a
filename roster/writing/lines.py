"""What a bundle is written from: lines of values by the names of columns, in the order of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from roster.importing.columns import File


class Line(NamedTuple):
    """One row of a file: its id, its values by the column's name, its own metadata columns.

    Values are as rows or documents have them; lists of references are lists of sourcedIds.
    """

    sourced_id: str
    values: dict[str, Any]
    metadata: Mapping[str, Any] = {}


class Source(Protocol):
    """Where a bundle's lines come from: an organization's rows, or a vendor's documents."""

    @property
    def version(self) -> str: ...

    def lines(self, file: File) -> Iterator[Line]:
        """Yield the lines of a file, in the one order that they are written in."""

    def has_metadata(self, file: File) -> bool:
        """Return whether lines of a file may have metadata columns."""

    def schools(self) -> set[str]:
        """Return the orgs that classes name as their school, whatever their type."""

    def stand_in(self, values: Mapping[str, Any], sourced_id: str) -> str:
        """Return what stands for a username that isn't there, blank where nothing may."""


def made_id(kind: str, *parts: str) -> str:
    """Return the id of a row that has none of its own; the same parts give the same one."""
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{kind}-{blake2b(text, digest_size=12).hexdigest()}"
