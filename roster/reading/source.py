"""What is read: one publication, as the lists and documents of this folder need to know it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Source(Protocol):
    """A publication of a feed (0: there is none), and the state in which it is read.

    `revision` counts the acts that rewrote it in place, and with it everything is cached.
    `cut` are the fields, by collection, that are withheld although its documents have them yet;
    each with the number of the act that withheld it. `vendor` is whose written records are read
    too (0: nobody's), as of the write `written` and the organization's count of `acts`.
    """

    @property
    def organization(self) -> int: ...

    @property
    def version(self) -> str: ...

    @property
    def feed(self) -> int | None: ...

    @property
    def publication(self) -> int: ...

    @property
    def number(self) -> int: ...

    @property
    def revision(self) -> int: ...

    @property
    def cut(self) -> Mapping[str, Mapping[str, int]]: ...

    @property
    def vendor(self) -> int: ...

    @property
    def written(self) -> int: ...

    @property
    def acts(self) -> int: ...
