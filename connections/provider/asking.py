"""One OneRoster server over HTTP: bounded in requests, time and bytes, and never led elsewhere.

Redirects are answers like any other: none is followed, so the secret and the token stay with
the host that was named.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests

from connections.information import may_be_shared
from connections.masking import masked
from roster.api.operations import OPERATIONS, Operation
from roster.dialects.fields import V11
from roster.refusal import Refused

MOST_REQUESTS = 3000
MOST_BYTES = 20 << 20
PATIENCE = (10, 30)  # Seconds to connect in, and between two pieces of an answer.
LONGEST = 60  # Seconds for the whole of an answer.
MOST_WAITED = 300  # Seconds in all that are waited because Retry-After says so.
MOST_SECONDS = 3600
CHUNK = 1 << 16

OURS = {(V11, "getCategoriesForClass")}
"""Operations that the specification doesn't have."""

Query = tuple[tuple[str, str], ...]
Document = dict[str, Any]


class Spent(Exception):
    """As many requests were sent, or as much time went by, as was allowed."""


@dataclass(frozen=True)
class Answer:
    """What came back; `status` 0 and `trouble` where nothing did that could be read."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    trouble: str = ""

    @cached_property
    def body(self) -> Any:
        """The JSON, or None where it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def said(self) -> str:
        """The status, in words for a report."""
        if self.trouble:
            return self.trouble
        more = ", a redirect, which isn't followed" if 300 <= self.status < 400 else ""
        return f"{self.status}{more}"


@dataclass(frozen=True)
class Page:
    """One answer of a list, and what it says of itself; `asked` is masked."""

    asked: str
    answer: Answer
    documents: list[Document]
    total: int | None

    @property
    def ids(self) -> list[str]:
        return [str(each.get("sourcedId")) for each in self.documents]


@dataclass
class Provider:
    """A server by its `host` (scheme, host and what stands before `/ims/`), and a token for it."""

    host: str
    version: str
    client_id: str
    client_secret: str = field(repr=False)
    most: int = MOST_REQUESTS
    session: requests.Session = field(default_factory=requests.Session, repr=False)
    token_url: str = ""
    token: str = field(default="", repr=False)
    scopes: frozenset[str] = frozenset()
    sent: int = 0
    waited: int = 0
    begun: float = field(default_factory=time.monotonic)
    pages: dict[tuple[str, Query], Page] = field(default_factory=dict, repr=False)

    def operations(self, *, many: bool | None = None, nested: bool = False) -> Iterator[Operation]:
        """Yield the reads that the token's scopes open, in the table's order."""
        for each in OPERATIONS:
            if (each.version, each.id) in OURS or each.version != self.version:
                continue
            if self.scopes.isdisjoint(each.scopes):
                continue
            if bool(each.parents) is nested and many in (None, each.many):
                yield each

    def page(
        self, operation: Operation, ids: Mapping[str, str] | None = None, **query: Any
    ) -> Page:
        """Return a page of a list; the same question is asked once."""
        path = operation.address(ids or {})
        pairs = tuple((name, str(value)) for name, value in query.items())
        key = (path, pairs)
        if key not in self.pages:
            answer = self.get(path, pairs)
            found = answer.body.get(operation.envelope) if isinstance(answer.body, dict) else None
            documents = [each for each in found or () if isinstance(each, dict)]
            header = answer.headers.get("X-Total-Count", "")
            total = int(header) if header.isdecimal() else None
            self.pages[key] = Page(asked(operation, pairs), answer, documents, total)
        return self.pages[key]

    def first(self, operation: Operation) -> Page:
        """Return what a list gives to whoever asks without parameters."""
        return self.page(operation)

    def get(self, path: str, query: Query = (), *, token: str | None = None) -> Answer:
        """Ask for a path of this host; `token` replaces ours, an empty one goes without."""
        bearer = self.token if token is None else token
        headers = {"Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        question = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return self.send("GET", f"{self.host}{path}{question}", headers)

    def follow(self, address: str) -> Answer | None:
        """Ask for an address that an answer named; None where it leads away from the host."""
        if not self.is_here(address):
            return None
        return self.send("GET", address, {"Authorization": f"Bearer {self.token}"})

    def is_here(self, address: str) -> bool:
        """Return whether an address is an absolute one of this very server."""
        there, here = urlsplit(address), urlsplit(self.host)
        return (there.scheme, there.netloc) == (here.scheme, here.netloc)

    def send(
        self, method: str, address: str, headers: Mapping[str, str], data: Any = None
    ) -> Answer:
        """Send one request; whoever says that it is busy is asked once more."""
        answer = self._send(method, address, headers, data)
        header = answer.headers.get("Retry-After", "")
        wait = int(header) if header.isdecimal() else MOST_WAITED + 1
        if answer.status not in (429, 503) or self.waited + wait > MOST_WAITED:
            return answer
        self.waited += wait
        time.sleep(wait)
        return self._send(method, address, headers, data)

    def _send(self, method: str, address: str, headers: Mapping[str, str], data: Any) -> Answer:
        if self.sent >= self.most or time.monotonic() > self.begun + MOST_SECONDS:
            raise Spent
        self.sent += 1
        try:
            with self.session.request(
                method,
                address,
                headers={"User-Agent": "Rosterdesk check_provider", **headers},
                data=data,
                auth=lambda request: request,  # Never what a `.netrc` of this machine says.
                allow_redirects=False,
                stream=True,
                timeout=PATIENCE,
            ) as answer:
                content = _read(answer.iter_content(CHUNK))
                return Answer(answer.status_code, answer.headers, content)
        except requests.exceptions.SSLError:
            return Answer(0, trouble="no answer: its certificate isn't to be trusted")
        except requests.exceptions.Timeout:
            return Answer(0, trouble="no answer in time")
        except (requests.exceptions.RequestException, TooMuch) as error:
            return Answer(0, trouble=str(error) if isinstance(error, TooMuch) else "no answer")


def host_of(address: str) -> str:
    """Return what stands before `/ims/` in a base URL; Refused where a secret isn't safe there."""
    url = urlsplit(address)
    if url.scheme not in ("http", "https") or not url.hostname or "@" in url.netloc:
        raise Refused(f"{address} is no address of a server: https://host, or a base URL there.")
    host = f"{url.scheme}://{url.netloc}{url.path.partition('/ims/oneroster')[0].rstrip('/')}"
    if not may_be_shared(host):
        raise Refused(f"{host} is without TLS: a client secret could be read on the way.")
    return host


class TooMuch(Exception):
    """An answer that doesn't end, in bytes or in time."""


def _read(pieces: Iterable[bytes]) -> bytes:
    end, found = time.monotonic() + LONGEST, bytearray()
    for piece in pieces:
        found += piece
        if len(found) > MOST_BYTES:
            raise TooMuch(f"an answer of more than {MOST_BYTES >> 20} MB")
        if time.monotonic() > end:
            raise TooMuch(f"an answer that takes more than {LONGEST} seconds")
    return bytes(found)


def asked(operation: Operation, query: Query = ()) -> str:
    """Return a question as a report shows it: ids and literals left out."""
    return f"GET /{operation.path}" + (f"?{masked(query)}" if query else "")
