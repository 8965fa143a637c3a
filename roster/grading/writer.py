"""Who writes: a connection of a vendor, at what it reads."""

from __future__ import annotations

from typing import Protocol

from roster.reading.source import Source


class Writer(Source, Protocol):
    """A reader of the head, and the key of its connection."""

    @property
    def connection(self) -> int: ...

    def as_of(self, written: int) -> Writer:
        """Return the same writer, who reads what was written until then."""
