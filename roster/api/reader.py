"""Who reads, and what: the one thing the API knows about its caller."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Run(Protocol):
    """The reading that a request is part of, as the storey above keeps it.

    A list is known to it by its key (`roster/api/lists.py`); a single or nested read has none.
    """

    @property
    def id(self) -> int | None:
        """What the request log knows the run by."""

    def enter(self, reader: Reader, key: str | None, offset: int) -> Reader:
        """Return the reader at the publication of its run, which begins if it must."""

    def gave(self, key: str, offset: int, count: int, total: int) -> None:
        """Note that `count` of a list's `total` records are given from `offset` on."""

    def oldest_read(self, moment: datetime) -> int | None:
        """Return the oldest number that this caller may have been reading about then, if any."""


class Standing:
    """The run of a reader that stays where it is, and of which nothing is remembered."""

    id = None

    def enter(self, reader: Reader, key: str | None, offset: int) -> Reader:
        return reader

    def gave(self, key: str, offset: int, count: int, total: int) -> None:
        pass

    def oldest_read(self, moment: datetime) -> int | None:
        return None


@dataclass(frozen=True, slots=True)
class Reader:
    """A vendor whose token was found good, as the authentication class hands it over.

    `number` is the publication it reads of `line` (0: nothing is published yet); `since` the
    number at its connection's own beginning; `scopes` full URIs. Everything the API answers
    comes out of that line at that number: there is no way around it to another organization.
    The authentication's reader stands at the head; `run.enter` moves it to where its run stands.
    `veil` are the fields, by collection, that are taken out of documents as they are read.
    `stopped` while something that must be withdrawn could not be: nothing is read then.
    """

    connection: int
    organization: int
    version: str
    line: int | None
    number: int
    since: int
    withdrawals: int
    scopes: frozenset[str]
    veil: Mapping[str, Collection[str]] = field(default_factory=dict, compare=False)
    run: Run = field(default=Standing(), compare=False, repr=False)
    stopped: bool = False

    is_authenticated = True
