"""Requests made up at random from our tables: mostly nearly right, for there the faults are.

Ids and documents are real ones half of the time; the rest is what people, scripts and attackers
write. Each is drawn from a seeded dice, so that a fault can be asked for again.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from roster.api.operations import ID, OPERATIONS, WRITES, Operation
from roster.dialects.paths import PATHS
from roster.reading.query import PREDICATES

STRANGE = (
    "", " ", "\0", "\ud800", "a/b", "../..", ".", "é", "日本", "%2F", "%00", "%ff", "'", "''", "\\",
    "\"", "' OR ''='", "1;DROP TABLE roster_user", "{}", "[]", "null", "NaN", "-1", "0", "1e999",
    "9" * 25, "-" * 40, "x" * 3000, "2027-02-30", "2027-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
    "0001-01-01", "true", "active", "tobedeleted", "student", "a,b", "*", "%", "_", "\r\n",
    "\u202e",
)  # fmt: skip
JSON: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 1e308, 10**30, "", [], {}, [None], {"sourcedId": None},
    {"sourcedId": "x", "type": "class", "href": "y"}, [[[[]]]], *STRANGE[2:],
)  # fmt: skip
ODD = "surrogatepass"
"""How half a letter is written: in bytes that are no UTF-8."""
OF_ID = {each.name: each.collection for operation in OPERATIONS for each in operation.parents}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


@dataclass(frozen=True)
class Guess:
    """One request, as it goes over the wire; `headers` beside the token."""

    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Guesser:
    """Makes up requests for a vendor of one version; `known` has documents by collection."""

    def __init__(
        self, dice: random.Random, version: str, known: dict[str, list[dict[str, Any]]]
    ) -> None:
        self.dice = dice
        self.known = known
        self.reads = [each for each in OPERATIONS if each.version == version]
        self.writes = [each for each in WRITES if each.version == version]
        self.kinds: dict[Callable[[], Guess], int] = {
            self.read: 78, self.write: 12, self.token: 5, self.anything: 5,
        }  # fmt: skip

    def guess(self) -> Guess:
        (kind,) = self.dice.choices(list(self.kinds), list(self.kinds.values()))
        return kind()

    def read(self) -> Guess:
        operation = self.dice.choice(self.reads)
        query = self._query(operation) if self._often() else []
        asked = f"?{urlencode(query, quote_via=quote, errors='replace')}" if query else ""
        headers = {"If-None-Match": self._strange()} if self._seldom() else {}
        return Guess("GET", self._address(operation) + asked, headers=headers)

    def write(self) -> Guess:
        operation = self.dice.choice(self.writes)
        headers = {"Content-Type": self.dice.choice(["application/json"] * 8 + ["text/plain", ""])}
        if self._seldom():
            headers["If-Match"] = self._strange()
        body = b"" if operation.method == "DELETE" else self._body(operation)
        return Guess(operation.method, self._address(operation), body, headers)

    def token(self) -> Guess:
        names = ("grant_type", "scope", "client_id", "client_secret", "token", "x")
        pairs = [
            (self.dice.choice(names), self._one_of(["client_credentials", "roster.readonly"]))
            for _ in range(self.dice.randrange(6))
        ]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._often():
            headers["Authorization"] = self.dice.choice(["Basic ", "Bearer ", "OAuth ", ""]) + (
                self._strange()
            )
        body = urlencode(pairs, errors=ODD).encode()
        return Guess("POST", self.dice.choice(["/oauth2/token", "/oauth2/revoke"]), body, headers)

    def anything(self) -> Guess:
        """Return what no client of ours would send: methods, paths, headers of others."""
        operation = self.dice.choice([*OPERATIONS, *WRITES])
        path = self._address(operation)
        if self._often():
            cut = self.dice.randrange(len(path))
            path = path[:cut] + quote(self._strange(), errors=ODD) + path[cut:]
        headers = {
            self.dice.choice(["Accept", "Range", "Cookie", "X-Forwarded-Host", "Authorization"]): (
                self._strange()
            )
        }
        return Guess(self.dice.choice(METHODS), path or "/", headers=headers)

    def _address(self, operation: Operation) -> str:
        """Return its path, with ids of records half of the time."""

        def written(found: re.Match[str]) -> str:
            sourced_id = self._id(OF_ID.get(found[1], operation.collection))
            return quote(sourced_id, safe="" if self._often() else "/%", errors=ODD)

        return "/" + ID.sub(written, operation.path)

    def _id(self, collection: str) -> str:
        return self._one_of([each["sourcedId"] for each in self.known.get(collection) or []])

    def _query(self, operation: Operation) -> list[tuple[str, str]]:
        names = sorted(PATHS[operation.version][operation.collection])
        makers: dict[str, Callable[[], str]] = {
            "filter": lambda: self._filter(operation, names),
            "sort": lambda: self._one_of(names),
            "orderBy": lambda: self._one_of(["asc", "desc"]),
            "limit": lambda: self._one_of(["1", "100", "1000"]),
            "offset": lambda: self._one_of(["0", "5", "5000", "100000"]),
            "fields": lambda: ",".join(self._one_of(names) for _ in range(self.dice.randint(1, 4))),
        }
        asked = self.dice.choices(list(makers), [6, 2, 1, 3, 2, 2], k=self.dice.randint(1, 4))
        return [(name, makers[name]()) for name in asked]

    def _filter(self, operation: Operation, names: list[str]) -> str:
        if self._seldom():
            return self._strange()
        clauses = [
            f"{self._one_of(names)}{self.dice.choice(PREDICATES)}'{self._value(operation)}'"
            for _ in range(self.dice.choice((1, 1, 1, 2, 2, 3, 20, 21)))
        ]
        return self.dice.choice((" AND ", " OR ", " and ", "")).join(clauses)

    def _value(self, operation: Operation) -> str:
        """Return a value of some record, or one that no record has."""
        documents = self.known.get(operation.collection)
        if not documents or self._seldom():
            return self._strange()
        return str(self.dice.choice(list(self.dice.choice(documents).values())))[:60]

    def _body(self, operation: Operation) -> bytes:
        """Return a document of the collection with some fields gone or made strange."""
        known = self.known.get(operation.collection) or [{}]
        document = dict(self.dice.choice(known))
        for name in self.dice.sample(sorted(document), min(len(document), self.dice.randrange(4))):
            document[name] = self.dice.choice(JSON)
        if self._seldom() and document:
            del document[self.dice.choice(sorted(document))]
        whole: Any = {operation.envelope: [document] if operation.many else document}
        if self._seldom():
            whole = self.dice.choice(JSON)
        sent = json.dumps(whole).encode()
        return sent[: self.dice.randrange(len(sent))] if self._seldom() else sent

    def _one_of(self, right: list[str]) -> str:
        return self.dice.choice(right) if right and not self._seldom() else self._strange()

    def _strange(self) -> str:
        return self.dice.choice(STRANGE)

    def _often(self) -> bool:
        return self.dice.random() < 0.7

    def _seldom(self) -> bool:
        return self.dice.random() < 0.2
