"""The programs of vendors: each keeps a copy of what it reads over the API, in a way of its own.

A sync is a generator that pauses before every request, so that refreshes, acts and pauses
can come between two pages. What it gets is held against the truth in `complaints.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from roster.clock import clock, stamp
from tests.model import complaints
from tests.model.truth import IDLE, Publication
from tests.model.vendors import BY_SCOPE, COLLECTIONS, Habits, Vendor, Wallet

Copy = dict[str, dict[str, dict[str, Any]]]


class Interrupted(Exception):
    """The run ended in the middle of a sync: the program begins again."""


@dataclass
class Program:
    """One program of a vendor's, with its copy of the district and its habits."""

    vendor: Vendor
    habits: Habits
    wallet: Wallet
    copy: Copy | None = None
    since: dict[str, str] = field(default_factory=dict)
    syncing: Iterator[None] | None = None
    refused: set[str] = field(default_factory=set)
    last: datetime = field(default_factory=clock)

    def __str__(self) -> str:
        return f"{self.vendor} ({self.habits})"

    def step(self) -> bool:
        """Make one request of a sync; return whether that was the last."""
        if self.vendor.is_shut(self.wallet):
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
        publications: list[Publication] = []
        for collection in COLLECTIONS:
            asked = self.since.get(collection) if changes_only else None
            documents: list[dict[str, Any]] = []
            received[collection] = documents
            for page, publication in self.pages(collection, asked):
                self.note(publications, publication)
                documents += page
                yield
            if collection in self.refused:
                del received[collection]
            elif asked is None:
                complaints.check_whole(self, collection, documents, publications[-1])
        self.take_in(received, changes_only)
        self.remember(received, began)
        if len({each.place for each in publications}) == 1:
            # After a long rest in which all else came to be refused, acts may have taken more.
            if clock() - self.last < IDLE:
                complaints.check_copy(self, publications[-1])
        else:
            # Between two lists another run began: the next delta is to bring both together.
            self.mixed()

    def note(self, publications: list[Publication], publication: Publication) -> None:
        """Note what a page is of; a sync that rests for too long begins again."""
        now = clock()
        if publications and now - self.last >= IDLE and publication is not publications[-1]:
            raise Interrupted
        if not publications or publication is publications[0]:
            self.last = now
        publications.append(publication)

    def mixed(self) -> None:
        if self.habits.since is None:
            self.copy = None

    def moment(self) -> str:
        return stamp(clock() + self.habits.clock_off)

    def get(self, address: str, **query: Any) -> Any:
        token_each = self.habits.token_each
        return self.vendor.get(self.wallet, address, query, token_each=token_each)

    def pages(
        self, collection: str, since: str | None
    ) -> Iterator[tuple[list[dict[str, Any]], Publication]]:
        offset, total = 0, 1
        path = self.vendor.path(collection)
        key = path if since is None else f"{path}?since"
        query = {} if since is None else {"filter": f"dateLastModified>'{since}'"}
        reading: Publication | None = None
        while offset < total:
            answer = self.get(path, limit=self.habits.limit, offset=offset, **query)
            if answer.status_code == 403 and collection in BY_SCOPE:
                self.refused.add(collection)
                return
            assert answer.status_code == 200, f"{self}: {path}: {answer.content!r}"
            run = self.vendor.truth.enter(clock(), self.wallet.name, key, offset)
            publication = run.publication
            documents = json.loads(answer.content)[collection]
            count = int(answer.headers["X-Total-Count"])
            run.gave(key, offset, len(documents), count)
            if reading is not None:
                if publication is not reading:
                    raise Interrupted
                assert count == total, f"{self}: {path}: the total moves from {total} to {count}"
            total, reading = count, publication
            for document in documents:
                complaints.check(self.vendor, collection, document, publication, since)
            yield documents, publication
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

    def probe(self, collection: str, sourced_id: str) -> None:
        """Ask for one record: live, a tombstone of what it could read, or not there."""
        if self.vendor.is_shut(self.wallet):
            return
        answer = self.get(self.vendor.single(collection, sourced_id))
        if answer.status_code == 403 and collection in BY_SCOPE:
            return
        publication = self.vendor.truth.enter(clock(), self.wallet.name, None, 0).publication
        name = (collection, sourced_id)
        if answer.status_code == 404:
            assert name not in publication.past, f"{self}: {name} must be there"
            return
        assert answer.status_code == 200, f"{self}: {name}: {answer.content!r}"
        (document,) = json.loads(answer.content).values()
        assert document["sourcedId"] == sourced_id
        complaints.check(self.vendor, collection, document, publication, since="")


def programs_of(vendor: Vendor, habits: Iterable[Habits]) -> list[Program]:
    """Return one program for each of these habits; each has a token of its own, or shares one."""
    found = []
    wallet = Wallet()
    for each in habits:
        wallet = wallet if each.shares_token else Wallet()
        found.append(Program(vendor, each, wallet))
    return found
