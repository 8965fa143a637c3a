"""Simulated vendors: each keeps a copy of what it reads over the API, in a way of its own.

A sync is a generator that pauses before every request, so that refreshes, marks and pauses
can come between two pages. What it gets is held against the truth in `complaints.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client as Browser

from connections.models import Connection
from roster.clock import clock, stamp
from tests.model import complaints, districts
from tests.model.truth import Id, Publication, Truth

COLLECTIONS = tuple(districts.IDS)

BY_SCOPE = ("demographics", "resources")
"""These a token opens only where they are shared."""


@cache
def browser() -> Browser:
    """One for all: to make the middlewares anew for each request takes longer than answering."""
    return Browser()


@dataclass
class Habits:
    """How a vendor reads. `since`: by what it asks for changes; None: it reads everything.

    `largest`: the largest stamp received of each collection; `one`: the largest of all;
    `start`, `end`: when its last reading began or ended, by its own clock.
    """

    since: str | None = None
    limit: int = 100
    clock_off: timedelta = timedelta()
    token_each: bool = False


class Interrupted(Exception):
    """The run ended in the middle of a sync: the vendor begins again."""


@dataclass
class Vendor:
    """One vendor with its connection, its secret, its copy of the district, and its habits."""

    connection: Connection
    secret: str
    truth: Truth
    habits: Habits
    wait: Callable[[float], None]
    suspended: bool = False
    until: date | None = None
    copy: dict[str, dict[str, dict[str, Any]]] | None = None
    since: dict[str, str] = field(default_factory=dict)
    known: dict[Id, tuple[dict[str, Any], str, datetime]] = field(default_factory=dict)
    token: str = ""
    syncing: Iterator[None] | None = None
    reading: Publication | None = None
    refused: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.connection.vendor} ({self.connection.oneroster}, {self.habits})"

    @property
    def version(self) -> str:
        return self.connection.oneroster

    # Asking

    def ask_for_token(self) -> Any:
        return browser().post(
            "/oauth2/token",
            {
                "grant_type": "client_credentials",
                "client_id": self.connection.client.client_id,
                "client_secret": self.secret,
            },
        )

    def take_token(self) -> None:
        answer = self.ask_for_token()
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["access_token"]

    def get(self, address: str, **query: Any) -> Any:
        self.wait(1)
        if self.habits.token_each or not self.token:
            self.take_token()
        address += f"?{urlencode(query)}" if query else ""
        answer = self.ask(address)
        if answer.status_code in (401, 403):
            # Run out, or from before something more was shared.
            self.take_token()
            answer = self.ask(address)
        return answer

    def ask(self, address: str) -> Any:
        return browser().get(address, headers={"Authorization": f"Bearer {self.token}"})

    def path(self, collection: str) -> str:
        if self.version == "1.1":
            return f"/ims/oneroster/v1p1/{collection}"
        service = "resources" if collection == "resources" else "rostering"
        return f"/ims/oneroster/{service}/v1p2/{collection}"

    # A sync

    def step(self) -> bool:
        """Make one request of a sync; return whether that was the last."""
        if self.suspended:
            complaints.check_shut(self)
            self.syncing = None
            return True
        if self.syncing is None:
            self.syncing = self.sync()
        try:
            next(self.syncing)
        except StopIteration:
            self.syncing = None
            return True
        except Interrupted:
            self.syncing = None
        return False

    def finish(self) -> None:
        """Make all requests of the sync that is going on, or of a new one."""
        while not self.step():
            pass

    def sync(self) -> Iterator[None]:
        """Read everything, or what has changed; then compare the copy with the truth."""
        self.refused = set()
        changes_only = self.copy is not None and self.habits.since is not None
        began = self.moment()
        received: dict[str, list[dict[str, Any]]] = {}
        publication: Publication | None = None
        for collection in COLLECTIONS:
            asked = self.since.get(collection) if changes_only else None
            documents: list[dict[str, Any]] = []
            received[collection] = documents
            for page, of in self.pages(collection, asked):
                if publication is not None and of is not publication:
                    raise Interrupted
                publication = of
                documents += page
                yield
            if collection in self.refused:
                del received[collection]
            elif asked is None and publication is not None:
                complaints.check_whole(self, collection, documents, publication)
        assert publication is not None
        self.take_in(received, changes_only)
        self.remember(received, began)
        complaints.check_copy(self, publication)

    def moment(self) -> str:
        return stamp(clock() + self.habits.clock_off)

    def pages(
        self, collection: str, since: str | None
    ) -> Iterator[tuple[list[dict[str, Any]], Publication]]:
        offset, total = 0, 1
        path = self.path(collection)
        key = path if since is None else f"{path}?since"
        query = {} if since is None else {"filter": f"dateLastModified>'{since}'"}
        while offset < total:
            answer = self.get(path, limit=self.habits.limit, offset=offset, **query)
            if answer.status_code == 403 and collection in BY_SCOPE:
                self.refused.add(collection)
                return
            assert answer.status_code == 200, f"{self}: {path}: {answer.content!r}"
            publication = self.truth.enter(clock(), key, offset)
            told = json.loads(answer.content)[collection]
            count = int(answer.headers["X-Total-Count"])
            if offset and publication is self.reading:
                assert count == total, f"{self}: {path}: the total moves from {total} to {count}"
            total = count
            self.truth.gave(key, offset, len(told), total)
            for document in told:
                complaints.check(self, collection, document, publication, since)
            self.reading = publication
            yield told, publication
            offset += self.habits.limit

    # What it makes of it

    def take_in(self, received: dict[str, list[dict[str, Any]]], changes_only: bool) -> None:
        if self.copy is None:
            self.copy = {}
        for collection, documents in received.items():
            if not changes_only or collection not in self.since:
                self.copy[collection] = {}
            mine = self.copy.setdefault(collection, {})
            for document in documents:
                if document["status"] == "active":
                    mine[document["sourcedId"]] = document
                else:
                    mine.pop(document["sourcedId"], None)

    def remember(self, received: dict[str, list[dict[str, Any]]], began: str) -> None:
        """Note from when on to ask for changes the next time."""
        stamps = {
            collection: max(document["dateLastModified"] for document in documents)
            for collection, documents in received.items()
            if documents
        }
        if self.habits.since == "largest":
            for collection, largest in stamps.items():
                self.since[collection] = max(largest, self.since.get(collection, ""))
        elif self.habits.since is not None:
            one = {"one": max(stamps.values(), default=""), "start": began, "end": self.moment()}
            asked = one[self.habits.since]
            for collection in received:
                if asked:
                    self.since[collection] = max(asked, self.since.get(collection, ""))

    # Single records

    def single(self, collection: str, sourced_id: str) -> Any:
        return self.get(f"{self.path(collection)}/{quote(sourced_id, safe='')}")

    def probe(self, collection: str, sourced_id: str) -> None:
        """Ask for one record: live, a tombstone of what it could read, or not there."""
        if self.suspended:
            complaints.check_shut(self)
            return
        answer = self.single(collection, sourced_id)
        if answer.status_code == 403 and collection in BY_SCOPE:
            return
        publication = self.truth.enter(clock(), None, 0)
        name = (collection, sourced_id)
        if answer.status_code == 404:
            assert name not in publication.past, f"{self}: {name} must be there"
            return
        assert answer.status_code == 200, f"{self}: {name}: {answer.content!r}"
        (document,) = json.loads(answer.content).values()
        assert document["sourcedId"] == sourced_id
        complaints.check(self, collection, document, publication, since="")
