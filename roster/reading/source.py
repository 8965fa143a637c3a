"""What is read: one publication, as the lists and documents of this folder need to know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from roster.written.readers import WrittenSource


class Source(WrittenSource, Protocol):
    """A publication of a feed (0: there is none), and the state in which it is read.

    `revision` counts the acts that rewrote it in place, and with it everything is cached.
    `cut` are the fields, by collection, that are withheld although its documents have them yet;
    each with the number of the act that withheld it. Whose written records are read too, and as
    of which write, a reader of those says.
    """

    @property
    def number(self) -> int: ...

    @property
    def cut(self) -> Mapping[str, Mapping[str, int]]: ...
