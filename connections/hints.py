"""What a good consumer does and a connection's vendor doesn't, as its request log shows.

A rule looks at the requests of the last days, as plain values, and returns those that it is
about. Facts alone: what is said of them, and to whom, is the portal's (`portal/hints.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from connections.belonging import IDLE
from connections.models import Connection, Request
from connections.networks import ELSEWHERE
from connections.oauth import OTHER_SCOPES
from connections.sync_history import early_readings
from roster.api.operations import OPERATIONS
from roster.api.parameters import DEFAULT_LIMIT
from roster.clock import clock
from roster.reading.query import MASK

SINCE = timedelta(days=7)
MOST = 5_000
"""So many requests of the last days are looked at, the newest."""

SMALL, MANY = 100, 20
"""A page below SMALL records is small; so many small pages, or tokens, are many."""

SOON = timedelta(minutes=10)
"""After so short a while the token before is still good."""

OFTEN = 3
"""Whole readings of one list, and readings before the refresh, within a week."""

READS = {each.path: each for each in OPERATIONS if each.method == "GET"}
LISTS = {path for path, each in READS.items() if each.many and not each.parents}


class Hint(NamedTuple):
    """What a vendor should do otherwise: how often it was seen, and in which lists."""

    code: str
    times: int
    lists: tuple[str, ...] = ()


class Asked(NamedTuple):
    """A request as the log has it, its query taken apart."""

    at: datetime
    endpoint: str
    status: int
    records: int | None
    reason: str
    limit: int
    offset: int
    filter: str

    @property
    def name(self) -> str:
        """The list as vendors name it: `users`."""
        return self.endpoint.rpartition("/")[2]

    def is_list(self) -> bool:
        return self.endpoint in LISTS and self.status == 200

    def is_full(self) -> bool:
        """Whether the page has as many records as were asked for. One is a trial."""
        return self.records == self.limit > 1

    def is_whole(self) -> bool:
        """Whether a reading of a list from its beginning began here, not of what changed."""
        return not (
            self.offset or self.limit == 1 or "dateLastModified" in self.filter
            or MASK in self.filter
        )  # fmt: skip

    def is_differential(self) -> bool:
        """Whether a reading of what changed began here."""
        return not self.offset and "dateLastModified" in self.filter

    def lists_removed(self) -> bool:
        """Whether tombstones stand in the answer (product: they are listed where asked for)."""
        names = "dateLastModified" in self.filter or "status" in self.filter
        return names and "status='active'" not in self.filter


COLUMNS = ("query", "at", "endpoint", "status", "records", "reason")


def asked(
    query: str, at: datetime, endpoint: str, status: int, records: int | None, reason: str
) -> Asked:
    """Return a request of the log."""
    given = dict(part.partition("=")[::2] for part in query.split("&"))
    limit, offset = (
        int(given[name]) if given.get(name, "").isdecimal() else otherwise
        for name, otherwise in (("limit", DEFAULT_LIMIT), ("offset", 0))
    )
    return Asked(at, endpoint, status, records, reason, limit, offset, given.get("filter", ""))


def hints_for(connection: Connection) -> list[Hint]:
    """Return what the vendor of a connection should do otherwise, of the last seven days."""
    now = clock()
    rows = Request.objects.filter(connection=connection, at__gt=now - SINCE).order_by("-at", "-pk")
    requests = [asked(*row) for row in rows.values_list(*COLUMNS)[:MOST]]
    early, readings = early_readings(connection, now - SINCE)
    return [
        *hints_in(requests, connection.oneroster, now),
        *([Hint("reads_early", early)] if early >= OFTEN and early * 2 > readings else []),
    ]


def hints_in(requests: Sequence[Asked], version: str, now: datetime) -> list[Hint]:
    """Return what a vendor of that version should do otherwise, by its requests until now."""
    found = [(code, rule(requests, version, now)) for code, rule in RULES.items()]
    return [Hint(code, len(of), _names(of)) for code, of in found if of]


def _small_pages(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    small = [each for each in requests if each.is_list() and each.is_full() and each.limit < SMALL]
    return small if len(small) >= MANY else []


def _first_page_only(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    """Return full first pages of lists of which no further page was asked; a late one may come."""
    lists = [each for each in requests if each.is_list()]
    followed = {each.endpoint for each in lists if each.offset}
    return [
        each
        for each in lists
        if each.is_full() and each.endpoint not in followed and each.at < now - IDLE
    ]


def _whole_again(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    whole = [each for each in requests if each.is_list() and each.is_whole()]
    times = Counter((each.endpoint, each.filter) for each in whole)
    return [each for each in whole if times[each.endpoint, each.filter] >= OFTEN]


def _removed_unasked(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    """Return lists read on several days by a vendor that never asked who is gone."""
    lists = [each for each in requests if each.is_list()]
    days = {each.at.date() for each in lists}
    return lists if len(days) > 1 and not any(each.lists_removed() for each in lists) else []


def _token_each(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    """Return tokens taken soon after another, where there is one for every other read."""
    tokens = [each for each in requests if each.endpoint == "token" and each.status == 200]
    tokens.sort(key=lambda each: each.at)
    soon = [late for early, late in pairwise(tokens) if late.at - early.at < SOON]
    reads = sum(each.endpoint in READS for each in requests)
    return soon if len(soon) >= max(MANY, reads / 2) else []


def _other_version(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    """Return token requests with the other version's scopes, and reads below its paths."""
    return [
        each
        for each in requests
        if (each.endpoint == "token" and each.reason == OTHER_SCOPES)
        or (each.endpoint in READS and READS[each.endpoint].version != version)
    ]


def _demographics_refused(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    return [
        each
        for each in requests
        if each.status == 403
        and each.endpoint in READS
        and READS[each.endpoint].collection == "demographics"
        and READS[each.endpoint].version == version
    ]


def _from_elsewhere(requests: Sequence[Asked], version: str, now: datetime) -> list[Asked]:
    return [each for each in requests if each.reason.endswith(ELSEWHERE)]


RULES: dict[str, Callable[[Sequence[Asked], str, datetime], Collection[Asked]]] = {
    "first_page_only": _first_page_only,
    "removed_unasked": _removed_unasked,
    "whole_again": _whole_again,
    "small_pages": _small_pages,
    "token_each": _token_each,
    "other_version": _other_version,
    "demographics_refused": _demographics_refused,
    "from_elsewhere": _from_elsewhere,
}
"""What is looked for, that first by which the vendor's copy is wrong."""


def _names(requests: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(sorted({each.name for each in requests if each.endpoint in LISTS}))
