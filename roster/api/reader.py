"""Who reads, and what: the one thing the API knows about its caller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reader:
    """A vendor whose token was found good, as the authentication class hands it over.

    `number` is the publication it reads of `line` (0: nothing is published yet); `since` the
    number at its connection's own beginning; `scopes` full URIs. Everything the API answers
    comes out of that line at that number: there is no way around it to another organization.
    """

    connection: int
    organization: int
    version: str
    line: int | None
    number: int
    since: int
    withdrawals: int
    scopes: frozenset[str]

    is_authenticated = True
