"""All checks one after the other, and the report that is made of what they saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connections.provider import filters, lists, paging, records, refusals, tokens
from connections.provider.asking import Provider, Spent, asked
from connections.provider.table import CHECKS, GROUPS, MUST, SHOULD, Check, Outcome
from roster.api.operations import OPERATIONS
from roster.clock import clock, stamp

EXAMINING: dict[str, Callable[[Provider], Iterator[Outcome]]] = {
    "token": tokens.examine,
    "access": tokens.access,
    "discovery": tokens.discovery,
    "lists": lists.examine,
    "documents": records.examine,
    "references": records.lead,
    "paging": paging.examine,
    "fields": paging.fields,
    "sort": paging.sort,
    "filter": filters.examine,
    "deltas": filters.deltas,
    "errors": refusals.examine,
}


def examine(provider: Provider, groups: Collection[str] = GROUPS) -> Iterator[Outcome]:
    """Yield what is seen, group by group; each begins with a new token, as some are short-lived."""
    for group, look in EXAMINING.items():
        if group in groups:
            if group != "token":
                yield tokens.renewed(provider)
            yield from look(provider)
            if not provider.token:
                return


@dataclass
class Report:
    """What was seen, once for each check and question; `complete` if no bound ended it."""

    host: str
    version: str
    day: datetime
    rows: list[Outcome] = field(default_factory=list)
    requests: int = 0
    complete: bool = True
    closed: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[tuple[Check, Outcome]]:
        """What isn't as wanted; what must be stands first."""
        found = [(CHECKS[row.key], row) for row in self.rows if row.found]
        return sorted(found, key=lambda each: each[0].severity != MUST)

    def count(self, severity: str) -> int:
        return sum(check.severity == severity for check, _ in self.faults)

    @property
    def checks(self) -> list[tuple[Check, int, int]]:
        """Every row of the table, at how many places it was looked at, and how many faults."""
        seen = Counter(row.key for row in self.rows)
        wrong = Counter(row.key for row in self.rows if row.found)
        return [(check, seen[key], wrong[key]) for key, check in CHECKS.items()]

    def described(self) -> dict[str, Any]:
        """Return the report as commands print it."""
        return {
            "host": self.host,
            "oneroster": self.version,
            "at": stamp(self.day),
            "requests": self.requests,
            "complete": self.complete,
            "looked_at": len(self.rows),
            "must": self.count(MUST),
            "should": self.count(SHOULD),
            "faults": [
                {**check._asdict(), "asked": row.asked, "found": row.found}
                for check, row in self.faults
            ],
            "checks": [
                {**check._asdict(), "places": seen, "faults": wrong}
                for check, seen, wrong in self.checks
            ],
            "not_opened": self.closed,
        }


def report(
    provider: Provider,
    groups: Collection[str] = GROUPS,
    progress: Callable[[int, str], None] = lambda percent, stage: None,
) -> Report:
    """Examine a server and return what was seen; a bound that is met ends it early, and says so."""
    made = Report(provider.host, provider.version, clock())
    rows: dict[tuple[str, str], Outcome] = {}
    try:
        for each in examine(provider, groups):
            known = rows.get((each.key, each.asked))
            if known is None or not known.found:
                rows[each.key, each.asked] = each
            progress(100 * provider.sent // provider.most, CHECKS[each.key].group)
    except Spent:
        made.complete = False
    made.rows = list(rows.values())
    made.requests = provider.sent
    made.closed = [
        asked(each)
        for each in OPERATIONS
        if each.version == provider.version and provider.scopes.isdisjoint(each.scopes)
    ]
    return made
