"""A vendor that trusts nothing: plain urllib, the specification in hand, nothing of Rosterdesk.

It asks for a token, reads collections page by page, follows links and references, and stops
at whatever a strict client would stop at. It is a script too, for a district at hand:
`python tests/acceptance/vendor.py HOST VERSION CLIENT_ID CLIENT_SECRET`.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

PATIENCE = 60
MOST_PAGES = 1000

BASES = {
    "1.1": dict.fromkeys(("rostering", "gradebook", "resources"), "/ims/oneroster/v1p1"),
    "1.2": {
        "rostering": "/ims/oneroster/rostering/v1p2",
        "gradebook": "/ims/oneroster/gradebook/v1p2",
        "resources": "/ims/oneroster/resources/v1p2",
    },
}
"""The base paths (specification, 1.1)."""

ROSTERING = {
    "academicSessions": ("academicSessions", "academicSession"),
    "terms": ("academicSessions", "academicSession"),
    "gradingPeriods": ("academicSessions", "academicSession"),
    "orgs": ("orgs", "org"),
    "schools": ("orgs", "org"),
    "courses": ("courses", "course"),
    "classes": ("classes", "class"),
    "users": ("users", "user"),
    "students": ("users", "user"),
    "teachers": ("users", "user"),
    "enrollments": ("enrollments", "enrollment"),
    "demographics": ("demographics", "demographics"),
}
RESOURCES = {"resources": ("resources", "resource")}
GRADEBOOK = {
    "categories": ("categories", "category"),
    "lineItems": ("lineItems", "lineItem"),
    "results": ("results", "result"),
}
SCORE_SCALES = {"scoreScales": ("scoreScales", "scoreScale")}
ENVELOPES = {**ROSTERING, **RESOURCES, **GRADEBOOK, **SCORE_SCALES}
"""Path to the envelope of its list and of its single (specification, 1.2 to 1.5)."""

REFERS_TO = {
    "academicSession": {"academicSessions"},
    "org": {"orgs", "schools"},
    "course": {"courses"},
    "class": {"classes"},
    "user": {"users"},
    "resource": {"resources"},
    "category": {"categories"},
    "lineItem": {"lineItems"},
    "scoreScale": {"scoreScales"},
}
"""The generic types of references, and the collections to which their addresses may lead."""


class Unacceptable(AssertionError):
    """An answer that a strict client can't work with."""


