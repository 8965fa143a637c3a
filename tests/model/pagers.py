"""Programs that page through a filtered or sorted list, and those that probe for the withdrawn.

A list that has begun keeps its length and its order, whatever is withdrawn in the middle of its
pages: none is missed, none doubled. One that begins after an act finds the withdrawn by nothing
that its tombstone doesn't say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from roster.clock import clock
from tests.model.complaints import check
from tests.model.truth import Run
from tests.model.vendors import Vendor, Wallet


@dataclass(frozen=True)
class Question:
    """A list: of a collection, where a field has a value (or contains it), by some order."""

    collection: str
    field: str = ""
    predicate: str = "="
    value: str = ""
    sort: str = ""
    descending: bool = False

    def query(self) -> dict[str, str]:
        found = {}
        if self.field:
            found["filter"] = f"{self.field}{self.predicate}'{self.value}'"
        if self.sort:
            found |= {"sort": self.sort, "orderBy": "desc" if self.descending else "asc"}
        return found

    def key(self, path: str) -> str:
        if not self.field:
            return path
        return f"{path}?{self.field}{self.predicate}{self.value}"

    def matches(self, document: dict[str, Any]) -> bool:
        """Whether a document fits, by the letters of the field: values are plain texts here."""
        if not self.field:
            return True
        for said in _said(document.get(self.field)):
            if self.predicate == "~" and self.value.lower() in said.lower():
                return True
            if self.predicate == "=" and self.value == said:
                return True
        return False


def _said(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value if not isinstance(each, dict)]
    return [] if value is None else [str(value)]


QUESTIONS = [
    Question("users", sort="familyName"),
    Question("users", sort="givenName", descending=True),
    Question("users", "status", "=", "active"),
    Question("users", "status", "=", "active", sort="familyName"),
    Question("users", "familyName", "=", "Lee", sort="givenName"),
    Question("users", "familyName", "~", "Family"),
    Question("users", "email", "~", "example"),
    Question("users", "email", "~", "example", sort="familyName", descending=True),
    Question("enrollments", "role", "=", "student"),
    Question("enrollments", "status", "=", "active"),
    Question("enrollments", sort="role"),
    Question("classes", "title", "~", "Class", sort="title", descending=True),
    Question("courses", "status", "=", "active", sort="title"),
    Question("orgs", "type", "=", "school", sort="name"),
]
"""What pagers ask: people by name, address and grade, lists that leave tombstones out."""


class Pager:
    """Pages through one question at a time, two records to a page."""

    def __init__(self, vendor: Vendor, wallet: Wallet, limit: int = 2) -> None:
        self.vendor = vendor
        self.wallet = wallet
        self.limit = limit
        self.paging: Iterator[None] | None = None

    def begin(self, question: Question) -> None:
        """Ask for the first page."""
        self.paging = self.pages(question)
        self.step()

    def step(self) -> None:
        """Ask for the next page, if a list is going on."""
        if self.vendor.is_shut(self.wallet):
            self.paging = None
        if self.paging is not None and next(self.paging, "end") == "end":
            self.paging = None

    def finish(self) -> None:
        while self.paging is not None:
            self.step()

    def is_kept_from(self, collection: str) -> bool:
        """Whether a collection that has a scope of its own was shared once, and isn't now."""
        shares = self.vendor.truth.rules["shares"]
        return collection in ("resources", "demographics") and collection not in shares

    def pages(self, question: Question) -> Iterator[None]:
        path = self.vendor.path(question.collection)
        began: Beginning | None = None
        offset, total = 0, 1
        while offset < total:
            query = {"limit": self.limit, "offset": offset, **question.query()}
            answer = self.vendor.get(self.wallet, path, query)
            if answer.status_code == 403 and self.is_kept_from(question.collection):
                return
            assert answer.status_code == 200, f"{self.vendor}: {path}: {answer.content!r}"
            key = question.key(path)
            run = self.vendor.truth.enter(clock(), self.wallet.name, key, offset)
            count = int(answer.headers["X-Total-Count"])
            documents = json.loads(answer.content)[question.collection]
            run.gave(key, offset, len(documents), count)
            if began is None:
                began, total = Beginning(self.vendor, question, run, key), count
            if not began.goes_on(run, key):
                # The program has rested for too long, or asked for the list anew.
                return
            assert count == total, f"{began}: the total moves from {total} to {count}"
            began.take(documents)
            offset += self.limit
            yield
        if began is not None:
            began.check()


class Beginning:
    """A list as it was when its first page was asked, with what has been given of it."""

    def __init__(self, vendor: Vendor, question: Question, run: Run, key: str) -> None:
        self.vendor = vendor
        self.question = question
        self.run = run
        self.begun = run.begun(key)
        self.publication = run.publication
        self.documents = run.publication.documents
        self.live = dict(run.publication.documents.get(question.collection, {}))
        self.withdrawn = {
            sourced_id
            for collection, sourced_id in run.publication.withdrawn
            if collection == question.collection
        }
        self.given: list[dict[str, Any]] = []

    def __str__(self) -> str:
        return f"{self.vendor}: {self.question}"

    def goes_on(self, run: Run, key: str) -> bool:
        """Whether a page that a run gave is of this list, which nobody began once more.

        One run goes on where another ended, as long as no act has touched what both read.
        """
        if run is self.run:
            return run.begun(key) == self.begun
        return run.publication.documents is self.documents and not run.begun(key)

    def take(self, documents: list[dict[str, Any]]) -> None:
        since = "" if self.question.field in ("status", "dateLastModified") else None
        for document in documents:
            check(self.vendor, self.question.collection, document, self.publication, since)
        self.given += documents

    def check(self) -> None:
        ids = [document["sourcedId"] for document in self.given]
        assert len(ids) == len(set(ids)), f"{self}: given twice in {ids}"
        should = {each for each, found in self.live.items() if self.question.matches(found)}
        assert should <= set(ids), f"{self}: {should - set(ids)} are left out of {ids}"
        for document in self.given:
            if document["sourcedId"] not in should:
                self.check_found(document)
        if self.question.sort:
            values = [self.live[each][self.question.sort] for each in ids if each in should]
            assert values == sorted(values, reverse=self.question.descending), f"{self}: {values}"

    def check_found(self, document: dict[str, Any]) -> None:
        """What wasn't live when the list began is found by what its tombstone says."""
        sourced_id = document["sourcedId"]
        assert sourced_id in self.withdrawn, f"{self}: {document} must not be found"
        assert document["status"] == "tobedeleted", f"{self}: {document} is no tombstone"
        assert self.question.matches(document), f"{self}: {document} is found by what it hides"


class Prober:
    """Asks for somebody who was withdrawn by what it knows of them, letter by letter."""

    def __init__(self, vendor: Vendor, wallet: Wallet) -> None:
        self.vendor = vendor
        self.pager = Pager(vendor, wallet, limit=100)

    def probe(self, collection: str, known: dict[str, Any], length: int) -> None:
        for name, value in known.items():
            if isinstance(value, str) and name in PROBED:
                for predicate, text in (
                    ("=", value),
                    ("~", value[:length]),
                    ("~", value[-length:]),
                ):
                    self.pager.begin(Question(collection, name, predicate, text))
                    self.pager.finish()


PROBED = {"givenName", "familyName", "middleName", "email", "phone", "title", "username"}
"""Texts that a tombstone doesn't say, or says differently."""
