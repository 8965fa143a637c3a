"""A vendor inside this process: it asks by address and gets the answer, whatever its status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client

from roster.clock import moment_of, stamp
from roster.dialects.composing import ORIGIN
from roster.models import Document as Stored
from roster.models import Feed
from roster.publishing import lists
from tests.acceptance.vendor import BASES
from tests.cast import ask_token
from tests.conformance.elements import SUBSETS, collection_of
from tests.conformance.operations import ENDPOINTS, Endpoint

HOST = "http://testserver"

Document = dict[str, Any]


@dataclass
class Asker:
    """One connection's vendor; `feed` is the key of what it reads."""

    version: str
    client_id: str
    client_secret: str
    feed: int
    token: str = ""
    lists: dict[str, list[Document]] = field(default_factory=dict)
    browser: Client = field(default_factory=Client)

    def grant(self, scope: str = "") -> str:
        """Take a new token, of those scopes or of all there are."""
        asked = {"scope": scope} if scope else {}
        return str(ask_token(self.client_id, self.client_secret, **asked).json()["access_token"])

    def ask(self, address: str, *, method: str = "GET", **headers: str) -> Any:
        """Ask for an address, which begins with a slash and may have a query."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        sent = {name: value for name, value in sent.items() if value}
        return self.browser.generic(method, address, headers=sent)

    def list(self, address: str, **query: Any) -> Any:
        more = urlencode({"limit": 50_000, **query}, doseq=True, quote_via=quote)
        return self.ask(f"{address}?{more}")

    def told(self, address: str) -> Any:
        """Return the body of an answer, which must be a good one."""
        answer = self.ask(address)
        assert answer.status_code == 200, (address, answer.content)
        return answer.json()

    def address(self, plural: str, *rest: str) -> str:
        """Return the address of a list, of a record in it, or of a list nested below that."""
        words = [plural, *(quote(word, safe="") for word in rest)]
        return f"{BASES[self.version][service_of(plural)]}/{'/'.join(words)}"

    def live(self, plural: str) -> Sequence[Document]:
        """Return all documents of a list as an unfiltered reading gives them."""
        if plural not in self.lists:
            answer = self.list(self.address(plural))
            assert answer.status_code == 200, answer.content
            self.lists[plural] = read(answer)
        return self.lists[plural]

    def tombstones(self, collection: str) -> Sequence[Document]:
        """Return what this vendor could read of a collection and can no longer."""
        name = f"tombstones of {collection}"
        if name not in self.lists:
            self.lists[name] = [each for each, _ in tombstones(self.feed, collection)]
        return self.lists[name]

    def world(self, plural: str) -> Sequence[Document]:
        """Return the documents among which a filter that names status chooses."""
        dead = self.tombstones(collection_of(plural))
        return [*self.live(plural), *(each for each in dead if belongs(plural, each))]


def tombstones(feed: int, collection: str) -> list[tuple[Document, Document]]:
    """Return the tombstones that a feed lists, each with its last living document."""
    head = Feed.objects.get(pk=feed).publication
    assert head
    dead = lists.read(head, collection, tombstones=True)
    before = [
        lists.read(each, collection)
        for each in Feed.objects.get(pk=feed).publications.order_by("-number")
    ]
    found = []
    for record, document, number in zip(*map(list, dead), strict=True):
        last = next(
            int(part.documents[part.records == record][0])
            for part in before
            if record in part.records
        )
        text = _body(int(document)).replace(ORIGIN.decode(), HOST)
        changed = {"dateLastModified": stamp(moment_of(int(number)))}
        found.append(
            ({**_parsed(text), **changed}, _parsed(_body(last).replace(ORIGIN.decode(), "")))
        )
    return found


def _body(document: int) -> str:
    return Stored.objects.get(pk=document).body


def belongs(plural: str, document: Document) -> bool:
    """Return whether a document is in the subset that a list's name stands for."""
    if plural not in SUBSETS:
        return True
    _, element, word = SUBSETS[plural]
    if "roles" in document:
        return word in {role["role"] for role in document["roles"]}
    return bool(document[element] == word)


def read(answer: Any) -> list[Document]:
    """Return the documents of an answer; numbers are decimals, as they are written."""
    body = _parsed(answer.content.decode())
    told = next(iter(body.values()))
    assert isinstance(told, list)
    return told


def _parsed(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def ids(documents: Sequence[Document]) -> list[str]:
    return [document["sourcedId"] for document in documents]


def service_of(plural: str) -> str:
    """Return the service that serves a list of that name by itself."""
    return next(each.service for each in ENDPOINTS if each.plurals == (plural,))


def plurals_of(version: str) -> list[str]:
    """Return the names of all lists of a version that aren't nested, in its tables' order."""
    return [each.plurals[0] for each in top_lists(version)]


def top_lists(version: str) -> list[Endpoint]:
    return [e for e in ENDPOINTS if e.version == version and e.many and not e.is_nested]
