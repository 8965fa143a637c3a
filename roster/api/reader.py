"""Who reads, and what: the one thing the API knows about its caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


class Run:
    """The reading that a request is part of, as the storey above keeps it.

    A list is known to it by its key (`roster/api/list_keys.py`); a single record has none. This one
    remembers nothing: each request stands alone.
    """

    @property
    def id(self) -> int | None:
        """What the request log knows the run by."""
        return None

    def enter(self, reader: Reader, key: str | None, offset: int) -> Reader:
        """Return the reader at the publication of its run, which begins if it must.

        `key` is that of a top-level list; nested lists and single records, which begin no run,
        have none here.
        """
        return reader

    def begun(self, key: str, offset: int) -> int | None:
        """Return the `last_number` of the reader who was given the beginning of a list.

        None where it isn't known, or where the list begins with this request.
        """
        return None

    def gave(self, key: str, offset: int, count: int, total: int, *, nested: bool = False) -> None:
        """Note that `count` of a list's `total` records are given from `offset` on.

        Of a nested list nothing counts but that it has begun.
        """

    def oldest_read(self, moment: datetime) -> int | None:
        """Return the oldest number that this caller may have been reading about then, if any."""
        return None

    def reading_since(self, moment: datetime) -> datetime | None:
        """Return since when this caller may have been reading about then, if it was."""
        return None


@dataclass(frozen=True, slots=True)
class Reader:
    """A vendor whose token was found good, as the authentication class hands it over.

    It reads one publication of its connection's `feed` (0: nothing is published yet), which has
    a `number`; `revision` counts the acts that rewrote it, `cut` are fields, by collection, that
    are taken out of its documents as they are read, each with the number of the act that
    withheld it. `last_number` is the organization's last one as the request came, `acts` how many
    acts it had and `last_write` the last write into its gradebook. `scopes` are full URIs. `vendor`
    is the partner whose written records it reads and writes (0: none), as of the write `written`
    (0: none of them); `program` is the mark of the token, and one that is `paused` writes nothing.
    Everything the API answers comes out of that publication, and of what its vendor wrote there:
    there is no way around it to another organization. The authentication's reader is at the feed's
    head; `run.enter` moves it to what its run reads.
    """

    connection: int
    organization: int
    version: str
    feed: int | None
    publication: int
    number: int
    scopes: frozenset[str]
    revision: int = 0
    cut: Mapping[str, Mapping[str, int]] = field(default_factory=dict, compare=False)
    last_number: int = 0
    vendor: int = 0
    program: str = ""
    paused: bool = False
    last_write: int = 0
    written: int = 0
    acts: int = 0
    run: Run = field(default=Run(), compare=False, repr=False)

    is_authenticated = True

    def as_of(self, written: int) -> Reader:
        """Return the same reader of what vendors had written until then."""
        return replace(self, written=written)
