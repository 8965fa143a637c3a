"""Vendors that follow a district from night to night, and what each of them had in the morning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.acceptance.desk import Connected

PAGE = 1000

Copy = dict[str, dict[str, dict[str, Any]]]
"""Collection to sourcedId to document."""

Name = tuple[str, str]
"""Collection and sourcedId."""


@dataclass
class Follower:
    """A delta vendor: everything once, from then on what changed since it last began to read."""

    vendor: Connected
    copy: Copy = field(default_factory=dict)
    since: str = ""

    def read(self) -> set[Name]:
        """Bring the copy up to date; return what was heard of."""
        self.vendor.renew()
        began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        heard: set[Name] = set()
        if self.since:
            for collection, records in self.copy.items():
                heard |= {(collection, name) for name in self._apply(collection, records)}
        else:
            self.copy = self.vendor.everything(PAGE)
        self.since = began
        return heard

    def _apply(self, collection: str, records: dict[str, dict[str, Any]]) -> set[str]:
        query = f"dateLastModified>'{self.since}'"
        changes = self.vendor.read(collection, PAGE, filter=query)
        for record in changes:
            if record["status"] == "active":
                records[record["sourcedId"]] = record
            else:
                records.pop(record["sourcedId"], None)
        return {record["sourcedId"] for record in changes}


@dataclass
class Mornings:
    """The vendors of one version, and their mornings.

    `vendor` reads everything each time, `daily` what changed, `seldom` does so every third time.
    `full` is what the first had, `unlike` where the second had something else.
    """

    version: str
    vendor: Connected
    daily: Follower
    seldom: Follower
    full: list[Copy] = field(default_factory=list)
    unlike: list[set[Name]] = field(default_factory=list)
    heard: list[set[Name]] = field(default_factory=list)

    def read(self) -> None:
        night = len(self.full)
        self.vendor.renew()
        now = self.vendor.everything(PAGE)
        if self.full:
            keep_what_is_equal(now, self.full[-1])
        self.full.append(now)
        self.heard.append(self.daily.read())
        self.unlike.append(differing(now, self.daily.copy))
        if night % 3 == 0:
            self.seldom.read()

    def ever(self, collection: str) -> set[str]:
        """Return every id that was read in any morning."""
        return {name for copy in self.full for name in copy[collection]}

    def tombstones(self, collection: str) -> set[str]:
        records = self.vendor.read(collection, PAGE, filter="status='tobedeleted'")
        return {record["sourcedId"] for record in records}


def keep_what_is_equal(now: Copy, before: Copy) -> None:
    """Hold equal documents of two mornings once: a large district fits ten times then."""
    for collection, records in now.items():
        for name, record in records.items():
            if before[collection].get(name) == record:
                records[name] = before[collection][name]


def differing(one: Copy, other: Copy) -> set[Name]:
    """Return the records in which two copies differ, stamps included."""
    return {
        (collection, name)
        for collection in {*one, *other}
        for name in {*one[collection], *other[collection]}
        if one[collection].get(name) != other[collection].get(name)
    }
