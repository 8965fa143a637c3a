"""What the measured vendors know: where to read, with which token, and how much there is.

Three connections are shared the same, because a vendor's requests belong to runs: a first page
asked again after a later one begins another run, which is written down. So one vendor only ever
asks for beginnings, one reads on, and one begins run after run.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tests.benchmarks.asking import Request, Wire

FAR = 250_000
"""The deep offset that the targets name; a district with fewer enrollments takes its middle."""

BEGINNING, READING_ON, RESTARTING = VENDORS = range(3)


@dataclass
class Scene:
    """`totals` are published records by collection; `changes` those of the last refresh."""

    connected: list[dict[str, Any]]
    students: int
    totals: dict[str, int] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    stamp: str = ""
    changes: int = 0
    user: str = ""
    klass: str = ""
    school: str = ""
    student: str = ""
    others: list[tuple[str, str, str]] = field(default_factory=list)
    """Another student, class and school: each as a word, a kind and an id."""

    @property
    def deep(self) -> int:
        total = self.totals["enrollments"]
        return FAR if total >= FAR + 10_000 else total // 2

    def published(self, told: dict[str, Any]) -> None:
        """Take what `refresh_cache` told of the first connection's feed."""
        collections = told["feeds"][0]["collections"]
        self.totals = {name: each["records"] for name, each in collections.items()}
        self.changes = sum(
            each[what] for each in collections.values() for what in ("added", "changed", "removed")
        )

    def get(self, path: str, vendor: int = BEGINNING, **query: object) -> Request:
        """Return a request to a path below its service's base, with that vendor's token."""
        asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
        base = service_base(self.connected[vendor]["oneroster"], path.partition("/")[0])
        return Request(f"{base}/{path}{asked}", f"Bearer {self.tokens[vendor]}")

    def for_token(self, vendor: int = BEGINNING, *, right: bool = True) -> Request:
        """Return the request for an access token, by the right or by a wrong secret."""
        connected = self.connected[vendor]
        secret = connected["client_secret"]
        pair = f"{connected['client_id']}:{secret if right else secret[::-1]}"
        return Request(
            urlsplit(connected["token_url"]).path,
            f"Basic {base64.b64encode(pair.encode()).decode()}",
            "grant_type=client_credentials",
        )

    def enter(self, wire: Wire) -> None:
        """Get the tokens, and look around as a vendor does."""
        self.tokens = [
            wire.ask(self.for_token(vendor)).document()["access_token"] for vendor in VENDORS
        ]
        (user,) = wire.ask(self._one("users", self.totals["users"] - 1)).records()
        (enrollment,) = wire.ask(self._one("enrollments", self.deep)).records()
        self.user = quote(user["sourcedId"], safe="")
        self.klass = quote(enrollment["class"]["sourcedId"], safe="")
        self.school = quote(enrollment["school"]["sourcedId"], safe="")
        self.student = quote(enrollment["user"]["sourcedId"], safe="")
        self.stamp = enrollment["dateLastModified"]
        (other,) = wire.ask(self._one("enrollments", self.deep // 2)).records()
        self.others = [
            ("student", "person", other["user"]["sourcedId"]),
            ("class", "section", other["class"]["sourcedId"]),
            ("school", "school", other["school"]["sourcedId"]),
        ]

    def _one(self, collection: str, offset: int) -> Request:
        return self.get(collection, READING_ON, limit=1, offset=offset)

    def begin_run(self, wire: Wire) -> None:
        """Have the vendor of beginnings see what is published now: asking a whole list again."""
        for _ in range(2):
            wire.ask(self.get("orgs", limit=10_000)).document()


def service_base(version: str, plural: str) -> str:
    """Return the path before a collection's name: resources have a service of their own in 1.2."""
    from roster.dialects.references import base_path  # Models, which wait for Django.
    from roster.kinds import COLLECTIONS

    known = COLLECTIONS.get(plural)
    return base_path(version, known.service if known else "rostering")
