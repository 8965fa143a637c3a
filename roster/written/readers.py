"""Who reads what vendors wrote: a publication's reader, and the state of the gradebook."""

from __future__ import annotations

from typing import Protocol


class WrittenSource(Protocol):
    """A reader of a publication. `vendor` is whose records it reads (0: nobody's), `written` the
    last write that it reads, `acts` the organization's count of acts.
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
    def revision(self) -> int: ...

    @property
    def vendor(self) -> int: ...

    @property
    def written(self) -> int: ...

    @property
    def acts(self) -> int: ...
