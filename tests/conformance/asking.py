"""A vendor inside this process: it asks by address and gets the answer, whatever its status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from django.test import Client

from roster.models import Publication, Record
from tests.acceptance.vendor import BASES
from tests.cast import ask_token
from tests.conformance.elements import SUBSETS, collection_of
from tests.conformance.operations import ENDPOINTS, Endpoint

HOST = "http://testserver"

Document = dict[str, Any]


@dataclass
class Asker:
    """One connection's vendor; `line` is what it reads, `since` when it came."""

    version: str
    client_id: str
    client_secret: str
    line: int
    since: int
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
            self.lists[name] = [each for each, _ in tombstones(self.line, self.since, collection)]
        return self.lists[name]

    def world(self, plural: str) -> Sequence[Document]:
        """Return the documents among which a filter that names status chooses."""
        dead = self.tombstones(collection_of(plural))
        return [*self.live(plural), *(each for each in dead if belongs(plural, each))]


def tombstones(line: int, since: int, collection: str) -> list[tuple[Document, Document]]:
    """Return the tombstones at the head of a line, each with its last living document."""
    stamps = dict(Publication.objects.filter(line=line).values_list("number", "stamp"))
    head = max(stamps)
    records = Record.objects.filter(line=line, kind=collection)
    found = []
    for row in records.filter(
        valid_from__lte=head, valid_to__gt=head, status="tobedeleted", changed_in__gt=since
    ).order_by("sourced_id"):
        alive = records.filter(sourced_id=row.sourced_id, status="active").order_by("valid_from")
        last = alive.last()
        assert last
        moment = stamps[row.changed_in]
        assert moment
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        told = _parsed(row.document.replace('"href":"/ims/', f'"href":"{HOST}/ims/'))
        found.append(({**told, "dateLastModified": stamp}, _parsed(last.document)))
    return found


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