@dataclass
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Message
    text: str
    url: str

    @property
    def body(self) -> Any:
        return json.loads(self.text, object_pairs_hook=_without_twins)

    @property
    def total(self) -> int:
        return int(self.headers["X-Total-Count"])

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the Link header by relation, split at commas as many clients do."""
        found = {}
        for part in (self.headers["Link"] or "").split(","):
            match = re.fullmatch(r'\s*<([^<>]+)>\s*;\s*rel="(\w+)"\s*', part)
            demand(match, f"the Link header has “{part}”")
            assert match
            found[match[2]] = match[1]
        return found


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Redirects lose the Authorization header, so here they are answers like others."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def demand(condition: Any, words: str) -> None:
    if not condition:
        raise Unacceptable(words)


def send(
    url: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    data: bytes | None = None,
) -> Answer:
    """Send one request and return its answer; a status of 400 and up is an answer too."""
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with OPENER.open(request, timeout=PATIENCE) as response:
            return Answer(response.status, response.headers, response.read().decode(), url)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read().decode(), url)


class Vendor:
    """One vendor with its credentials, on one version."""

    def __init__(self, host: str, version: str, client_id: str, client_secret: str) -> None:
        self.host = host
        self.version = version
        self.client_id = client_id
        self.client_secret = client_secret
        self._token = ""
        self._opened: dict[str, bool] = {}

    # Tokens.

    def ask_token(self, **form: str) -> Answer:
        """Ask the token endpoint, with Basic credentials."""
        pair = f"{self.client_id}:{self.client_secret}".encode()
        return send(
            f"{self.host}/oauth2/token",
            method="POST",
            headers={
                "Authorization": "Basic " + base64.b64encode(pair).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            data=urllib.parse.urlencode({"grant_type": "client_credentials", **form}).encode(),
        )

    @property
    def token(self) -> str:
        if not self._token:
            answer = self.ask_token()
            demand(answer.status == 200, f"no token: {answer.status} {answer.text}")
            demand(answer.body["token_type"].lower() == "bearer", answer.text)
            demand(answer.body["expires_in"] == 3600, answer.text)
            self._token = answer.body["access_token"]
        return self._token

    def use(self, token: str) -> None:
        """Go on with this token."""
        self._token = token

    def renew(self) -> None:
        """Ask for another token at the next request."""
        self._token = ""

    # Requests.

    def base(self, service: str = "rostering") -> str:
        return self.host + BASES[self.version][service]

    def url(self, plural: str, *rest: str) -> str:
        """Return the address of a collection, or of one of its records."""
        ids = "".join("/" + urllib.parse.quote(part, safe="") for part in rest)
        return f"{self.base(service_of(plural))}/{plural}{ids}"

    def get(self, url: str, *, method: str = "GET") -> Answer:
        return send(url, method=method, headers={"Authorization": f"Bearer {self.token}"})

    def ask(self, plural: str, **query: str | int) -> Answer:
        """Ask for a page of a collection, as the query has it."""
        more = "?" + urllib.parse.urlencode(query) if query else ""
        return self.get(self.url(plural) + more)

    def one(self, plural: str, sourced_id: str) -> Answer:
        return self.get(self.url(plural, sourced_id))

    # Readings.

    def read(self, plural: str, limit: int = 100, **query: str) -> list[dict[str, Any]]:
        """Return every record of a collection, stepping `offset` by `limit` until the total."""
        records: list[dict[str, Any]] = []
        total = None
        while total is None or len(records) < total:
            offset = len(records)
            answer = self.ask(plural, **query, limit=limit, offset=offset)
            page = self._page(answer, plural)
            demand(total in (None, answer.total), f"the total of {plural} moved from {total}")
            total = answer.total
            due = min(limit, total - offset)
            demand(len(page) == due, f"{plural} at {offset}: {len(page)} records instead of {due}")
            records += page
        return self._distinct(records, plural)

    def follow(self, plural: str, limit: int = 100, **query: str) -> list[dict[str, Any]]:
        """Return every record of a collection, following `next` until there is none."""
        answer = self.ask(plural, **query, limit=limit)
        records = self._page(answer, plural)
        for _ in range(MOST_PAGES):
            if "next" not in answer.links:
                return self._distinct(records, plural)
            answer = self.get(answer.links["next"])
            records += self._page(answer, plural)
        raise Unacceptable(f"{plural} has no end")

    def everything(self, limit: int = 100) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the records of every collection that the token opens, by collection and id.

        A collection that it doesn't open is left out; any other refusal is unacceptable.
        """
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for plural, (envelope, _) in ENVELOPES.items():
            if plural != envelope or (self.version == "1.1" and plural in SCORE_SCALES):
                continue
            if self.opens(plural):
                records = self.read(plural, limit)
                found[plural] = {record["sourcedId"]: record for record in records}
        return found

    def opens(self, plural: str) -> bool:
        """Whether the token opens a collection; it is asked once."""
        if plural not in self._opened:
            self._opened[plural] = self.ask(plural, limit=1).status != 403
        return self._opened[plural]

    def _page(self, answer: Answer, plural: str) -> list[dict[str, Any]]:
        demand(answer.status == 200, f"{answer.url}: {answer.status} {answer.text[:300]}")
        kind = answer.headers["Content-Type"]
        demand(kind.partition(";")[0] == "application/json", f"{answer.url} is {kind}")
        demand([*answer.body] == [ENVELOPES[plural][0]], f"{answer.url} has keys {[*answer.body]}")
        return list(answer.body[ENVELOPES[plural][0]])

    def _distinct(self, records: list[dict[str, Any]], plural: str) -> list[dict[str, Any]]:
        ids = [record["sourcedId"] for record in records]
        twice = [sourced_id for sourced_id, count in Counter(ids).items() if count > 1]
        demand(not twice, f"{plural} gave more than once: {twice[:10]}")
        return records

    def resolve(self, reference: dict[str, str]) -> dict[str, Any]:
        """Fetch what a reference names and return it; it must be that record, alive or not."""
        demand(reference["href"].startswith(self.host + "/"), f"{reference} leads elsewhere")
        path = reference["href"].removeprefix(self.host)
        base, plural, last = path.rsplit("/", 2)
        demand(plural in REFERS_TO[reference["type"]], f"{reference} has another type's address")
        demand(base == BASES[self.version][service_of(plural)], f"{reference} is no service's")
        demand(urllib.parse.unquote(last) == reference["sourcedId"], f"{reference} names two")
        answer = self.get(reference["href"])
        demand(answer.status == 200, f"{reference}: {answer.status} {answer.text[:300]}")
        envelope = ENVELOPES[plural][1]
        demand([*answer.body] == [envelope], f"{reference['href']} has keys {[*answer.body]}")
        record = answer.body[envelope]
        demand(record["sourcedId"] == reference["sourcedId"], f"{reference} gave {record}")
        return dict(record)


def service_of(plural: str) -> str:
    if plural in GRADEBOOK or plural in SCORE_SCALES:
        return "gradebook"
    return "resources" if plural in RESOURCES else "rostering"


def references(value: Any) -> Iterator[dict[str, str]]:
    """Yield every reference of a document, however deep; each has its three keys and no other."""
    if isinstance(value, dict):
        if "href" in value:
            demand(set(value) == {"href", "sourcedId", "type"}, f"a reference has {sorted(value)}")
            demand(value["type"] in REFERS_TO, f"a reference has the type {value['type']}")
            yield value
        else:
            for name, part in value.items():
                if name != "metadata":  # It is open: whatever stands there is the district's.
                    yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def distinct_references(
    records: dict[str, dict[str, dict[str, Any]]],
) -> dict[str, dict[str, str]]:
    """Return the references of whole collections by their address."""
    return {reference["href"]: reference for reference in references(records)}


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    demand(len(found) == len(pairs), f"a document has a key twice: {[name for name, _ in pairs]}")
    return found


def main(host: str, version: str, client_id: str, client_secret: str) -> None:
    """Read everything, resolve every reference, and say what was there."""
    vendor = Vendor(host.rstrip("/"), version, client_id, client_secret)
    records = vendor.everything()
    for plural, found in records.items():
        print(f"{plural:<20} {len(found):>8}")
    addresses = distinct_references(records)
    for reference in addresses.values():
        vendor.resolve(reference)
    print(f"{'references resolved':<20} {len(addresses):>8}")


if __name__ == "__main__":
    main(*sys.argv[1:])
